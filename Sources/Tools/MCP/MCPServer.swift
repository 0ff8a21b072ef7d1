import AILoop
import EventLoops
import JSON
import Observability

/// One MCP server: its program, started again when it ends, and the calls that wait for its answers.
///
/// Isolation: lives on the hub's loop.
final class MCPServer {
    /// From the question to the answer, while a server starts; a slow one may need some time to load.
    static let handshakeLimit: UInt64 = 20_000_000_000
    /// How long a server may take to say that it speaks the newest revision; older ones may not answer at all.
    static let discoveryLimit: UInt64 = 5_000_000_000
    /// The wait before a server is started again; each further one is twice as long.
    static let firstRestartDelay: UInt64 = 1_000_000_000
    static let longestRestartDelay: UInt64 = 60_000_000_000
    /// A server that was ready for so long begins anew with the first delay.
    static let steadyTime: UInt64 = 30_000_000_000
    /// For a server to end when its input is closed, before it is made to.
    static let closingLimit: UInt64 = 2_000_000_000
    /// Of one message.
    static let maximumLineBytes = 16 << 20
    /// Of a line of its error output.
    static let maximumErrorLineBytes = 8 << 10
    /// Bytes of calls that it does not read.
    static let maximumUnsentBytes = 16 << 20

    private enum State {
        /// To `starting`.
        case idle
        /// To `running`, `idle`.
        case starting
        /// To `idle`.
        case running(ChildProcess)
        case stopped
    }

    let specification: MCPServerSpecification
    private let loop: EventLoop
    private let calls: BlockingCalls
    private let log: Logger
    /// Told whenever the tools are another list.
    private let onTools: ([MCPToolDescription]) -> Void
    /// Told once: it is ready, or has failed for the first time.
    private var onSettled: (() -> Void)?
    private var onStopped: (() -> Void)?
    private var state = State.idle
    private var client: MCPClient
    private var lines = LineSplitter(maximumBytes: maximumLineBytes)
    private var errorLines = LineSplitter(maximumBytes: maximumErrorLineBytes)
    private var lastErrorLine = ""
    private var handshakeTimer: TimerID?
    private var restartTimer: TimerID?
    private var restartDelay = firstRestartDelay
    private var readySince: UInt64?
    private var skipsDiscovery = false
    private var failure: String?
    /// By the number that the hub gave them.
    private var callsByNumber: [Int: Int] = [:]
    private var waiting: [Int: (number: Int, reply: @Sendable (MCPCallNews) -> Void)] = [:]

    init(
        specification: MCPServerSpecification, loop: EventLoop, calls: BlockingCalls, log: Logger,
        onTools: @escaping ([MCPToolDescription]) -> Void, onSettled: @escaping () -> Void
    ) {
        self.specification = specification
        self.loop = loop
        self.calls = calls
        self.log = log
        self.onTools = onTools
        self.onSettled = onSettled
        client = MCPClient(logLevel: Self.protocolLevel(log))
    }

    // MARK: Life of the program

    func start() {
        guard case .idle = state else { return }
        state = .starting
        let launch = ProgramLaunch(
            arguments: specification.command,
            environment: ProgramLaunch.basicEnvironment().merging(specification.environment) { $1 })
        let bound = LoopBound(self, loop: loop)
        let isTaken = calls.run {
            let result = Result { () throws(SystemError) in try launch.start() }
            bound.submit { $0.started(result) }
        }
        if !isTaken { bound.submit { $0.ended("too many programs are being started") } }
    }

    private func started(_ result: Result<StartedProgram, SystemError>) {
        do throws(SystemError) {
            let program = try result.get()
            if case .stopped = state {
                _ = calls.run { program.abandon() }
                return finishStop()
            }
            state = .running(try ChildProcess(loop: loop, adopting: program, delegate: self))
            client = MCPClient(logLevel: Self.protocolLevel(log))
            lines = LineSplitter(maximumBytes: Self.maximumLineBytes)
            errorLines = LineSplitter(maximumBytes: Self.maximumErrorLineBytes)
            lastErrorLine = ""
            failure = nil
            perform(client.start(withHandshake: skipsDiscovery))
        } catch {
            if case .stopped = state { return finishStop() }
            ended("\(specification.command.first ?? "") cannot be started: \(error.message)")
        }
    }

    /// It does not run any more, or never did.
    private func ended(_ reason: String) {
        // One that ends when it is asked for the newest revision is asked for an older one.
        if client.phase == .discovering { skipsDiscovery = true }
        cancelTimer(&handshakeTimer)
        failCalls("the MCP server `\(specification.name)` has ended")
        if case .stopped = state { return finishStop() }
        state = .idle
        if let readySince, loop.now &- readySince >= Self.steadyTime { restartDelay = Self.firstRestartDelay }
        readySince = nil
        let hint = lastErrorLine.isEmpty ? "" : "; its last words: \(lastErrorLine)"
        log.warning(
            "an MCP server is not running; it is started again",
            [
                "server": .string(specification.name), "reason": .string(reason + hint),
                "delay_seconds": .integer(Int(restartDelay / 1_000_000_000)),
            ])
        restartTimer = loop.schedule(after: restartDelay) { [weak self] in self?.start() }
        restartDelay = min(restartDelay * 2, Self.longestRestartDelay)
        settle()
    }

    private func settle() {
        let onSettled = onSettled
        self.onSettled = nil
        onSettled?()
    }

    /// Ends it for good; `completion` is called when it is gone.
    func stop(_ completion: @escaping () -> Void) {
        onStopped = completion
        cancelTimer(&restartTimer)
        cancelTimer(&handshakeTimer)
        failCalls("the server is shutting down")
        let former = state
        state = .stopped
        switch former {
        case .idle, .stopped: finishStop()
        case .starting: break
        case .running(let child):
            child.closeInput()
            handshakeTimer = loop.schedule(after: Self.closingLimit) { child.terminate() }
        }
    }

    private func finishStop() {
        let onStopped = onStopped
        self.onStopped = nil
        onStopped?()
    }

    private func cancelTimer(_ timer: inout TimerID?) {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: What the protocol says

    private func perform(_ outputs: [MCPClient.Output]) {
        for output in outputs {
            switch output {
            case .send(let line): send(line)
            case .startTimer:
                cancelTimer(&handshakeTimer)
                let limit = client.phase == .discovering ? Self.discoveryLimit : Self.handshakeLimit
                handshakeTimer = loop.schedule(after: limit) { [weak self] in
                    guard let self else { return }
                    handshakeTimer = nil
                    perform(client.handshakeTimedOut())
                }
            case .tools(let tools): becameReady(tools)
            case .callEnded(let id, let output): endCall(id, output)
            case .progress(let id): waiting[id]?.reply(.progress)
            case .log(let level, let text): write(level, text)
            case .failed(let reason): fail(reason)
            }
        }
    }

    private func becameReady(_ tools: [MCPToolDescription]) {
        cancelTimer(&handshakeTimer)
        if readySince == nil {
            readySince = loop.now
            log.info(
                "an MCP server is ready",
                ["server": .string(specification.name), "tools": .integer(tools.count)])
        }
        onTools(tools)
        settle()
    }

    private func send(_ line: [UInt8]) {
        guard case .running(let child) = state else { return }
        child.send(line)
        if child.unsentBytes > Self.maximumUnsentBytes { fail("it does not read what it is sent") }
    }

    /// The program is ended; its end does the rest.
    private func fail(_ reason: String) {
        guard case .running(let child) = state else { return }
        failure = failure ?? reason
        child.terminate()
    }

    private func write(_ level: String, _ text: String) {
        let fields: LogFields = ["server": .string(specification.name), "text": .string(text)]
        switch level {
        case "debug": log.debug("an MCP server says", fields)
        case "warning": log.warning("an MCP server says", fields)
        case "error", "critical", "alert", "emergency": log.error("an MCP server says", fields)
        default: log.info("an MCP server says", fields)
        }
    }

    /// Which of its messages it is asked for.
    private static func protocolLevel(_ log: Logger) -> String {
        if log.isEnabled(.debug) { return "debug" }
        if log.isEnabled(.info) { return "info" }
        return log.isEnabled(.warning) ? "warning" : "error"
    }

    // MARK: Calls

    func call(_ number: Int, _ tool: String, _ arguments: JSONObject, reply: @escaping @Sendable (MCPCallNews) -> Void)
    {
        guard case .running = state, client.phase == .ready, failure == nil else {
            return reply(
                .ended(
                    .failure(
                        "the MCP server `\(specification.name)` is not running just now; it is being started again. "
                            + "Try later, or do without.")))
        }
        let (id, line) = client.call(tool, arguments)
        waiting[id] = (number, reply)
        callsByNumber[number] = id
        send(line)
    }

    func cancel(_ number: Int) {
        guard let id = callsByNumber.removeValue(forKey: number) else { return }
        waiting[id] = nil
        if let line = client.cancel(id) { send(line) }
    }

    private func endCall(_ id: Int, _ output: ToolOutput) {
        guard let (number, reply) = waiting.removeValue(forKey: id) else { return }
        callsByNumber[number] = nil
        reply(.ended(output))
    }

    private func failCalls(_ reason: String) {
        let calls = waiting.values
        waiting = [:]
        callsByNumber = [:]
        for call in calls { call.reply(.ended(.failure("\(reason), so nothing is known of this call"))) }
    }
}

extension MCPServer: ChildProcessDelegate {
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
        switch stream {
        case .output:
            for line in lines.append(bytes) { perform(client.receive(line)) }
            if lines.hasOverflowed { fail("it wrote a message of more than \(Self.maximumLineBytes >> 20) MiB") }
        case .errors:
            for line in errorLines.append(bytes) {
                let text = String(decoding: line, as: UTF8.self)
                lastErrorLine = String(text.prefix(300))
                write("debug", text)
            }
            // Its words are not what it is for.
            if errorLines.hasOverflowed { errorLines = LineSplitter(maximumBytes: Self.maximumErrorLineBytes) }
        }
    }

    func child(_ child: ChildProcess, ended status: ChildProcess.Status) {
        let ending =
            switch status {
            case .exited(let code): "it ended with exit code \(code)"
            case .killed(let signal): "it was ended by signal \(signal)"
            }
        ended(failure ?? ending)
    }
}
