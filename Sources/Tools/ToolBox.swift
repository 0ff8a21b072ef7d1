package import AILoop
import EventLoops
package import JSON

/// The tools of one event loop: those that are built in, configured commands, and those of MCP servers.
///
/// Every run has a time limit here, and every result its length.
package final class ToolBox: ToolService {
    private let loop: EventLoop
    private let maximumResultBytes: Int
    private let maximumWait: UInt64
    private let fixedTools: [any RunnableTool]
    private var toolsByName: [String: any RunnableTool] = [:]
    package private(set) var tools = ServerToolSet()
    package private(set) var version = 0
    private var executions: [ObjectIdentifier: ToolExecution] = [:]

    init(loop: EventLoop, maximumResultBytes: Int, maximumWait: UInt64, fixedTools: [any RunnableTool]) {
        self.loop = loop
        self.maximumResultBytes = maximumResultBytes
        self.maximumWait = maximumWait
        self.fixedTools = fixedTools
        update(dynamicTools: [])
    }

    var eventLoop: EventLoop { loop }

    /// Calls under way.
    package var runningCount: Int { executions.count }

    /// The tools that come and go are these from now on. Of two with one name the first is taken.
    func update(dynamicTools: [any RunnableTool]) {
        let all = fixedTools + dynamicTools
        toolsByName = Dictionary(all.map { ($0.definition.name, $0) }) { first, _ in first }
        tools = ServerToolSet(all.map { ServerTool(definition: $0.definition, policy: $0.policy) })
        version += 1
    }

    package func start(
        _ call: ToolCall, arguments: JSONObject, for sessionID: String, completion: @escaping (ToolRunReport) -> Void
    ) -> any ToolRun {
        let execution = ToolExecution(
            loop: loop, maximumResultBytes: maximumResultBytes, maximumWait: maximumWait, completion: completion,
            onEnd: { [weak self] in self?.executions[ObjectIdentifier($0)] = nil })
        executions[ObjectIdentifier(execution)] = execution
        execution.start(toolsByName[call.name], arguments, for: sessionID)
        return execution
    }

    /// Ends all runs at once: the loop is about to stop.
    package func stop() {
        for execution in executions.values { execution.cancel() }
    }
}

/// One run of a tool with its time limit, which begins when its turn has come; the wait for that has a limit of its own.
private final class ToolExecution: ToolRun {
    /// However much progress it tells, a run lasts at most this many times its time limit.
    static let maximumExtensions: UInt64 = 10

    private let loop: EventLoop
    private let maximumResultBytes: Int
    private let maximumWait: UInt64
    /// When its turn came; until then, when it was asked for.
    private var began = MonotonicClock.now()
    private var completion: ((ToolRunReport) -> Void)?
    private let onEnd: (ToolExecution) -> Void
    private var run: (any RunningTool)?
    private var timer: TimerID?
    private var timeout: UInt64 = 0

    init(
        loop: EventLoop, maximumResultBytes: Int, maximumWait: UInt64,
        completion: @escaping (ToolRunReport) -> Void, onEnd: @escaping (ToolExecution) -> Void
    ) {
        self.loop = loop
        self.maximumResultBytes = maximumResultBytes
        self.maximumWait = maximumWait
        self.completion = completion
        self.onEnd = onEnd
    }

    func start(_ tool: (any RunnableTool)?, _ arguments: JSONObject, for sessionID: String) {
        guard let tool else {
            // It was there when the model was asked.
            timer = loop.schedule(after: 0) { [weak self] in
                self?.end(.failure("the tool is not available any more; do without it"))
            }
            return
        }
        timeout = tool.timeout
        timer = loop.schedule(after: maximumWait) { [weak self] in self?.giveUpWaiting() }
        run = tool.start(arguments, for: sessionID) { [weak self] news in
            switch news {
            case .began: self?.begin()
            case .progress: self?.extend()
            case .ended(let output): self?.end(output)
            }
        }
    }

    func cancel() {
        guard completion != nil else { return }
        close()
        run?.cancel()
        run = nil
    }

    private func giveUpWaiting() {
        let run = run
        let seconds = maximumWait / 1_000_000_000
        end(
            ToolOutput(
                content: """
                    Error: the server is busy with other tools: this one did not get its turn within \(seconds) s and was not \
                    started. Try again later, or do without it.
                    """,
                outcome: .timeout))
        run?.cancel()
    }

    private func begin() {
        guard completion != nil else { return }
        if let timer { loop.cancel(timer) }
        began = MonotonicClock.now()
        scheduleTimeOut(after: timeout)
    }

    private func scheduleTimeOut(after nanoseconds: UInt64) {
        timer = loop.schedule(after: nanoseconds) { [weak self] in
            guard let self else { return }
            guard let run else { return }
            let seconds = Double((MonotonicClock.now() - began) / 1_000_000) / 1000
            end(run.timedOut("the tool did not finish in time and was stopped after \(seconds) s."))
            run.cancel()
        }
    }

    private func extend() {
        guard completion != nil, let timer else { return }
        let latest = began + timeout * Self.maximumExtensions
        let now = MonotonicClock.now()
        loop.cancel(timer)
        scheduleTimeOut(after: min(timeout, latest > now ? latest - now : 0))
    }

    private func end(_ output: ToolOutput) {
        guard let completion else { return }
        close()
        run = nil
        let milliseconds = Int((MonotonicClock.now() - began) / 1_000_000)
        completion(
            ToolRunReport(
                content: output.content.limited(toBytes: maximumResultBytes, omitted: output.omission),
                outcome: output.outcome,
                durationMilliseconds: milliseconds))
    }

    private func close() {
        completion = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        onEnd(self)
    }
}

extension String {
    /// As much of it as fits, cut between characters, with a word about the rest: the model is told what it does not see.
    package func limited(toBytes limit: Int) -> String { limited(toBytes: limit, omitted: .none) }

    func limited(toBytes limit: Int, omitted: ToolOutput.Omission) -> String {
        guard utf8.count > limit || omitted != .none else { return self }
        let total =
            switch omitted {
            case .none: "\(utf8.count) bytes are"
            case .bytes(let count): "\(utf8.count + count) bytes are"
            case .unknown: "there is"
            }
        return prefix(utf8: limit)
            + "\n[cut: \(total) more than the limit of \(limit)\(omitted == .unknown ? " bytes" : "")]"
    }
}
