import CommandLineSpec
import Configuration
import EventLoops

/// `bench`: sessions that ask all the time, and what came of it in figures.
struct BenchCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() throws(OutputError) -> ExitCode {
        let request = BenchRequest(invocation.parsed)
        guard request.problems.isEmpty else {
            invocation.reportUsage(request.problems)
            return .usage
        }
        let token: ServerToken?
        do throws(ServerToken.Problem) {
            token = try ServerToken.read(invocation)
        } catch {
            return invocation.report(error)
        }
        guard request.url == nil else { return try run(request, token: token, server: nil) }
        let local = locally
        guard let (_, settings) = local.usableConfiguration() else { return .configuration }
        return try run(request, token: nil, server: OwnServer.Plan(settings: settings, invocation: local))
    }

    private func run(
        _ request: BenchRequest, token: ServerToken?, server: OwnServer.Plan?
    ) throws(OutputError) -> ExitCode {
        let process: BenchProcess
        do {
            process = try BenchProcess(
                request: request, token: token, server: server, console: invocation.console,
                environment: invocation.environment)
        } catch {
            invocation.console.tell("ailoopctl bench: cannot start: \(error)\n")
            return .unavailable
        }
        return try process.run()
    }

    /// The built-in service answers unless another one is asked for right here: what the environment or a file says is
    /// meant for serving, and may cost money.
    private var locally: Invocation {
        guard !invocation.parsed.isGiven("ai-service") else { return invocation }
        let mock = ["AILOOP_AI_SERVICE": Settings.AIService.mock.rawValue]
        return Invocation(
            parsed: invocation.parsed, environment: invocation.environment.merging(mock) { $1 },
            console: invocation.console)
    }
}
