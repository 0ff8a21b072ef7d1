/// The manual page, in mdoc(7).
package struct ManualPage: Sendable {
    private let program: ProgramSpec

    package init(_ program: ProgramSpec) {
        self.program = program
    }

    /// Its file, as `man` finds it.
    package var fileName: String { "\(program.name).1" }

    package func text() -> String {
        let lines =
            head() + synopsis() + description() + commands() + options() + environment() + files() + exitStatus()
            + examples()
        return lines.joined(separator: "\n") + "\n"
    }

    private func head() -> [String] {
        [
            ".\\\" Made by `\(program.name) --generate-man`; not to be edited.", ".Dd \(date)",
            ".Dt \(program.name.uppercased()) 1", ".Os", ".Sh NAME", ".Nm \(program.name)",
            ".Nd \(Mdoc.escaped(program.summary))",
        ]
    }

    /// `2026-01-31` → `January 31, 2026`.
    private var date: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let parts = program.date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]) else { return program.date }
        return "\(months[parts[1] - 1]) \(parts[2]), \(parts[0])"
    }

    private func synopsis() -> [String] {
        var lines = [".Sh SYNOPSIS"]
        for command in program.commands {
            lines += [".Nm", ".Cm \(command.name)", ".Op Ar options"]
            lines += command.arguments.map(Mdoc.argument)
        }
        for option in program.standaloneOptions where !option.isHidden {
            lines += [".Nm", ".Fl -\(option.name)" + Mdoc.value(option)]
        }
        return lines + [".Nm", ".Fl -help | -version"]
    }

    private func description() -> [String] {
        guard !program.description.isEmpty else { return [] }
        return [".Sh DESCRIPTION"] + Mdoc.paragraphs(program.description)
    }

    private func commands() -> [String] {
        [".Sh COMMANDS"] + program.commands.flatMap(command)
    }

    private func command(_ command: CommandSpec) -> [String] {
        var rows = command.arguments.map { ("Ar \($0.name)", Mdoc.prose($0.summary.sentence)) }
        rows += command.options.filter { !$0.isHidden }.map(Mdoc.option)
        var lines = [".Ss \(command.name)"]
        lines += Mdoc.paragraphs([command.summary.sentence] + command.description)
        lines += list(rows)
        if !command.exitCodes.isEmpty { lines += [".Pp", "Exit codes of its own:"] }
        return lines + list(command.exitCodes.map(Mdoc.exitCode))
    }

    private func options() -> [String] {
        let options = program.globalOptions + program.standaloneOptions
        let isMixed = !program.standaloneOptions.isEmpty
        var lines = [".Sh OPTIONS", "These stand before or after the command" + (isMixed ? "," : ".")]
        if isMixed { lines += ["those that generate something without one."] }
        return lines + list(options.filter { !$0.isHidden }.map(Mdoc.option))
    }

    private func environment() -> [String] {
        let own = program.commands.flatMap(\.environment)
        let variables = program.environment + own
        guard !variables.isEmpty else { return [] }
        return [".Sh ENVIRONMENT"] + list(variables.map { ("Ev \($0.name)", Mdoc.prose($0.summary.sentence)) })
    }

    private func files() -> [String] {
        guard !program.files.isEmpty else { return [] }
        return [".Sh FILES"] + list(program.files.map { ("Pa \($0.path)", Mdoc.prose($0.summary.sentence)) })
    }

    private func exitStatus() -> [String] { [".Sh EXIT STATUS"] + list(program.allExitCodes.map(Mdoc.exitCode)) }

    private func examples() -> [String] {
        let blocks = program.commands.flatMap(\.examples).map { example in
            // The examples' meanings are phrases.
            Mdoc.prose(example.meaning.capitalisedFirst + ":")
                + [".Dl \(Mdoc.escaped(example.line, isLiteral: true))"]
        }
        return [".Sh EXAMPLES"] + blocks.joined(separator: [".Pp"])
    }

    private func list(_ rows: [(tag: String, text: [String])]) -> [String] {
        guard !rows.isEmpty else { return [] }
        return [".Bl -tag -width Ds"] + rows.flatMap { [".It \($0.tag)"] + $0.text } + [".El"]
    }
}

/// Words in the form that mdoc(7) wants.
private enum Mdoc {
    static func paragraphs(_ texts: [String]) -> [String] {
        texts.enumerated().flatMap { index, text in (index == 0 ? [] : [".Pp"]) + prose(text) }
    }

    /// A text of sentences, each on lines of its own, `code` in literal type.
    static func prose(_ text: String) -> [String] {
        var lines: [String] = []
        var isCode = false
        for part in text.split(separator: "`", omittingEmptySubsequences: false) {
            var part = part
            if isCode {
                lines.append(".Ql \(escaped(String(part), isLiteral: true))")
            } else {
                if let last = lines.last, last.hasPrefix(".Ql") {
                    // What closes the word stands in its line.
                    let closing = part.prefix { ".,;:)!?".contains($0) }
                    lines[lines.count - 1] += closing.map { " \($0)" }.joined()
                    part = part.dropFirst(closing.count)
                }
                lines += sentences(part)
            }
            isCode.toggle()
        }
        return lines
    }

    /// Columns of the source, as mandoc(1) wants it.
    private static let longestLine = 78

    private static func sentences(_ text: Substring) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + 1 + word.count > longestLine { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
            if word.hasSuffix(".") || word.hasSuffix(".)") { lines.append("") }
        }
        return lines.filter { !$0.isEmpty }.map { line in
            let line = escaped(line)
            return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
        }
    }

    /// `isLiteral`: it is typed as it stands, so that dashes stay dashes and no word is taken for a macro.
    static func escaped(_ text: String, isLiteral: Bool = false) -> String {
        let text = text.replacing("\\", with: "\\e")
        guard isLiteral else { return text }
        return text.replacing("-", with: "\\-").replacing("'", with: "\\(aq").replacing("\"", with: "\\(dq")
            .split(separator: " ").map { word in
                let isMacro = word.count <= 3 && word.first?.isUppercase == true
                let isDelimiter = word.count == 1 && word.first?.isPunctuation == true || word == "|"
                return isMacro || isDelimiter || word.hasPrefix(".") ? "\\&" + word : String(word)
            }
            .joined(separator: " ")
    }

    static func argument(_ argument: ArgumentSpec) -> String {
        let dots = argument.isRepeatable ? " ..." : ""
        return argument.isRequired ? ".Ar \(argument.name)\(dots)" : ".Op Ar \(argument.name)\(dots)"
    }

    static func value(_ option: OptionSpec) -> String {
        guard let value = option.value else { return "" }
        if case .choice(let choices) = value.kind { return " Ar " + choices.joined(separator: " | ") }
        return " Ar \(value.name)"
    }

    static func option(_ option: OptionSpec) -> (String, [String]) {
        let names = (option.short.map { ["Fl \($0)"] } ?? []) + ["Fl -\(option.name)"]
        let tag = names.joined(separator: " , ") + (option.value.map { " Ar \($0.name)" } ?? "")
        var text = prose(option.summary.sentence)
        if case .choice(let choices) = option.value?.kind {
            text += prose("One of " + choices.map { "`\($0)`" }.joined(separator: ", ") + ".")
        }
        if option.isRepeatable { text.append("May be given several times.") }
        if let setting = option.setting {
            text += prose("Sets `\(setting)`" + (option.environment.map { ", as `\($0)` does." } ?? "."))
        } else if let variable = option.environment {
            text += prose("Without it `\(variable)` counts.")
        }
        if let details = option.details { text += prose(details) }
        return (tag, text)
    }

    static func exitCode(_ code: ExitCodeSpec) -> (String, [String]) {
        ("\(code.code)", prose(code.meaning + "."))
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// A phrase as a sentence.
    fileprivate var sentence: String { capitalisedFirst + (hasSuffix(".") ? "" : ".") }
}
