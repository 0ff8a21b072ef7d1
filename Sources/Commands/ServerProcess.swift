import Configuration
import EventLoops
import Glibc
import InteractiveServer
import Observability
import Quantities
import Synchronization

/// `serve` in this process: from the settings to the exit code. Signals end it, or have it load its configuration again.
struct ServerProcess {
    /// What the server reacts to. To be blocked in `main`.
    static let signals = [SIGTERM, SIGINT, SIGHUP, SIGCHLD]
    /// How long the log may take to write its last lines.
    private static let logClosingNanoseconds: UInt64 = 1_000_000_000

    let invocation: Invocation
    let settings: Settings
    /// Whether there was a configuration file: then it must still be there when it is loaded again.
    let hasFile: Bool
    let log: Logger
    let metrics: Metrics

    /// Runs until a signal has ended the server; returns the exit code.
    ///
    /// SIGTERM and SIGINT drain, a second one ends at once; SIGHUP loads the configuration and opens the log file anew. The
    /// signals must be blocked already (``SignalSource/block(_:)``), in `main`, before any thread starts.
    func run() -> ExitCode {
        let control: EventLoop
        do {
            ConnectionRoom.make(for: settings.server.maximumConnections, log: log)
            control = try EventLoop(name: "control")
        } catch {
            say("cannot start: \(error)")
            return .unavailable
        }
        let outcome = Mutex(ExitCode.success)
        control.submit { [self] in
            start(
                on: control,
                outcome: { code in
                    outcome.withLock { $0 = code }
                    control.stop()
                })
        }
        control.run()
        LiveChildren.shared.killAll()
        log.close(within: Self.logClosingNanoseconds)
        return outcome.withLock { $0 }
    }

    /// On the control loop.
    private func start(on control: EventLoop, outcome: @escaping @Sendable (ExitCode) -> Void) {
        let server = ServerSlot()
        do {
            let signals = try SignalSource(loop: control, signals: Self.signals) { signal in
                handle(signal, server: server, outcome: outcome)
            }
            server.keep(LoopBound(signals, loop: control))
        } catch {
            say("cannot watch signals: \(error)")
            return outcome(.unavailable)
        }
        // allowed: starting takes several loops; the process waits for the control loop, which this one ends on failure
        Task {
            do {
                let services = ModelServices()
                let started = try await InteractiveServer.start(
                    settings: settings, metrics: metrics, log: log, makeService: services.factory(for: settings))
                let reload = ConfigurationReload(
                    invocation: invocation, settings: settings, hasFile: hasFile, server: started, services: services,
                    log: log)
                // First: whoever reads the announcement may send a signal at once.
                server.started(started, reload)
                announce(started.address)
            } catch {
                say("\(error)")
                outcome(.unavailable)
            }
        }
    }

    private func handle(_ signal: Int32, server: ServerSlot, outcome: @escaping @Sendable (ExitCode) -> Void) {
        if signal == SIGCHLD { return LiveChildren.shared.reapOrphans() }
        if signal == SIGHUP {
            log.reopen()
            return server.reload()
        }
        switch server.noteSignal() {
        case .drain(let server, let grace):
            say("draining: running answers may end, at most for \(Quantity.text(of: grace)); again to end now")
            // allowed: the process waits for the control loop, which this one ends
            Task {
                await server.drain(grace: grace)
                outcome(.success)
            }
        case .end:
            say("ended at once")
            outcome(signal == SIGINT ? .interrupted : .terminated)
        }
    }

    /// Tells a person something.
    private func say(_ line: String) {
        invocation.tell(line)
    }

    private func announce(_ address: SocketAddress) {
        let reachable = address.isUnspecified ? "localhost:\(address.port)" : "\(address)"
        var lines = ["listening on ws://\(address)\(settings.server.path)"]
        if settings.server.webUI { lines.append("  chat page   http://\(reachable)/") }
        lines.append("  terminal    ailoopctl chat --url ws://\(reachable)\(settings.server.path)")
        lines.append("  health      http://\(reachable)/healthz")
        if settings.aiService == .mock {
            lines.append("  The built-in mock service answers; say \"help\" to it.")
        }
        for line in lines { say(line) }
    }
}

/// The server once it runs, and how often it was asked to end.
private final class ServerSlot: Sendable {
    enum Decision {
        case drain(InteractiveServer, grace: Duration)
        case end
    }

    private struct State {
        var server: (server: InteractiveServer, reload: ConfigurationReload)?
        /// Whether a reload was asked for before the server ran.
        var isReloadWanted = false
        var signals: LoopBound<SignalSource>?
        var isEnding = false
    }

    private let state = Mutex(State())

    func keep(_ signals: LoopBound<SignalSource>) {
        state.withLock { $0.signals = signals }
    }

    func started(_ server: InteractiveServer, _ reload: ConfigurationReload) {
        let isReloadWanted = state.withLock { state in
            state.server = (server, reload)
            return state.isReloadWanted
        }
        if isReloadWanted { reload.request() }
    }

    /// Loads the configuration again, as soon as the server runs; not when it is about to end.
    func reload() {
        let reload = state.withLock { state in
            state.isReloadWanted = state.server == nil
            return state.isEnding ? nil : state.server?.reload
        }
        reload?.request()
    }

    /// The first signal drains a server that runs; every other one ends the process.
    func noteSignal() -> Decision {
        state.withLock { state in
            guard !state.isEnding, let (server, reload) = state.server else { return .end }
            state.isEnding = true
            return .drain(server, grace: reload.settings.server.shutdownGrace)
        }
    }
}
