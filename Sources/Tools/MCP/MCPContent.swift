import JSON

/// What a tool of an MCP server answers, as the model is told it: in text.
enum MCPContent {
    /// Of a `tools/call` result.
    static func output(of result: JSONValue) -> ToolOutput {
        if result["resultType"]?.string == "input_required" {
            return .failure("the tool asks for more input from a person, which is not supported here")
        }
        let items = result["content"]?.array ?? []
        var parts = items.map(text)
        if let structured = result["structuredContent"], !structured.isNull {
            let texts = items.filter { $0["type"]?.string == "text" }.map(text)
            if !Self.texts(texts, say: structured) { parts.append(structured.jsonText) }
        }
        let text = parts.joined(separator: "\n")
        if result["isError"]?.bool == true { return .failure(text.isEmpty ? "the tool failed" : text) }
        return .success(text.isEmpty ? "(no output)" : text)
    }

    /// Of a JSON-RPC error.
    static func output(ofError error: JSONValue) -> ToolOutput {
        let code = error["code"]?.int.map { " (code \($0))" } ?? ""
        return .failure((error["message"]?.string ?? "the MCP server refused the call") + code)
    }

    /// Whether the texts say what the structured content says, as they are meant to. SDKs put a value that is no object into one
    /// as `result`, and the items of a list into texts of their own.
    private static func texts(_ texts: [String], say structured: JSONValue) -> Bool {
        let said = texts.map { (text: $0, value: try? JSONParser.parse($0)) }
        func says(_ index: Int, _ value: JSONValue) -> Bool {
            value.string == said[index].text || said[index].value.map { isSame($0, value) } ?? false
        }
        if said.indices.contains(where: { says($0, structured) }) { return true }
        guard let object = structured.object, object.count == 1, let value = object["result"] else { return false }
        if said.indices.contains(where: { says($0, value) }) { return true }
        guard let values = value.array, !values.isEmpty, values.count == said.count else { return false }
        return said.indices.allSatisfy { says($0, values[$0]) }
    }

    /// Whatever the order of members, and however numbers are written.
    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.object, let right = right.object {
            guard left.count == right.count else { return false }
            let (left, right) = (left.members.sorted { $0.name < $1.name }, right.members.sorted { $0.name < $1.name })
            return zip(left, right).allSatisfy { $0.name == $1.name && isSame($0.value, $1.value) }
        }
        if let left = left.array, let right = right.array {
            return left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        }
        if let left = left.double, let right = right.double { return left == right }
        return left == right
    }

    private static func text(_ item: JSONValue) -> String {
        switch item["type"]?.string {
        case "text": return item["text"]?.string ?? ""
        case "image", "audio":
            return "[\(item["type"]?.string ?? ""), \(mediaType(item)), \(size(item["data"])): cannot be shown]"
        case "resource": return resource(item["resource"] ?? [:])
        case "resource_link":
            let name = item["title"]?.string ?? item["name"]?.string ?? "resource"
            let description = item["description"]?.string.map { ": \($0)" } ?? ""
            return "[link to \(name), \(item["uri"]?.string ?? "")\(description)]"
        default: return item.jsonText
        }
    }

    private static func resource(_ resource: JSONValue) -> String {
        let uri = resource["uri"]?.string ?? ""
        if let text = resource["text"]?.string { return "[resource \(uri)]\n\(text)" }
        return "[resource \(uri), \(mediaType(resource)), \(size(resource["blob"])): cannot be shown]"
    }

    private static func mediaType(_ item: JSONValue) -> String { item["mimeType"]?.string ?? "unknown type" }

    /// Of base64.
    private static func size(_ data: JSONValue?) -> String {
        let text = data?.string ?? ""
        return "\(text.utf8.count / 4 * 3 - text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }) bytes"
    }
}
