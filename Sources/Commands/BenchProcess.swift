import Benchmarking
import Configuration
import Diagnostics
import EventLoops
import Glibc
import HTTP1
import InteractiveServer
import Observability
import Quantities
import Synchronization
import TLS

/// `bench` in this process: the runs one after another on a thread of their own, signals and progress on the calling one, then
/// the report.
final class BenchProcess: Sendable {
    private struct State {
        var report: BenchReport
        /// What is under way, for progress and for whoever interrupts it.
        var run: LoadRun?
        var signal: Int32?
        /// Why the figures are not what was asked for, for a person.
        var failures: [String] = []
        var isUnavailable = false
    }

    private static let progressInterval: UInt64 = 250_000_000

    private let request: BenchRequest
    /// For a server that runs already.
    private let token: ServerToken?
    /// nil where a server that runs already is measured.
    private let server: OwnServer.Plan?
    private let console: Console
    private let progress: ProgressLine
    private let control: EventLoop
    private let state: Mutex<State>

    /// - Throws: where the process has no descriptors left.
    init(
        request: BenchRequest, token: ServerToken?, server: OwnServer.Plan?, console: Console,
        environment: [String: String]
    ) throws(SystemError) {
        self.request = request
        self.token = token
        self.server = server
        self.console = console
        progress = ProgressLine(console: console, environment: environment)
        control = try EventLoop(name: "control")
        state = Mutex(State(report: Self.emptyReport(request, server: server)))
    }

    /// The signals must not have been blocked before; no other thread may run yet.
    func run() throws(OutputError) -> ExitCode {
        // Before any thread starts, so that every thread has them blocked.
        SignalSource.block([SIGINT, SIGTERM])
        if let problem = descriptorProblem {
            say(problem)
            return .unavailable
        }
        control.submit { [self] in
            // The loop holds it; without it the process ends by signals as any does, without a report.
            _ = try? SignalSource(loop: control, signals: [SIGINT, SIGTERM]) { self.interrupted(by: $0) }
            if progress.isUseful { showProgress() }
        }
        do throws(SystemError) {
            try Thread.start(name: "bench") { [self] in
                runAll()
                control.stop()
            }
        } catch {
            say("cannot start: \(error)")
            return .unavailable
        }
        control.run()
        progress.clear()
        return try finish()
    }

    private func say(_ line: String) {
        progress.clear()
        // Some of it are a server's words.
        console.tell("ailoopctl bench: \(escapedForDisplay(line))\n")
    }

    /// Each session takes a descriptor here, and one, or with an upstream two, in the server that inherits our limit.
    private var descriptorProblem: String? {
        let sessions = request.plans.map(\.sessions).max() ?? 0
        let isRelayed = server.map { $0.settings.aiService != .mock } ?? false
        let needed = sessions * (isRelayed ? 2 : 1) + DescriptorLimit.ownNeed
        let allowed = DescriptorLimit.raise(to: needed)
        guard allowed < needed else { return nil }
        return "\(sessions) sessions need \(needed) descriptors, and \(allowed) is all that is allowed: "
            + "raise the hard limit (`ulimit -Hn`), or ask for fewer sessions"
    }

    // MARK: Signals and progress, on the control loop

    private func interrupted(by signal: Int32) {
        let (run, isFirst) = state.withLock { state in
            defer { state.signal = state.signal ?? signal }
            return (state.run, state.signal == nil)
        }
        guard isFirst else {
            // What is under way is left as it is; a server of ours ends with this process.
            progress.clear()
            exit(signal == SIGINT ? ExitCode.interrupted.rawValue : ExitCode.terminated.rawValue)
        }
        say("ending; once more to end at once")
        run?.interrupt()
    }

    private func showProgress() {
        state.withLock { $0.run }?.readProgress { [self] progress in
            // Drawn here: a terminal that takes nothing must not hold the load up.
            control.submit { self.progress.draw(progress.line) }
        }
        control.schedule(after: Self.progressInterval) { self.showProgress() }
    }

    // MARK: Runs, on their own thread

    private func runAll() {
        for plan in request.plans {
            guard state.withLock({ $0.signal == nil && $0.failures.isEmpty }) else { return }
            run(plan)
        }
    }

    private func run(_ plan: BenchPlan) {
        guard let server else {
            if let target = remoteTarget { measure(plan, target) }
            return
        }
        let own: OwnServer
        do throws(OwnServer.StartError) {
            own = try OwnServer.start(server)
        } catch {
            return fail("the server did not start: \(error.detail)", isUnavailable: true)
        }
        if let address = SocketAddress(host: own.url.host, port: UInt16(clamping: own.url.port)) {
            var target = LoadTarget(address: address, url: own.url, process: own.pid)
            if let token = server.settings.server.auth.tokens.first {
                target.show(token: token.reveal())
            }
            measure(plan, target)
        }
        if let words = own.stop() { fail("the server ended by itself: \(words)") }
    }

    private var remoteTarget: LoadTarget? {
        guard let url = request.url else { return nil }
        guard let address = SocketAddress.resolve(host: url.host, port: UInt16(clamping: url.port)) else {
            fail("there is no host \(url.host)", isUnavailable: true)
            return nil
        }
        let process = address.isLoopback ? ListeningProcess.find(port: url.port) : nil
        var target = LoadTarget(address: address, url: url, process: process)
        if url.isSecure {
            do throws(TLSError) {
                target.tls = try TLSContext.shared(for: .ofProcess)
            } catch {
                fail(error.detail, isUnavailable: true)
                return nil
            }
        }
        if let token { target.show(token: token.text) }
        return target
    }

    private func measure(_ plan: BenchPlan, _ target: LoadTarget) {
        let run: LoadRun
        do throws(SystemError) {
            run = try LoadRun(plan, target: target)
        } catch {
            return fail("cannot start: \(error)", isUnavailable: true)
        }
        let isInterrupted = state.withLock { state in
            state.run = run
            return state.signal != nil
        }
        if isInterrupted { run.interrupt() }
        let result = run.run()
        state.withLock { state in
            state.run = nil
            state.report.runs.append(result)
        }
        if case .unreachable(let reason) = result.ending { return fail(reason, isUnavailable: true) }
        if case .lost(let reason) = result.ending { return fail("all sessions were lost: \(reason)") }
        if result.allMessagesFailed { fail("no message was answered") }
    }

    private func fail(_ reason: String, isUnavailable: Bool = false) {
        state.withLock { state in
            state.failures.append(reason)
            state.isUnavailable = state.isUnavailable || isUnavailable
        }
    }

    // MARK: The end

    private func finish() throws(OutputError) -> ExitCode {
        let (report, failures, signal, isUnavailable) = state.withLock {
            ($0.report, $0.failures, $0.signal, $0.isUnavailable)
        }
        if request.isJSON {
            try console.write(JSONReport(report).bytes)
        } else if report.runs.contains(where: { $0.startedSessions > 0 }) {
            try console.write(TextReport(report).text)
        }
        let failedChecks = report.checks.filter { !$0.isPassed }
        for reason in failures { say(reason) }
        for check in failedChecks where !isUnavailable { say("--fail-if \(check.sentence)") }
        if let signal { return signal == SIGINT ? .interrupted : .terminated }
        if isUnavailable { return .unavailable }
        return failures.isEmpty && failedChecks.isEmpty ? .success : .failed
    }

    private static func emptyReport(_ request: BenchRequest, server: OwnServer.Plan?) -> BenchReport {
        let url = request.url.map { url in "\(url.origin)\(url.target.prefix { $0 != "?" })" }
        return BenchReport(
            program: BenchReport.Program(name: ServerIdentity.name, version: ServerIdentity.version),
            host: .current(), startedAt: Timestamp.now().rfc3339, command: request.command,
            server: BenchReport.Server(
                url: url ?? "ws://127.0.0.1\(server?.settings.server.path ?? "/ws")", isOwn: server != nil,
                service: server.map { service($0.settings) }),
            conditions: request.conditions)
    }

    private static func service(_ settings: Settings) -> String {
        guard settings.aiService == .mock else {
            return "\(settings.aiService.rawValue), model \(settings.openRouter.model)"
        }
        let mock = settings.mock
        let first = Quantity.text(of: mock.firstChunk)
        let interval = Quantity.text(of: mock.chunkInterval)
        return "the built-in mock service answers, first chunk after \(first), then one every \(interval)"
    }
}
