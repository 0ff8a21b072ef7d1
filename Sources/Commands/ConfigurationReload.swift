import CommandLineSpec
import Configuration
import EventLoops
import InteractiveServer
import Observability
import Synchronization

/// Loads the configuration again while the server runs (SIGHUP), and puts it in force where it is valid.
///
/// Files are read on a thread of its own, which may take its time: nothing else waits for it. Requests that come meanwhile
/// are one more load after it.
final class ConfigurationReload: Sendable {
    private struct State {
        var settings: Settings
        var isLoading = false
        var isWanted = false
    }

    private let invocation: Invocation
    private let hasFile: Bool
    private let server: InteractiveServer
    private let services: ModelServices
    private let log: Logger
    private let started: Settings
    private let state: Mutex<State>

    /// - Parameters:
    ///   - settings: what the server was started with.
    ///   - hasFile: whether a configuration file was among it. One that is gone then is a fault, and no wish for defaults.
    init(
        invocation: Invocation, settings: Settings, hasFile: Bool, server: InteractiveServer, services: ModelServices,
        log: Logger
    ) {
        self.invocation = invocation
        self.hasFile = hasFile
        self.server = server
        self.services = services
        self.log = log
        started = settings
        state = Mutex(State(settings: settings))
    }

    /// What is in force now.
    var settings: Settings { state.withLock(\.settings) }

    /// From any thread; returns at once.
    func request() {
        let mustStart = state.withLock { state in
            state.isWanted = true
            defer { state.isLoading = true }
            return !state.isLoading
        }
        guard mustStart else { return }
        do throws(SystemError) {
            try Thread.start(name: "reload") { self.loadWhileWanted() }
        } catch {
            state.withLock { ($0.isWanted, $0.isLoading) = (false, false) }
            log.error(
                "the configuration is not loaded: no thread can be started; what was in force stays so",
                ["error": .string("\(error)")])
        }
    }

    private func loadWhileWanted() {
        while isWantedAgain() { load() }
    }

    private func isWantedAgain() -> Bool {
        state.withLock { state in
            state.isLoading = state.isWanted
            defer { state.isWanted = false }
            return state.isWanted
        }
    }

    private func load() {
        guard invocation.parsed.value(of: "config") != "-" else {
            return log.warning("the configuration came from standard input, which cannot be read again")
        }
        let loaded = invocation.loadConfiguration(requiresFile: hasFile)
        let report = ConfigurationReport(loaded)
        if LogSetup.isForPeople(started, isTerminal: invocation.console.isErrorTerminal) {
            invocation.tell(report)
        } else {
            report.write(to: log)
        }
        guard let settings = loaded.settings else {
            return log.error("the configuration is invalid; what was in force stays so")
        }
        let change = ConfigurationChange(to: settings, from: self.settings, started: started)
        guard !change.opensServer else {
            return log.error(
                "the configuration is not taken over: without tokens the server would be open to everybody on its address",
                ["host": .string(started.server.host)])
        }
        LogSetup.apply(change.settings, to: log)
        let connections = change.settings.server.maximumConnections
        if connections != self.settings.server.maximumConnections { ConnectionRoom.make(for: connections, log: log) }
        state.withLock { $0.settings = change.settings }
        server.reconfigure(change.settings, makeService: services.factory(for: change.settings)) { [log] in
            log.info("configuration reloaded", ["changed": .string(change.applied.joined(separator: ", "))])
            guard !change.deferred.isEmpty else { return }
            log.warning("a restart is needed", ["keys": .string(change.deferred.joined(separator: ", "))])
        }
    }
}
