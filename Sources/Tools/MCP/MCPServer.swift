import AILoop
import EventLoops
import JSON
import Observability

/// How much one MCP server may use. Tests use less.
struct MCPLimits: Sendable {
    /// Calls that wait for it to be started again.
    var waitingCalls = 256
    /// Of one message; a longer one is passed over.
    var lineBytes = 16 << 20
    /// Of what is passed over; one that writes more without a line's end is ended.
    var passedOverBytes = 256 << 20
    /// Bytes of calls that it does not read.
    var unsentBytes = 16 << 20
}

/// One MCP server: its program, started again when it ends, and the calls that wait for its answers.
///
/// Isolation: lives on the hub's loop.
final class MCPServer {
    /// From the question to the answer, while a server starts; a slow one may need some time to load.
    static let handshakeLimit: UInt64 = 20_000_000_000
    /// How long a server may take to say that it speaks the newest revision; older ones may not answer at all.
    static let discoveryLimit: UInt64 = 5_000_000_000
    /// How long a call waits for a server that is being started again.
    static let returnLimit: UInt64 = 5_000_000_000
    /// After a call that was not answered in time, a server has as long again to say anything at all, but at most so long.
    static let silenceLimit: UInt64 = 30_000_000_000
    /// For a server to end when its input is closed, before it is made to.
    static let closingLimit: UInt64 = 2_000_000_000
    /// From the end of one reading of its tools to the next.
    static let listingPause: UInt64 = 1_000_000_000

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
    private let limits: MCPLimits
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
    private var lines: LineSplitter
    private var noise = MCPNoise()
    private var errorOutput = MCPErrorOutput()
    /// The flood of its error output has been told.
    private var isFloodTold = false
    private var handshakeTimer: TimerID?
    private var closingTimer: TimerID?
    /// Runs while what it says unasked, or its error output, counts for a period.
    private var periodTimer: TimerID?
    private var listingTimer: TimerID?
    /// Runs while it is asked whether it lives.
    private var silenceTimer: TimerID?
    private var restartTimer: TimerID?
    /// When it is started again.
    private var nextStart: UInt64 = 0
    private var restartDelay = RestartDelay()
    private var readySince: UInt64?
    /// Since it was ready.
    private var wasCalled = false
    private var skipsDiscovery = false
    private var failure: String?
    /// nil: none were told yet.
    private var lastTools: [MCPToolDescription]?
    /// Those under way, by the number that the hub gave them.
    private var waiting: [Int: PendingCall] = [:]
    /// Those that wait for the server to be ready, oldest first.
    private var held: [PendingCall] = []

    private struct PendingCall {
        let number: Int
        let call: MCPCall
        let reply: @Sendable (ToolRunNews) -> Void
    }

    init(
        specification: MCPServerSpecification, limits: MCPLimits, loop: EventLoop, calls: BlockingCalls, log: Logger,
        onTools: @escaping ([MCPToolDescription]) -> Void, onSettled: @escaping () -> Void
    ) {
        self.specification = specification
        self.limits = limits
        lines = LineSplitter(maximumBytes: limits.lineBytes)
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
        if !isTaken { bound.submit { $0.ended("too many programs are being started, or there is no thread for it") } }
    }

    private func started(_ result: Result<StartedProgram, SystemError>) {
        do throws(SystemError) {
            let program = try result.get()
            if case .stopped = state {
                // Where there is no thread for it, the loop waits the moment.
                if !calls.run({ program.abandon() }) { program.abandon() }
                return finishStop()
            }
            state = .running(try ChildProcess(loop: loop, adopting: program, delegate: self))
            client = MCPClient(logLevel: Self.protocolLevel(log))
            lines = LineSplitter(maximumBytes: limits.lineBytes)
            noise = MCPNoise()
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
        let delay = restartDelay.next(readyFor: readySince.map { loop.now &- $0 }, wasCalled: wasCalled)
        readySince = nil
        let lastLine = errorOutput.lastLine
        let hint = lastLine.isEmpty ? "" : "; its last words: \(lastLine)"
        log.warning(
            "an MCP server is not running; it is started again",
            [
                "server": .string(specification.name), "reason": .string(reason + hint),
                "delay_seconds": .integer(Int(delay / 1_000_000_000)),
            ])
        restartTimer = loop.schedule(after: delay) { [weak self] in self?.start() }
        nextStart = loop.now + delay
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
        cancelTimer(&periodTimer)
        cancelTimer(&listingTimer)
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
            case .startListingPause:
                cancelTimer(&listingTimer)
                listingTimer = loop.schedule(after: Self.listingPause) { [weak self] in
                    guard let self else { return }
                    listingTimer = nil
                    perform(client.listingPauseEnded())
                }
            case .callEnded(let number, let output): waiting.removeValue(forKey: number)?.reply(.ended(output))
            case .progress(let number): waiting[number]?.reply(.progress)
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
        if tools != lastTools { onTools(tools) }
        lastTools = tools
        settle()
        let calls = held
        held = []
        for call in calls { send(call) }
    }

    private func send(_ line: [UInt8]) {
        guard case .running(let child) = state else { return }
        child.send(line)
        if child.unsentBytes > limits.unsentBytes { fail("it does not read what it is sent") }
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

    func call(_ number: Int, _ call: MCPCall, reply: @escaping @Sendable (ToolRunNews) -> Void) {
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
        waiting[pending.number] = pending
        wasCalled = true
        pending.reply(.began)
        send(client.call(pending.number, pending.call.tool, pending.call.arguments))
    }

    /// A server that is being started again is waited for, unless that takes too long.
    private func hold(_ pending: PendingCall) {
        let isStartFar = if case .idle = state { nextStart > loop.now + Self.returnLimit } else { false }
        guard !isStartFar, held.count < limits.waitingCalls else { return refuse(pending, unavailable) }
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

    /// - Parameter isOverdue: it was not answered in its time.
    func cancel(_ number: Int, isOverdue: Bool) {
        held.removeAll { $0.number == number }
        guard let pending = waiting.removeValue(forKey: number) else { return }
        if let line = client.cancel(number) { send(line) }
        if isOverdue { askForLife(limit: min(pending.call.timeout, Self.silenceLimit)) }
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

    private func failCalls(_ reason: String) {
        let calls = waiting.values
        waiting = [:]
        for call in calls { refuse(call, "\(reason), so nothing is known of this call") }
    }
}

extension MCPServer: ChildProcessDelegate {
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
        // One that is stopped has nothing to say any more.
        guard case .running = state else { return }
        switch stream {
        case .output: receive(bytes, from: child)
        case .errors: receiveErrors(bytes, from: child)
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer, from child: ChildProcess) {
        cancelTimer(&silenceTimer)
        let newLines = lines.append(bytes)
        for line in newLines {
            switch line {
            case .whole(let line): perform(noise.limit(client.receive(line), lineBytes: line.count))
            case .tooLong(let start, let end):
                let outputs = client.receiveTooLong(start: start, end: end, limit: limits.lineBytes)
                perform(noise.limit(outputs, lineBytes: limits.lineBytes))
            }
        }
        // Blank lines.
        if newLines.isEmpty { noise.passOver(bytes.count - lines.lineBytes) }
        startPeriod(of: child)
        if noise.isExhausted { child.pauseReading(.output) }
        if lines.lineBytes > limits.passedOverBytes { fail("it writes a message without end") }
    }

    private func receiveErrors(_ bytes: UnsafeRawBufferPointer, from child: ChildProcess) {
        for line in errorOutput.append(bytes) { write("debug", line) }
        startPeriod(of: child)
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

    private func startPeriod(of child: ChildProcess) {
        guard periodTimer == nil else { return }
        periodTimer = loop.schedule(after: MCPNoise.period) { [weak self] in
            guard let self else { return }
            periodTimer = nil
            noise.beginPeriod()
            errorOutput.beginPeriod()
            child.resumeReading(.output)
            child.resumeReading(.errors)
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
