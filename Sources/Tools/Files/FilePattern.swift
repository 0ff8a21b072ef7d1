import JSONSchema

/// A pattern of file names: `*.swift`, `docs/**/*.md`, `{a,b}.c`.
struct FilePattern: Sendable {
    private let pattern: LinearPattern
    /// Whether whole paths are matched, or names alone.
    private let matchesPaths: Bool

    init(_ text: String) throws(ToolFailure) {
        matchesPaths = text.contains("/")
        let trimmed = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        guard let expression = Self.expression(Array(trimmed)), let pattern = LinearPattern("^\(expression)$") else {
            throw ToolFailure("`\(text)` is no pattern of file names. Write for example *.swift or docs/**/*.md.")
        }
        self.pattern = pattern
    }

    func matches(_ path: WorkspacePath) -> Bool {
        pattern.isFound(in: matchesPaths ? path.text : path.names.last ?? ".")
    }

    /// As a regular expression; nil where a bracket is not closed.
    private static func expression(_ text: [Character]) -> String? {
        var result = ""
        var position = 0
        var depth = 0
        while position < text.count {
            let character = text[position]
            position += 1
            switch character {
            case "*":
                guard position < text.count, text[position] == "*" else {
                    result += "[^/]*"
                    continue
                }
                position += 1
                if position < text.count, text[position] == "/" {
                    position += 1
                    result += "(?:[^/]*/)*"
                } else {
                    result += ".*"
                }
            case "?": result += "[^/]"
            case "[":
                guard let end = text[position...].firstIndex(of: "]"), end > position else { return nil }
                var inside = String(text[position..<end])
                if inside.hasPrefix("!") { inside = "^" + inside.dropFirst() }
                result += "[" + inside.map { $0 == "\\" ? "\\\\" : String($0) }.joined() + "]"
                position = end + 1
            case "{":
                depth += 1
                result += "(?:"
            case "}" where depth > 0:
                depth -= 1
                result += ")"
            case "," where depth > 0: result += "|"
            default: result += LinearPattern.escaped(String(character))
            }
        }
        return depth == 0 ? result : nil
    }
}
