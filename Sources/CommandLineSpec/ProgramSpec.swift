/// A program's whole command line as data. The parser and the help are renderings of it.
package struct ProgramSpec: Sendable {
    package var name: String
    package var version: String
    /// What the program is, as a phrase.
    package var summary: String
    /// They stand before or after the command.
    package var globalOptions: [OptionSpec]
    package var commands: [CommandSpec]
    /// The codes that every command shares.
    package var exitCodes: [ExitCodeSpec]

    package init(
        name: String, version: String, summary: String, globalOptions: [OptionSpec], commands: [CommandSpec],
        exitCodes: [ExitCodeSpec]
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.globalOptions = globalOptions
        self.commands = commands
        self.exitCodes = exitCodes
    }

    package func command(named name: String) -> CommandSpec? { commands.first { $0.name == name } }
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
    package var examples: [Example]
    package var arguments: [ArgumentSpec]
    package var options: [OptionSpec]
    /// Codes that mean something of its own here.
    package var exitCodes: [ExitCodeSpec]
    /// False: it is only announced, and takes any arguments.
    package var isBuilt: Bool

    package init(
        name: String, summary: String, examples: [Example] = [], arguments: [ArgumentSpec] = [],
        options: [OptionSpec] = [], exitCodes: [ExitCodeSpec] = [], isBuilt: Bool = true
    ) {
        self.name = name
        self.summary = summary
        self.examples = examples
        self.arguments = arguments
        self.options = options
        self.exitCodes = exitCodes
        self.isBuilt = isBuilt
    }
}

/// An argument that is no option.
package struct ArgumentSpec: Sendable {
    /// As help shows it: `FILE`.
    package var name: String
    package var kind: ValueKind
    package var summary: String
    package var isRequired: Bool
    package var isRepeatable: Bool
    /// What to do where too many are given.
    package var excessHelp: String?

    package init(
        _ name: String, _ kind: ValueKind, _ summary: String, isRequired: Bool = false, isRepeatable: Bool = false,
        excessHelp: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.isRequired = isRequired
        self.isRepeatable = isRepeatable
        self.excessHelp = excessHelp
    }
}

/// An option, with a value or as a flag. Where one that is not repeatable is given twice, the last wins.
package struct OptionSpec: Sendable {
    /// Long name, without dashes.
    package var name: String
    package var short: Character?
    /// nil: a flag.
    package var value: ValueSpec?
    package var summary: String
    package var isRepeatable: Bool
    /// The configuration key that it sets.
    package var setting: String?

    package init(
        _ name: String, short: Character? = nil, value: ValueSpec? = nil, isRepeatable: Bool = false,
        setting: String? = nil, _ summary: String
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.summary = summary
        self.isRepeatable = isRepeatable
        self.setting = setting
    }
}

/// The value of an option.
package struct ValueSpec: Sendable {
    /// As help shows it: `PORT`.
    package var name: String
    package var kind: ValueKind

    package init(_ name: String, _ kind: ValueKind) {
        self.name = name
        self.kind = kind
    }
}

/// What a value is: for checking, and for completing it in a shell.
package enum ValueKind: Sendable, Equatable {
    case text
    /// A path; `-` is standard input or output.
    case file
    case url
    case integer(ClosedRange<Int>)
    case choice([String])
    /// `name=value`.
    case assignment

    /// What is wrong with `text`, to follow the option's name, and how to mend it; nil where nothing is.
    func fault(of text: String) -> (message: String, help: String?)? {
        switch self {
        case .text: nil
        case .file: text.isEmpty ? ("needs the name of a file", nil) : nil
        case .url:
            text.firstRange(of: "://").map { $0.lowerBound > text.startIndex } ?? false
                ? nil : ("needs a URL", "write for example `ws://127.0.0.1:8000/ws`")
        case .integer(let range):
            Int(text).map { range.contains($0) } ?? false
                ? nil : ("must be a whole number from \(range.lowerBound) to \(range.upperBound)", nil)
        case .choice(let choices): choices.contains(text) ? nil : Self.choiceFault(text, choices)
        case .assignment:
            (text.firstIndex(of: "=") ?? text.startIndex) > text.startIndex ? nil : ("must be `name=value`", nil)
        }
    }
}

/// A row of the table of exit codes.
package struct ExitCodeSpec: Sendable {
    package var code: Int
    package var meaning: String

    package init(_ code: Int, _ meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}
