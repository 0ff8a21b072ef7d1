import Configuration
import EventLoops
import Observability

/// `serve`: loads the configuration and runs the server until it is told to stop.
struct ServeCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() -> ExitCode {
        // Before any thread starts, so that every thread has them blocked.
        SignalSource.block(ServerProcess.signals)
        guard let (loaded, settings) = invocation.usableConfiguration() else { return .configuration }
        let metrics = Metrics()
        let log: Logger
        do {
            log = try LogSetup.logger(settings, metrics: metrics, isTerminal: invocation.console.isErrorTerminal)
        } catch  where error.isExhaustion {
            invocation.tell("cannot start: \(error)")
            return .unavailable
        } catch {
            invocation.tell("cannot write the log: \(error)")
            return .configuration
        }
        let origin = loaded.origin(of: "ai_service").description(in: loaded.catalog)
        log.info("starting", ["ai_service": .string(settings.aiService.rawValue), "origin": .string(origin)])
        return ServerProcess(
            invocation: invocation, settings: settings, hasFile: loaded.file != nil, log: log, metrics: metrics
        )
        .run()
    }
}
