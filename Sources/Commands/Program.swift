import CommandLineSpec
import Glibc

/// The program: a command line in, an exit code out.
package struct Program: Sendable {
    private let arguments: [String]
    private let environment: [String: String]

    /// `arguments` without the program's own name.
    package init(arguments: [String], environment: [String: String]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// As this process was called. From then on a write to a reader that has gone is an error and ends nothing by itself.
    package static func ofThisProcess() -> Program {
        signal(SIGPIPE, SIG_IGN)
        // Whoever started this process may have ignored it, and then nobody hears how a child ends.
        signal(SIGCHLD, SIG_DFL)
        holdClosedDescriptors()
        return Program(arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessEnvironment.variables())
    }

    /// Where the caller closed a standard stream (`>&-`), its number would be given to the next socket or file, which then got
    /// what is written for people. Something holds the number that can only be used the other way round, so that
    /// the stream stays as closed as it was: EBADF.
    private static func holdClosedDescriptors() {
        // The lowest free number is the one that is given out.
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", mode)
        }
    }

    /// Runs the command; output goes to the descriptors given.
    package func run(output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO) -> ExitCode {
        let parsed = CommandLineParser.parse(arguments, by: CommandTable.program)
        let colour = parsed.value(of: "color").flatMap(Console.Colour.init) ?? .auto
        let console = Console(output: output, error: error, colour: colour, environment: environment)
        let invocation = Invocation(parsed: parsed, environment: environment, console: console)
        do throws(OutputError) {
            return try run(invocation)
        } catch {
            switch error {
            case .closed:
                // Whoever read has seen enough, as in `… | head -1`.
                return .success
            case .failed(let reason):
                invocation.tell("cannot write to standard output: \(reason)")
                return .failed
            }
        }
    }

    private func run(_ invocation: Invocation) throws(OutputError) -> ExitCode {
        let (parsed, console) = (invocation.parsed, invocation.console)
        let command = parsed.command.flatMap { CommandTable.program.command(named: $0) }
        if let option = parsed.options.first(where: { $0.name == "help" }) {
            let help = HelpText(
                CommandTable.program, option.isShort ? .short : .long, width: console.outputWidth,
                usesColour: console.coloursOutput)
            try console.write(command.map { help.help(for: $0) } ?? help.overview())
            return .success
        }
        if parsed.isGiven("version") {
            try console.write("\(CommandTable.program.name) \(CommandTable.program.version)\n")
            return .success
        }
        guard parsed.problems.isEmpty else {
            invocation.reportUsage(parsed.problems)
            return .usage
        }
        guard let command else {
            if let shell = parsed.value(of: "generate-completions").flatMap(CompletionShell.init) {
                try console.write(CompletionScript(CommandTable.program).text(for: shell))
                return .success
            }
            if parsed.isGiven("generate-man") {
                try console.write(ManualPage(CommandTable.program).text())
                return .success
            }
            let help = HelpText(
                CommandTable.program, .short, width: console.errorWidth, usesColour: console.coloursErrors)
            console.tell(help.overview())
            return .usage
        }
        return switch command.name {
        case "serve": ServeCommand(invocation).run()
        case "chat": try ChatCommand(invocation).run()
        case "replay": try ReplayCommand(invocation).run()
        case "bench": try BenchCommand(invocation).run()
        default: try ValidateConfigCommand(invocation).run()
        }
    }
}
