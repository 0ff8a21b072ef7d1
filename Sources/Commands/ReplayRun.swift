import Diagnostics
import EventLoops
import InteractiveClient
import Replaying

/// Plays scripts one after the other, each with a connection of its own: carries out what the players ask for. Lives on a loop.
///
/// A server in this process hands over its messages without a limit; what waits is at most the answers under way, which the
/// sessions' limits bound.
final class ReplayRun {
    struct Ending: Sendable {
        var code: ExitCode
        /// Why standard output took no more.
        var outputError: OutputError?
    }

    private let loop: EventLoop
    private let endpoint: SessionEndpoint
    private let plan: ReplayPlan
    private let options: ScriptPlayer.Options
    private let renderer: TextRenderer
    private let console: Console
    private let log: FrameLogFile?
    private let showsSummary: Bool
    private let onEnd: (Ending) -> Void
    private var report: any ReplayReport

    private let startedAt = MonotonicClock.now()
    private var scriptStartedAt: UInt64 = 0
    private var index = 0
    private var player: ScriptPlayer
    private var summary = ReplaySummary()
    private var outputError: OutputError?
    /// As it was when standard output closed: what is stopped for that is no failure.
    private var hadFailed = false
    private var isInterrupted = false
    private var hasEnded = false

    /// Counts within a script, for the log.
    private var connection = 0
    /// Counts through all scripts; what comes of former connections, such as their end, is not heard.
    private var generation = 0
    private var transport: (any MessageTransport)?
    private var isOpen = false
    private var timer: TimerID?

    /// On the loop. `plan` has at least one script.
    init(
        _ plan: ReplayPlan, endpoint: SessionEndpoint, loop: EventLoop, request: ReplayCommand.Request,
        renderer: TextRenderer, console: Console, log: FrameLogFile?, onEnd: @escaping (Ending) -> Void
    ) {
        self.plan = plan
        self.endpoint = endpoint
        self.loop = loop
        options = request.options
        self.renderer = renderer
        self.console = console
        self.log = log
        self.onEnd = onEnd
        showsSummary = request.format == .text
        report =
            switch request.format {
            case .text: TextReport(isTerminal: console.isOutputTerminal)
            case .json: JSONLinesReport()
            case .junit: JUnitReport()
            }
        player = ScriptPlayer(plan.scripts[0], options: options)
    }

    func start() {
        write(report.began(plan))
        play()
    }

    /// Ctrl-C: nothing more is sent; sessions are stopped and the report is written.
    func interrupt() {
        isInterrupted = true
        feed(.interrupted)
    }

    private func play() {
        player = ScriptPlayer(plan.scripts[index], options: options)
        connection = 0
        generation += 1
        scriptStartedAt = MonotonicClock.now()
        feed(isInterrupted ? .interrupted : .start)
    }

    // MARK: The player

    private func feed(_ input: ScriptPlayer.Input) {
        guard !hasEnded, !player.isEnded else { return }
        perform(player.receive(input, now: MonotonicClock.now()))
        if outputError != nil, !isInterrupted {
            isInterrupted = true
            perform(player.receive(.interrupted, now: MonotonicClock.now()))
        }
        setTimer()
        guard player.isEnded else { return }
        index += 1
        guard index < plan.scripts.count else { return finish() }
        // Not from within: a thousand scripts would be a thousand calls deep.
        let run = LoopBound(self, loop: loop)
        loop.submit { run.value.play() }
    }

    private func perform(_ actions: [ScriptPlayer.Action]) {
        for action in actions {
            switch action {
            case .connect: connect()
            case .send(let message):
                log(message, .sent)
                transport?.send(message)
            case .close: transport?.close()
            case .tell(let event): tell(event)
            }
        }
    }

    private func tell(_ event: PlayEvent) {
        let isFirstUnreachable = summary.unreachable == nil
        summary.add(event)
        write(report.report(event, of: player.script, after: MonotonicClock.now() - scriptStartedAt))
        guard outputError == nil else { return }
        if let diagnostic = event.diagnostic { console.tell(renderer.render(diagnostic)) }
        if isFirstUnreachable, let reason = summary.unreachable {
            console.tell("ailoopctl replay: \(escapedForDisplay(reason))\n")
        }
    }

    private func setTimer() {
        if let timer { loop.cancel(timer) }
        timer = player.deadline.map { deadline in
            let now = MonotonicClock.now()
            return loop.schedule(after: deadline > now ? deadline - now : 0) { [weak self] in
                self?.timer = nil
                self?.feed(.deadline)
            }
        }
    }

    // MARK: The connection

    private func connect() {
        connection += 1
        generation += 1
        transport = nil
        isOpen = false
        let (number, loop, endpoint) = (generation, loop, endpoint)
        let run = LoopBound(self, loop: loop)
        // The server was not there for the script before; to wait for it once more would only take time.
        if let reason = summary.unreachable {
            return loop.submit { run.value.receive(.closed(code: nil, reason: reason), of: number) }
        }
        // allowed: the name is looked up off the loop; the player's deadline bounds how long it is waited for
        Task {
            let transport = await endpoint.open(on: loop) { event in
                if loop.isCurrent {
                    run.value.receive(event, of: number)
                } else {
                    loop.submit { run.value.receive(event, of: number) }
                }
            }
            loop.submit { run.value.connected(transport, number) }
        }
    }

    private func connected(_ transport: any MessageTransport, _ number: Int) {
        guard number == generation, !player.isEnded else { return transport.close() }
        self.transport = transport
        if isOpen { feed(.opened) }
    }

    private func receive(_ event: TransportEvent, of number: Int) {
        guard number == generation else { return }
        switch event {
        case .opened:
            isOpen = true
            if transport != nil { feed(.opened) }
        case .message(let message):
            log(message, .received)
            feed(.message(message))
        case .closed(_, let reason): feed(.closed(reason))
        }
    }

    // MARK: What is written

    private func log(_ message: [UInt8], _ direction: FrameLine.Direction) {
        log?.write(message, direction, script: player.script, line: player.line, connection: connection)
    }

    private func write(_ text: String) {
        guard outputError == nil, !text.isEmpty else { return }
        do throws(OutputError) {
            try console.write(text)
        } catch {
            outputError = error
            hadFailed = summary.hasFailed
        }
    }

    private func finish() {
        guard !hasEnded else { return }
        hasEnded = true
        summary.duration = MonotonicClock.now() - startedAt
        let code = exitCode
        write(report.finished(summary, exitCode: code.rawValue))
        if showsSummary, outputError == nil { console.tell(summary.text + "\n") }
        // A reader who has gone has seen enough, but a failure stays one.
        let isKnownFailure = outputError == .closed && hadFailed
        onEnd(
            Ending(
                code: isKnownFailure ? .replayFailed : code, outputError: isKnownFailure ? nil : outputError))
    }

    private var exitCode: ExitCode {
        if summary.wasInterrupted { return .interrupted }
        if summary.hasFailed { return .replayFailed }
        if summary.unreachable != nil { return .unavailable }
        return log?.hasFailed == true ? .failed : .success
    }
}
