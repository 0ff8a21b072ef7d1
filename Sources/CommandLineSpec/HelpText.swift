/// Help for people: examples first, then what there is; the long one tells everything, exit codes included.
package struct HelpText: Sendable {
    package enum Length: Sendable {
        /// What one looks up while typing.
        case short
        case long
    }

    private let program: ProgramSpec
    private let length: Length
    private let layout: HelpLayout

    /// - Parameters:
    ///   - width: columns of a line, at least 40.
    ///   - usesColour: paints headings.
    package init(_ program: ProgramSpec, _ length: Length = .long, width: Int = 80, usesColour: Bool = false) {
        self.program = program
        self.length = length
        layout = HelpLayout(width: width, usesColour: usesColour)
    }

    /// Help for the program as a whole.
    package func overview() -> String {
        let examples = program.commands.flatMap { $0.examples.prefix(1) }
        let commands = program.commands.map { ($0.name, $0.summary) }
        return layout.text(
            [.text("\(program.name) — \(program.summary)")] + paragraphs(program.description) + [
                .table("Examples", examples.map { ($0.line, $0.meaning) }),
                .usage("\(program.name) COMMAND [OPTIONS] [ARGUMENTS]"),
                .table("Commands", commands),
                .table("Options", rows(program.globalOptions + program.standaloneOptions)),
            ] + reference(program.allExitCodes.map(row), program.environment, program.files) + [
                .text("`\(program.name) COMMAND --help` tells everything about a command, `-h` the short of it.")
            ])
    }

    /// Help for one command.
    package func help(for command: CommandSpec) -> String {
        let arguments = command.arguments.map { argument in
            let name = argument.name + (argument.isRepeatable ? "…" : "")
            return argument.isRequired ? name : "[\(name)]"
        }
        let usage = ["\(program.name) \(command.name)", "[OPTIONS]"] + arguments
        return layout.text(
            [.text("\(program.name) \(command.name) — \(command.summary)")] + paragraphs(command.description) + [
                .table("Examples", command.examples.map { ($0.line, $0.meaning) }),
                .usage(usage.joined(separator: " ")),
                .table("Arguments", command.arguments.map { ($0.name, $0.summary) }),
            ] + optionTables(command)
                + reference(
                    rows(program.exitCodes + command.exitCodes), program.environment + command.environment,
                    program.files)
                + (length == .short ? [.text("`\(program.name) \(command.name) --help` tells everything.")] : []))
    }

    // MARK: - Parts

    private func paragraphs(_ texts: [String]) -> [HelpLayout.Section] {
        length == .long ? texts.map { .text($0) } : []
    }

    /// What is looked up in the long help only.
    private func reference(
        _ codes: [(String, String)], _ variables: [EnvironmentSpec], _ files: [FileSpec]
    ) -> [HelpLayout.Section] {
        guard length == .long else { return [] }
        return [
            .table("Environment", variables.map { ($0.name, $0.summary) }),
            .table("Files", files.map { ($0.path, $0.summary) }),
            .table("Exit codes", codes),
        ]
    }

    /// The options of each group under its heading, then the global ones.
    private func optionTables(_ command: CommandSpec) -> [HelpLayout.Section] {
        var groups: [String] = ["Options"]
        for group in command.options.compactMap(\.group) where !groups.contains(group) { groups.append(group) }
        let tables: [HelpLayout.Section] = groups.map { group in
            .table(group, rows(command.options.filter { ($0.group ?? "Options") == group }))
        }
        return tables + [.table("Global options", rows(program.globalOptions))]
    }

    private func rows(_ options: [OptionSpec]) -> [(String, String)] {
        options.filter { !$0.isHidden }.map { option in
            let short = option.short.map { "-\($0), " } ?? "    "
            let value = option.value.map { " " + $0.name } ?? ""
            return ("\(short)--\(option.name)\(value)", option.summary + notes(option))
        }
    }

    private func notes(_ option: OptionSpec) -> String {
        var notes: [String] = []
        if case .choice(let choices) = option.value?.kind { notes.append(choices.joined(separator: "|")) }
        if option.isRepeatable { notes.append("repeatable") }
        if length == .long, let setting = option.setting { notes.append("sets \(setting)") }
        let note = notes.isEmpty ? "" : " [\(notes.joined(separator: "; "))]"
        return note + (length == .long ? option.details.map { ". " + $0 } ?? "" : "")
    }

    private func row(_ code: ExitCodeSpec) -> (String, String) { (String(code.code), code.meaning) }

    /// By code; a command's own meaning replaces the shared one.
    private func rows(_ codes: [ExitCodeSpec]) -> [(String, String)] {
        var meanings: [Int: String] = [:]
        for code in codes { meanings[code.code] = code.meaning }
        return meanings.keys.sorted().map { (String($0), meanings[$0] ?? "") }
    }
}
