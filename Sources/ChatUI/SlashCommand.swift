import Diagnostics

/// What a line that begins with a slash asks for.
package enum SlashCommand: String, Sendable, Hashable, CaseIterable {
    case help, model, system, new, retry, history, usage, save, quit

    /// A line, understood.
    package enum Line: Sendable, Hashable {
        /// To be sent.
        case message(String)
        /// `argument` is what follows the name, without blanks around it.
        case command(SlashCommand, argument: String)
        /// Not understood; words about it for a person.
        case problem(String)
    }

    package static func read(_ line: String) -> Line {
        guard line.hasPrefix("/") else { return .message(line) }
        if line.hasPrefix("//") { return .message(String(line.dropFirst())) }
        let name = line.dropFirst().prefix { !$0.isWhitespace }
        guard let command = SlashCommand(rawValue: String(name)) else {
            let help =
                nearestName(to: String(name), among: allCases.map(\.rawValue)).map { "did you mean `/\($0)`?" }
                ?? "`/help` lists them."
            return .problem(
                "there is no command \(quotedForDisplay("/" + name)); \(help) To send the line as it is, begin it with `//`"
            )
        }
        let argument = line.dropFirst(name.count + 1).drop(while: \.isWhitespace)
        let trimmed = String(argument.reversed().drop(while: \.isWhitespace).reversed())
        if command.argument == nil, !trimmed.isEmpty { return .problem("`/\(name)` takes nothing after it") }
        if command == .save, trimmed.isEmpty { return .problem("`/save` needs the name of a file") }
        return .command(command, argument: trimmed)
    }

    /// As help shows what may follow the name.
    private var argument: String? {
        switch self {
        case .model: "[NAME]"
        case .system: "[TEXT]"
        case .save: "FILE"
        default: nil
        }
    }

    private var summary: String {
        switch self {
        case .help: "show this"
        case .model: "list the models, or begin anew with another one"
        case .system: "show the system prompt, or begin anew with another one"
        case .new: "begin a new conversation"
        case .retry: "send the last message again"
        case .history: "show the conversation so far"
        case .usage: "show the tokens used, and the cost where it is known"
        case .save: "write the conversation to a new file, NAME.json as JSON"
        case .quit: "leave"
        }
    }

    package static let helpText: String = {
        let rows = allCases.map { command in
            (
                head: ["/" + command.rawValue, command.argument].compactMap(\.self).joined(separator: " "),
                command.summary
            )
        }
        let width = rows.map(\.head.count).max() ?? 0
        let lines = rows.map { head, summary in
            "  " + head + String(repeating: " ", count: width - head.count + 2) + summary
        }
        return lines.joined(separator: "\n") + """


              //text sends /text as a message. Alt-Enter, Ctrl-J or a backslash at the
              end begins another line. Ctrl-R searches what was entered before. Ctrl-C
              stops an answer and clears a line. Ctrl-D leaves.
            """
    }()

    /// The commands that `typed` may be the beginning of.
    package static func completions(of typed: String) -> [String] {
        guard typed.hasPrefix("/"), !typed.contains(where: \.isWhitespace) else { return [] }
        return allCases.filter { "/\($0.rawValue)".hasPrefix(typed) }
            .map { "/" + $0.rawValue + ($0.argument == nil ? "" : " ") }
    }
}
