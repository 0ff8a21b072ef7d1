import AILoop
import JSON

/// Makes up arguments that fit a tool's JSON Schema: its own examples where it has some, else something plausible.
struct MockArguments {
    let prompt: String

    private static let maximumDepth = 4
    private static let maximumProperties = 16

    /// JSON text.
    func text(for tool: ToolDefinition) -> String {
        let schema = tool.definition["function"]?["parameters"] ?? tool.definition["parameters"] ?? [:]
        return object(schema, depth: 0).jsonText
    }

    private func object(_ schema: JSONValue, depth: Int) -> JSONValue {
        let properties = schema["properties"]?.object ?? [:]
        let required = schema["required"]?.array?.compactMap(\.string)
        var object = JSONObject()
        for member in properties.members.prefix(Self.maximumProperties)
        where required?.contains(member.name) ?? true {
            object[member.name] = value(member.value, name: member.name, depth: depth + 1)
        }
        return .object(object)
    }

    private func value(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
        if let given = schema["const"] ?? schema["default"] ?? schema["enum"]?.array?.first
            ?? schema["examples"]?.array?.first ?? schema["example"]
        {
            return given
        }
        guard depth < Self.maximumDepth else { return .null }
        switch schema["type"]?.string ?? schema["type"]?.array?.first?.string {
        case "integer", "number": return schema["minimum"] ?? 1
        case "boolean": return true
        case "array": return .array([value(schema["items"] ?? [:], name: name, depth: depth + 1)])
        case "object": return object(schema, depth: depth)
        case "null": return .null
        default: return .string(word(for: name.lowercased()))
        }
    }

    private func word(for name: String) -> String {
        let guesses = [
            ("timezone", "UTC"), ("city", "Paris"), ("location", "Paris"), ("country", "France"),
            ("date", "2026-01-31"), ("time", "12:00"),
            ("email", "ada@example.com"), ("url", "https://example.com/"), ("path", "README.md"), ("file", "README.md"),
            ("name", "Ada"), ("query", prompt), ("question", prompt), ("text", prompt), ("message", prompt),
        ]
        return guesses.first { name.contains($0.0) }?.1 ?? "example"
    }
}
