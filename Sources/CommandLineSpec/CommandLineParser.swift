import Diagnostics

/// Reads a command line by its table: `--opt value`, `--opt=value`, `-abc`, `-ovalue`, `--`, `-`; global options before or after
/// the command. It goes on after a fault, so that all of them are reported together.
package struct CommandLineParser {
    private let program: ProgramSpec
    private var rest: ArraySlice<String>
    private var result = ParsedCommandLine()
    private var command: CommandSpec?
    private var isCommandUnknown = false

    /// `arguments` without the program's own name.
    package static func parse(_ arguments: [String], by program: ProgramSpec) -> ParsedCommandLine {
        var parser = CommandLineParser(program: program, rest: arguments[...])
        parser.parse()
        return parser.result
    }

    private init(program: ProgramSpec, rest: ArraySlice<String>) {
        self.program = program
        self.rest = rest
    }

    private mutating func parse() {
        while let token = rest.popFirst() {
            if token == "--" {
                takeArguments(rest)
                break
            }
            if token.hasPrefix("--") {
                longOption(token.dropFirst(2))
            } else if token.hasPrefix("-"), token != "-" {
                shortOptions(token.dropFirst())
            } else {
                takeArguments([token])
            }
        }
        checkArguments()
        checkCombinations()
    }

    // MARK: - Arguments

    private mutating func takeArguments(_ tokens: ArraySlice<String>) {
        for token in tokens {
            if command != nil {
                result.arguments.append(token)
            } else if let known = program.command(named: token) {
                command = known
                result.command = known.name
            } else if !isCommandUnknown {
                // What follows may be meant for the command that was misspelt.
                isCommandUnknown = true
                let names = program.commands.map(\.name)
                let list = "commands: " + names.joined(separator: ", ")
                result.problems.append(.unknown("command", token, among: names, otherwise: list))
            }
        }
    }

    private mutating func checkArguments() {
        guard let command else { return }
        let isOpen = command.arguments.last?.isRepeatable ?? false
        if !isOpen, result.arguments.count > command.arguments.count {
            let excess = quotedForDisplay(result.arguments[command.arguments.count])
            result.problems.append(
                UsageProblem("unexpected argument \(excess)", help: command.arguments.last?.excessHelp))
        }
        for missing in command.arguments.dropFirst(result.arguments.count) where missing.isRequired {
            result.problems.append(UsageProblem("\(missing.name) is missing", help: missing.summary))
        }
        for (index, text) in result.arguments.enumerated() {
            guard let spec = command.arguments.dropFirst(index).first ?? command.arguments.last else { break }
            guard let fault = spec.kind.fault(of: text) else { continue }
            result.problems.append(UsageProblem("\(spec.name) \(fault.message)", help: fault.help))
        }
    }

    private mutating func checkCombinations() {
        guard let command else { return }
        for option in program.standaloneOptions where result.isGiven(option.name) {
            let help = "write `\(program.name) --\(option.name)`"
            result.problems.append(UsageProblem("`--\(option.name)` stands without a command", help: help))
        }
        for conflict in command.conflicts where result.isGiven(conflict.option) {
            for other in conflict.others where result.isGiven(other) {
                let message = "`--\(other)` cannot go with `--\(conflict.option)`"
                result.problems.append(UsageProblem(message, help: conflict.reason))
            }
        }
    }

    // MARK: - Options

    private var knownOptions: [OptionSpec] {
        program.globalOptions + program.standaloneOptions + (command?.options ?? [])
    }

    private mutating func longOption(_ text: Substring) {
        let name = text.prefix { $0 != "=" }
        let attached = name.endIndex < text.endIndex ? String(text[text.index(after: name.endIndex)...]) : nil
        guard let option = knownOptions.first(where: { $0.name == name }) else {
            return reportUnknown("--\(name)") { "--" + $0.name }
        }
        take(option, attached: attached, as: "--\(name)")
    }

    /// Flags may stand together; the first option with a value takes what follows it.
    private mutating func shortOptions(_ text: Substring) {
        var text = text
        while let letter = text.popFirst() {
            guard let option = knownOptions.first(where: { $0.short == letter }) else {
                return reportUnknown("-\(letter)") { $0.short.map { "-\($0)" } ?? "" }
            }
            guard option.value != nil else {
                take(option, attached: nil, as: "-\(letter)", isShort: true)
                continue
            }
            if text.first == "=" { text.removeFirst() }
            return take(option, attached: text.isEmpty ? nil : String(text), as: "-\(letter)", isShort: true)
        }
    }

    private mutating func take(_ option: OptionSpec, attached: String?, as written: String, isShort: Bool = false) {
        guard let value = option.value else {
            if attached != nil { result.problems.append(UsageProblem("`\(written)` takes no value")) }
            result.options.append(.init(name: option.name, value: nil, isShort: isShort))
            return
        }
        guard let text = attached ?? nextValue() else {
            result.problems.append(UsageProblem("`\(written)` needs a value", help: "write `\(written) \(value.name)`"))
            return
        }
        if let fault = value.kind.fault(of: text) {
            let message = "`\(written)` \(fault.message), not \(quotedForDisplay(text))"
            result.problems.append(UsageProblem(message, help: fault.help))
        }
        result.options.append(.init(name: option.name, value: text, isShort: isShort))
    }

    /// The next token, unless it is an option itself.
    private mutating func nextValue() -> String? {
        guard let next = rest.first else { return nil }
        let name = next.prefix { $0 != "=" }
        let isOption = knownOptions.contains { option in
            name == "--" + option.name || option.short.map { name == "-\($0)" } ?? false
        }
        return isOption || next == "--" ? nil : rest.popFirst()
    }

    private mutating func reportUnknown(_ written: String, spelling: (OptionSpec) -> String) {
        // Behind a misspelt command nothing can be said of its options.
        guard !isCommandUnknown else { return }
        let owners = program.commands.filter { $0.options.contains { spelling($0) == written } }
        if command == nil, let owner = owners.first {
            let help = "it belongs behind its command: `\(program.name) \(owner.name) \(written) …`"
            result.problems.append(UsageProblem("`\(written)` stands before the command", help: help))
        } else {
            let known = program.options(of: command).filter { !$0.isHidden }.map(spelling)
            let owner = owners.first.map { "it is an option of `\(program.name) \($0.name)`" }
            let nearby = written.hasPrefix("--") ? known : []
            result.problems.append(.unknown("option", written, among: nearby, otherwise: owner))
        }
    }
}
