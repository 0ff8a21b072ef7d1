import Configuration

/// `serve`: loads the configuration and runs the server until it is told to stop.
struct ServeCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() -> ExitCode {
        guard let (loaded, settings) = invocation.usableConfiguration() else { return .configuration }
        return serve(settings, loaded)
    }

    /// Runs the server. `loaded` tells where each setting comes from.
    private func serve(_ settings: Settings, _ loaded: LoadedConfiguration) -> ExitCode {
        let origin = loaded.origin(of: "ai_service").description(in: loaded.catalog)
        invocation.console.tell("ailoopctl: AI service: \(settings.aiService.rawValue) (\(origin))\n")
        invocation.console.tell("ailoopctl: `serve` is not built yet\n")
        return .usage
    }
}
