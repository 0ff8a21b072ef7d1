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

    var name: String { arguments.first ?? "" }
}

/// A tool whose runs are programs: a configured command, or `run_command`.
struct ProgramBody: ToolBody {
    let runner: ProgramRunner
    let makeProgram: (JSONObject) throws(ToolFailure) -> ToolProgram

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        do throws(ToolFailure) {
            return ProgramRun(runner, try makeProgram(request.arguments), request, report: report)
        } catch {
            return EndedRun(.failure(error.message), loop: runner.loop, report: report)
        }
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
    /// Of what a program writes; one that writes more is stopped.
    let maximumReadBytes: Int
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
