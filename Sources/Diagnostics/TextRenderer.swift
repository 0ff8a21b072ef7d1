/// Diagnostics for people: the message, the source line with a caret under the exact span, second places, the help.
///
///     error[AL020]: unknown key `prot` in `server`
///       --> config.yaml:3:3
///        |
///      3 |   prot: 8000
///        |   ^^^^
///        = help: did you mean `port`?
package struct TextRenderer: Sendable {
    private let catalog: SourceCatalog
    private let usesColour: Bool

    /// `usesColour` adds ANSI colours; nothing is said by colour alone.
    package init(catalog: SourceCatalog, usesColour: Bool = false) {
        self.catalog = catalog
        self.usesColour = usesColour
    }

    /// One diagnostic, ended by a line break.
    package func render(_ diagnostic: Diagnostic) -> String {
        let snippets = [snippet(at: diagnostic.span)] + diagnostic.related.map { snippet(at: $0.span) }
        let gutter = snippets.map { $0.map { String($0.position.line).count } ?? 1 }.max() ?? 1
        let margin = String(repeating: " ", count: gutter)

        let head = painted("\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]", style(of: diagnostic.severity))
        var lines = [head + painted(": " + escapedForDisplay(diagnostic.message), .bold)]
        lines += place(diagnostic.span, arrow: "-->", snippet: snippets[0], margin: margin, note: nil)
        for (related, snippet) in zip(diagnostic.related, snippets.dropFirst()) {
            lines += place(related.span, arrow: ":::", snippet: snippet, margin: margin, note: related.message)
        }
        if let help = diagnostic.help {
            lines.append("\(margin) \(painted("=", .margin)) \(painted("help:", .bold)) \(escapedForDisplay(help))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func place(
        _ span: SourceSpan, arrow: String, snippet: Snippet?, margin: String, note: String?
    ) -> [String] {
        let note = note.map { ": " + escapedForDisplay($0) } ?? ""
        guard let snippet else {
            return ["\(margin)\(painted(arrow, .margin)) \(span.origin.displayName)\(note)"]
        }
        var position = span.origin.displayName
        if case .file = span.origin { position += ":\(snippet.position.line):\(snippet.position.column)" }
        let number = String(snippet.position.line)
        let padding = String(repeating: " ", count: margin.count - number.count)
        return [
            "\(margin)\(painted(arrow, .margin)) \(position)\(note)",
            "\(margin) \(painted("|", .margin))",
            "\(padding)\(painted(number + " |", .margin)) \(snippet.line)",
            "\(margin) \(painted("|", .margin)) \(snippet.indentation)\(painted(snippet.carets, .caret))",
        ].map { $0.last == " " ? String($0.dropLast(while: " ")) : $0 }
    }

    private func snippet(at span: SourceSpan) -> Snippet? {
        catalog[span.origin].flatMap { $0.bytes.isEmpty ? nil : Snippet(of: span.range, in: $0) }
    }
}

extension TextRenderer {
    private enum Style: String {
        case error = "\u{1B}[1;31m"
        case warning = "\u{1B}[1;33m"
        case bold = "\u{1B}[1m"
        case margin = "\u{1B}[1;34m"
        case caret = "\u{1B}[1;36m"
    }

    private func style(of severity: Severity) -> Style {
        severity == .error ? .error : .warning
    }

    private func painted(_ text: String, _ style: Style) -> String {
        usesColour ? style.rawValue + text + "\u{1B}[0m" : text
    }
}

extension String {
    fileprivate func dropLast(while character: Character) -> Substring {
        var result = self[...]
        while result.last == character { result.removeLast() }
        return result
    }
}
