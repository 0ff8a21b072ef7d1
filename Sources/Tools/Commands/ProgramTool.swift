import AILoop
import EventLoops
import JSON

/// A program that a tool starts: without a shell.
struct ToolProgram: Sendable {
    var arguments: [String]
    /// Beside the basic variables.
    var environment: [String: String] = [:]
    /// For its standard input.
    var input: [UInt8] = []
}

/// A tool whose runs are programs: a configured command, or `run_command`.
final class ProgramTool: RunnableTool {
    let definition: ToolDefinition
    let policy: ToolPolicy
    let timeout: UInt64
    private let runner: ProgramRunner
    private let makeProgram: (JSONObject) throws(ToolFailure) -> ToolProgram

    init(
        runner: ProgramRunner, definition: ToolDefinition, policy: ToolPolicy, timeout: UInt64,
        makeProgram: @escaping (JSONObject) throws(ToolFailure) -> ToolProgram
    ) {
        self.runner = runner
        self.definition = definition
        self.policy = policy
        self.timeout = timeout
        self.makeProgram = makeProgram
    }

    func start(
        _ arguments: JSONObject, for sessionID: String, report: @escaping (ToolRunNews) -> Void
    ) -> any RunningTool {
        let program: ToolProgram
        do throws(ToolFailure) {
            program = try makeProgram(arguments)
        } catch {
            return EndedRun(.failure(error.message), loop: runner.loop, report: report)
        }
        return ProgramRun(runner, program, for: sessionID, report: report)
    }
}

/// What all programs of a loop's tools are run with.
struct ProgramRunner {
    let loop: EventLoop
    /// On which they are started.
    let calls: BlockingCalls
    let places: FairPlaces
    /// Where they start.
    let directory: String
    let maximumOutputBytes: Int
}

/// What `run_command` may start: programs, with the arguments that must come first.
struct AllowedCommands {
    private let prefixes: [[String]]

    init(_ prefixes: [[String]]) {
        self.prefixes = prefixes
    }

    func makeProgram(_ arguments: JSONObject) throws(ToolFailure) -> ToolProgram {
        let command = arguments["command"]?.array?.compactMap(\.string) ?? []
        guard prefixes.contains(where: { !$0.isEmpty && command.starts(with: $0) }) else {
            let list = prefixes.map { "`\($0.joined(separator: " "))`" }.joined(separator: ", ")
            throw ToolFailure("this command is not allowed. Allowed are commands that begin with \(list).")
        }
        return ToolProgram(arguments: command)
    }
}
