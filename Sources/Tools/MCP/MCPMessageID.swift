import JSON

/// The ids that a client gives its requests: whole numbers, which some servers send back as text.
enum MCPMessageID {
    static func number(_ value: JSONValue?) -> Int? {
        value?.int ?? value?.string.flatMap { Int($0) }
    }

    /// The id of an answer of which only the ends are known; nil where it is none, or does not say.
    ///
    /// Servers write it before the result, as the rules of JSON-RPC list it, or as the last member but for `jsonrpc`.
    static func number(ofAnswerFrom start: [UInt8], to end: [UInt8]) -> Int? {
        var id: Int?
        var isAnswer = true
        // It breaks off in the middle: what was read until then counts.
        _ = try? withJSONCursor(over: start.span) { (cursor) throws(JSONParseError) in
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                if name == "id" { id = number(try cursor.readValue()) }
                if name == "method" { isAnswer = false }
            }
        }
        guard isAnswer else { return nil }
        return id ?? number(atEnd: end)
    }

    /// What follows one of the last commas is a list of whole members of the outermost object, where it is one at all: within a
    /// text its quotes would be escaped, and further in more braces would follow.
    private static func number(atEnd end: [UInt8]) -> Int? {
        var id: Int?
        for position in end.indices.reversed() where end[position] == UInt8(ascii: ",") {
            guard let members = try? JSONParser.parse([UInt8(ascii: "{")] + end[(position + 1)...]) else { continue }
            // Requests have ids, too.
            if members["method"] != nil { return nil }
            id = id ?? number(members["id"])
        }
        return id
    }
}
