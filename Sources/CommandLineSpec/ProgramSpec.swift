/// A program's whole command line as data. The parser, the help, the man page and the completions are renderings of it.
package struct ProgramSpec: Sendable {
    package var name: String
    package var version: String
    /// What the program is, as a phrase.
    package var summary: String
    /// What more there is to say, in paragraphs.
    package var description: [String]
    /// They stand before or after the command.
    package var globalOptions: [OptionSpec]
    /// They stand without a command: what the program can be asked about itself.
    package var standaloneOptions: [OptionSpec]
    package var commands: [CommandSpec]
    /// The codes that every command shares.
    package var exitCodes: [ExitCodeSpec]
    /// The variables that every command reads.
    package var environment: [EnvironmentSpec]
    /// The files that are read without being named on the command line.
    package var files: [FileSpec]
    /// The day when the words of this table last changed, as `2026-01-31`; the man page carries it.
    package var date: String

    package init(
        name: String, version: String, summary: String, description: [String] = [], globalOptions: [OptionSpec],
        standaloneOptions: [OptionSpec] = [], commands: [CommandSpec], exitCodes: [ExitCodeSpec],
        environment: [EnvironmentSpec] = [], files: [FileSpec] = [], date: String = ""
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.description = description
        self.globalOptions = globalOptions
        self.standaloneOptions = standaloneOptions
        self.commands = commands
        self.exitCodes = exitCodes
        self.environment = environment
        self.files = files
        self.date = date
    }

    package func command(named name: String) -> CommandSpec? { commands.first { $0.name == name } }

    /// Every code that the program can end with, by number. Those of single commands are introduced by their names.
    package var allExitCodes: [ExitCodeSpec] {
        let shared = Set(exitCodes.map(\.code))
        var owners: [ExitCodeSpec: [String]] = [:]
        for command in commands {
            for code in command.exitCodes where !shared.contains(code.code) {
                owners[code, default: []].append(command.name)
            }
        }
        let own = owners.map { code, names in
            ExitCodeSpec(code.code, "\(names.joined(separator: ", ")): \(code.meaning)")
        }
        return (exitCodes + own).sorted { ($0.code, $0.meaning) < ($1.code, $1.meaning) }
    }

    /// Every option that can stand beside `command` (nil: without a command).
    package func options(of command: CommandSpec?) -> [OptionSpec] {
        (command?.options ?? standaloneOptions) + globalOptions
    }
}

/// One subcommand.
package struct CommandSpec: Sendable {
    package struct Example: Sendable {
        /// As it is typed.
        package var line: String
        /// What it does, as a phrase.
        package var meaning: String

        package init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    package var name: String
    /// What it does, as a phrase.
    package var summary: String
    /// What more there is to say, in paragraphs.
    package var description: [String]
    package var examples: [Example]
    package var arguments: [ArgumentSpec]
    package var options: [OptionSpec]
    package var conflicts: [ConflictSpec]
    /// Codes that mean something of its own here.
    package var exitCodes: [ExitCodeSpec]
    /// Variables that this command reads besides those of the program.
    package var environment: [EnvironmentSpec]

    package init(
        name: String, summary: String, description: [String] = [], examples: [Example] = [],
        arguments: [ArgumentSpec] = [], options: [OptionSpec] = [], conflicts: [ConflictSpec] = [],
        exitCodes: [ExitCodeSpec] = [], environment: [EnvironmentSpec] = []
    ) {
        self.name = name
        self.summary = summary
        self.description = description
        self.examples = examples
        self.arguments = arguments
        self.options = options
        self.conflicts = conflicts
        self.exitCodes = exitCodes
        self.environment = environment
    }
}

/// An option that makes others pointless: given together they are a usage error.
package struct ConflictSpec: Sendable {
    /// Its long name.
    package var option: String
    /// Long names of the options that cannot go with it.
    package var others: [String]
    /// Why not, as a phrase.
    package var reason: String

    package init(_ option: String, with others: [String], _ reason: String) {
        self.option = option
        self.others = others
        self.reason = reason
    }
}

/// A row of the table of exit codes.
package struct ExitCodeSpec: Sendable, Hashable {
    package var code: Int
    package var meaning: String

    package init(_ code: Int, _ meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}

/// An environment variable that the program reads.
package struct EnvironmentSpec: Sendable {
    package var name: String
    package var summary: String

    package init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}

/// A file that the program reads unasked.
package struct FileSpec: Sendable {
    package var path: String
    package var summary: String

    package init(_ path: String, _ summary: String) {
        self.path = path
        self.summary = summary
    }
}
