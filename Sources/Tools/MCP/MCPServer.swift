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
    /// A server that was ready for so long, or was called, begins anew with the first delay: what a call does to it is not to
    /// keep it from all others.
    static let steadyTime: UInt64 = 30_000_000_000
    /// How long a call waits for a server that is being started again.
    static let returnLimit: UInt64 = 5_000_000_000
    /// Calls that wait for it.
    static let maximumWaitingCalls = 256
    /// After a call that was not answered in time, a server has as long again to say anything at all, but at most so long.
    static let silenceLimit: UInt64 = 30_000_000_000
    /// For a server to end when its input is closed, before it is made to.
    static let closingLimit: UInt64 = 2_000_000_000
    /// Of one message; a longer one is passed over.
    static let maximumLineBytes = 16 << 20
    /// Of what is passed over; one that writes more without a line's end is ended.
    static let maximumPassedOverBytes = 256 << 20
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
    private var errorOutput = MCPErrorOutput()
    /// The flood of its error output has been told.
    private var isFloodTold = false
    private var handshakeTimer: TimerID?
    private var closingTimer: TimerID?
    private var errorTimer: TimerID?
    /// Runs while it is asked whether it lives.
    private var silenceTimer: TimerID?
    private var restartTimer: TimerID?
    /// When it is started again.
    private var nextStart: UInt64 = 0
    private var restartDelay = firstRestartDelay
    private var readySince: UInt64?
    /// Since it was ready.
    private var wasCalled = false
    private var skipsDiscovery = false
    private var failure: String?
    /// Those under way, by the id of the request.
    private var waiting: [Int: PendingCall] = [:]
    /// The ids of requests by the number that the hub gave them.
    private var callsByNumber: [Int: Int] = [:]
    /// Those that wait for the server to be ready, oldest first.
    private var held: [PendingCall] = []

    private struct PendingCall {
        let number: Int
        let call: MCPCall
        let reply: @Sendable (MCPCallNews) -> Void
    }

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
            errorOutput = MCPErrorOutput()
            isFloodTold = false
            wasCalled = false
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
        cancelTimers()
        failCalls("the MCP server `\(specification.name)` has ended")
        if case .stopped = state { return finishStop() }
        state = .idle
        if let readySince, wasCalled || loop.now &- readySince >= Self.steadyTime {
            restartDelay = Self.firstRestartDelay
        }
        readySince = nil
        let lastLine = errorOutput.lastLine
        let hint = lastLine.isEmpty ? "" : "; its last words: \(lastLine)"
        log.warning(
            "an MCP server is not running; it is started again",
            [
                "server": .string(specification.name), "reason": .string(reason + hint),
                "delay_seconds": .integer(Int(restartDelay / 1_000_000_000)),
            ])
        restartTimer = loop.schedule(after: restartDelay) { [weak self] in self?.start() }
        nextStart = loop.now + restartDelay
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
        cancelTimers()
        failCalls("the server is shutting down")
        for call in held { refuse(call, "the server is shutting down") }
        held = []
        let former = state
        state = .stopped
        switch former {
        case .idle, .stopped: finishStop()
        case .starting: break
        case .running(let child):
            child.closeInput()
            closingTimer = loop.schedule(after: Self.closingLimit) { child.terminate() }
        }
    }

    private func finishStop() {
        let onStopped = onStopped
        self.onStopped = nil
        onStopped?()
    }

    private func cancelTimers() {
        cancelTimer(&restartTimer)
        cancelTimer(&handshakeTimer)
        cancelTimer(&closingTimer)
        cancelTimer(&errorTimer)
        cancelTimer(&silenceTimer)
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
        let calls = held
        held = []
        for call in calls { send(call) }
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

    private var isReady: Bool {
        guard case .running = state else { return false }
        return client.phase == .ready && failure == nil
    }

    func call(_ number: Int, _ call: MCPCall, reply: @escaping @Sendable (MCPCallNews) -> Void) {
        let pending = PendingCall(number: number, call: call, reply: reply)
        if isReady {
            send(pending)
        } else if case .stopped = state {
            refuse(pending, "the server is shutting down")
        } else {
            hold(pending)
        }
    }

    private func send(_ pending: PendingCall) {
        let (id, line) = client.call(pending.call.tool, pending.call.arguments)
        waiting[id] = pending
        callsByNumber[pending.number] = id
        wasCalled = true
        send(line)
    }

    /// A server that is being started again is waited for, unless that takes too long.
    private func hold(_ pending: PendingCall) {
        let isStartFar = if case .idle = state { nextStart > loop.now + Self.returnLimit } else { false }
        guard !isStartFar, held.count < Self.maximumWaitingCalls else { return refuse(pending, unavailable) }
        held.append(pending)
        loop.schedule(after: Self.returnLimit) { [weak self] in
            guard let self, let index = held.firstIndex(where: { $0.number == pending.number }) else { return }
            refuse(held.remove(at: index), unavailable)
        }
    }

    private var unavailable: String {
        "the MCP server `\(specification.name)` is not running just now; it is being started again. "
            + "Try later, or do without."
    }

    private func refuse(_ pending: PendingCall, _ reason: String) {
        pending.reply(.ended(.failure(reason)))
    }

    func cancel(_ number: Int) {
        held.removeAll { $0.number == number }
        guard let id = callsByNumber.removeValue(forKey: number), let pending = waiting.removeValue(forKey: id) else {
            return
        }
        if let line = client.cancel(id) { send(line) }
        let call = pending.call
        if MonotonicClock.now() &- call.began >= call.timeout {
            askForLife(limit: min(call.timeout, Self.silenceLimit))
        }
    }

    /// A server that leaves a call unanswered may have hung: it has to say something, whatever it is, or is started again.
    private func askForLife(limit: UInt64) {
        guard isReady, silenceTimer == nil else { return }
        silenceTimer = loop.schedule(after: limit) { [weak self] in
            self?.silenceTimer = nil
            self?.fail("it does not answer any more")
        }
        send(client.ping())
    }

    private func endCall(_ id: Int, _ output: ToolOutput) {
        guard let pending = waiting.removeValue(forKey: id) else { return }
        callsByNumber[pending.number] = nil
        pending.reply(.ended(output))
    }

    private func failCalls(_ reason: String) {
        let calls = waiting.values
        waiting = [:]
        callsByNumber = [:]
        for call in calls { refuse(call, "\(reason), so nothing is known of this call") }
    }
}

extension MCPServer: ChildProcessDelegate {
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
        // One that is stopped has nothing to say any more.
        guard case .running = state else { return }
        switch stream {
        case .output: receive(bytes)
        case .errors: receiveErrors(bytes, from: child)
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        cancelTimer(&silenceTimer)
        for line in lines.append(bytes) {
            switch line {
            case .whole(let line): perform(client.receive(line))
            case .tooLong(let start, let end):
                perform(client.receiveTooLong(start: start, end: end, limit: Self.maximumLineBytes))
            }
        }
        if lines.lineBytes > Self.maximumPassedOverBytes { fail("it writes a message without end") }
    }

    private func receiveErrors(_ bytes: UnsafeRawBufferPointer, from child: ChildProcess) {
        for line in errorOutput.append(bytes) { write("debug", line) }
        if errorTimer == nil {
            errorTimer = loop.schedule(after: MCPErrorOutput.period) { [weak self] in
                self?.errorTimer = nil
                self?.errorOutput.beginPeriod()
                child.resumeReading(.errors)
            }
        }
        guard errorOutput.isExhausted else { return }
        child.pauseReading(.errors)
        guard !isFloodTold else { return }
        isFloodTold = true
        log.warning(
            "an MCP server floods its error output, which is read slowly from now on",
            [
                "server": .string(specification.name),
                "bytes_per_second": .integer(MCPErrorOutput.maximumBytes),
            ])
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
