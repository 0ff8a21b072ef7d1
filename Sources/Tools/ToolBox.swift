package import AILoop
import EventLoops
package import JSON

/// The tools of one event loop: those that are built in, configured commands, and those of MCP servers.
///
/// Every run has a time limit here, and every result its length.
package final class ToolBox: ToolService {
    private let loop: EventLoop
    private let maximumResultBytes: Int
    private let fixedTools: [any RunnableTool]
    private var toolsByName: [String: any RunnableTool] = [:]
    package private(set) var tools = ServerToolSet()
    package private(set) var version = 0
    private var executions: [ObjectIdentifier: ToolExecution] = [:]

    init(loop: EventLoop, maximumResultBytes: Int, fixedTools: [any RunnableTool]) {
        self.loop = loop
        self.maximumResultBytes = maximumResultBytes
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
        _ call: ToolCall, arguments: JSONObject, completion: @escaping (ToolRunReport) -> Void
    ) -> any ToolRun {
        let execution = ToolExecution(
            loop: loop, maximumResultBytes: maximumResultBytes, completion: completion,
            onEnd: { [weak self] in self?.executions[ObjectIdentifier($0)] = nil })
        executions[ObjectIdentifier(execution)] = execution
        execution.start(toolsByName[call.name], arguments)
        return execution
    }

    /// Ends all runs at once: the loop is about to stop.
    package func stop() {
        for execution in executions.values { execution.cancel() }
    }
}

/// One run of a tool with its time limit.
private final class ToolExecution: ToolRun {
    /// However much progress it tells, a run lasts at most this many times its time limit.
    static let maximumExtensions: UInt64 = 10

    private let loop: EventLoop
    private let maximumResultBytes: Int
    private let began = MonotonicClock.now()
    private var completion: ((ToolRunReport) -> Void)?
    private let onEnd: (ToolExecution) -> Void
    private var run: (any ToolRun)?
    private var timer: TimerID?
    private var timeout: UInt64 = 0

    init(
        loop: EventLoop, maximumResultBytes: Int, completion: @escaping (ToolRunReport) -> Void,
        onEnd: @escaping (ToolExecution) -> Void
    ) {
        self.loop = loop
        self.maximumResultBytes = maximumResultBytes
        self.completion = completion
        self.onEnd = onEnd
    }

    func start(_ tool: (any RunnableTool)?, _ arguments: JSONObject) {
        guard let tool else {
            // It was there when the model was asked.
            timer = loop.schedule(after: 0) { [weak self] in
                self?.end(.failure("the tool is not available any more; do without it"))
            }
            return
        }
        timeout = tool.timeout
        run = tool.start(arguments) { [weak self] news in
            switch news {
            case .progress: self?.extend()
            case .ended(let output): self?.end(output)
            }
        }
        scheduleTimeOut(after: timeout)
    }

    func cancel() {
        guard completion != nil else { return }
        close()
        run?.cancel()
        run = nil
    }

    private func scheduleTimeOut(after nanoseconds: UInt64) {
        timer = loop.schedule(after: nanoseconds) { [weak self] in
            guard let self else { return }
            let run = run
            let seconds = Double((MonotonicClock.now() - began) / 1_000_000) / 1000
            end(
                ToolOutput(
                    content: "Error: the tool did not finish in time and was stopped after \(seconds) s.",
                    outcome: .timeout))
            run?.cancel()
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
                content: output.content.limited(toBytes: maximumResultBytes), outcome: output.outcome,
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
    package func limited(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + "\n[cut: \(utf8.count) bytes are more than the limit of \(limit)]"
    }
}
