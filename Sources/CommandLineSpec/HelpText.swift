/// Help for people: examples first, then what there is, then the exit codes.
package struct HelpText: Sendable {
    private let program: ProgramSpec
    /// Columns of a line.
    private static let width = 80
    private static let indentation = 2
    private static let gap = 2
    /// What is wider in the left column has its text on the next line.
    private static let widestLeft = 48

    package init(_ program: ProgramSpec) {
        self.program = program
    }

    /// Help for the program as a whole.
    package func overview() -> String {
        let example = program.commands.flatMap { $0.examples.prefix(1) }
        return sections([
            ("\(program.name) — \(program.summary)", []),
            ("Examples:", example.map { ($0.line, $0.meaning) }),
            ("Usage: \(program.name) COMMAND [OPTIONS] [ARGUMENTS]", []),
            ("Commands:", program.commands.map { ($0.name, $0.summary + ($0.isBuilt ? "" : " (not built yet)")) }),
            ("Options:", program.globalOptions.map(row)),
            ("Exit codes:", rows(program.exitCodes)),
            ("`\(program.name) COMMAND --help` tells more about a command.", []),
        ])
    }

    /// Help for one command.
    package func help(for command: CommandSpec) -> String {
        let arguments = command.arguments.map { argument in
            let name = argument.name + (argument.isRepeatable ? "…" : "")
            return argument.isRequired ? name : "[\(name)]"
        }
        let usage = ["Usage: \(program.name) \(command.name)", command.isBuilt ? "[OPTIONS]" : ""] + arguments
        return sections([
            ("\(program.name) \(command.name) — \(command.summary)", []),
            ("Examples:", command.examples.map { ($0.line, $0.meaning) }),
            (usage.filter { !$0.isEmpty }.joined(separator: " "), []),
            ("Arguments:", command.arguments.map { ($0.name, $0.summary) }),
            ("Options:", command.options.filter { !$0.isHidden }.map(row)),
            ("Global options:", program.globalOptions.map(row)),
            ("Exit codes:", rows(program.exitCodes + command.exitCodes)),
        ])
    }

    private func row(_ option: OptionSpec) -> (String, String) {
        let short = option.short.map { "-\($0), " } ?? "    "
        let value = option.value.map { " " + $0.name } ?? ""
        var notes: [String] = []
        if case .choice(let choices) = option.value?.kind { notes.append(choices.joined(separator: "|")) }
        if option.isRepeatable { notes.append("repeatable") }
        if let setting = option.setting { notes.append("sets \(setting)") }
        let note = notes.isEmpty ? "" : " [\(notes.joined(separator: "; "))]"
        return ("\(short)--\(option.name)\(value)", option.summary + note)
    }

    /// By code; a command's own meaning replaces the shared one.
    private func rows(_ codes: [ExitCodeSpec]) -> [(String, String)] {
        var meanings: [Int: String] = [:]
        for code in codes { meanings[code.code] = code.meaning }
        return meanings.keys.sorted().map { (String($0), meanings[$0] ?? "") }
    }

    // MARK: - Layout

    private func sections(_ sections: [(title: String, rows: [(String, String)])]) -> String {
        let isTable: (String) -> Bool = { $0.hasSuffix(":") }
        return sections.filter { !isTable($0.title) || !$0.rows.isEmpty }
            .map { ([$0.title] + table($0.rows)).joined(separator: "\n") }
            .joined(separator: "\n\n") + "\n"
    }

    private func table(_ rows: [(left: String, right: String)]) -> [String] {
        let widths = rows.map(\.left.count).filter { $0 <= Self.widestLeft }
        let column = Self.indentation + (widths.max() ?? 0) + Self.gap
        return rows.flatMap { left, right in
            let margin = String(repeating: " ", count: column)
            let lines = wrapped(right, to: Self.width - column).map { margin + $0 }
            let head = String(repeating: " ", count: Self.indentation) + left
            guard head.count + Self.gap <= column, let first = lines.first else { return [head] + lines }
            return [head + first.dropFirst(head.count)] + lines.dropFirst()
        }
    }

    private func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
