import JSON

extension JSONValue {
    /// Widest list or object that stays on one line.
    private static let lineWidth = 100

    /// JSON for people: members on lines of their own, indented by two spaces, short values on one line.
    var indentedText: String { indented(by: 0) }

    private func indented(by depth: Int) -> String {
        let line = jsonText
        if depth > 0, line.utf8.count <= Self.lineWidth { return line }
        let margin = String(repeating: "  ", count: depth + 1)
        let end = "\n" + String(repeating: "  ", count: depth)
        switch self {
        case .array(let items) where !items.isEmpty:
            return "[\n" + items.map { margin + $0.indented(by: depth + 1) }.joined(separator: ",\n") + end + "]"
        case .object(let object) where !object.isEmpty:
            let members = object.members.map { member in
                "\(margin)\(JSONValue.string(member.name).jsonText): \(member.value.indented(by: depth + 1))"
            }
            return "{\n" + members.joined(separator: ",\n") + end + "}"
        default: return line
        }
    }
}
