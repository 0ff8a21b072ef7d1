import JSON

/// The arguments of a tool call, as models write them.
enum ToolArguments {
    /// What is quoted of arguments that are malformed, in bytes before the fault.
    static let maximumQuotedBytes = 40

    /// Why arguments are not a JSON object: to follow `the arguments were not a JSON object: `.
    struct Fault: Error, Sendable, Hashable {
        var reason: String
    }

    /// An object, and its JSON text: what a history may hold, as upstreams refuse one in which arguments are anything else.
    struct Parsed: Sendable, Hashable {
        var object: JSONObject
        var text: String
    }

    /// Blank text, which some models write for functions without parameters, is the empty object. A string that holds an
    /// object is that object: some models encode twice.
    static func parse(_ text: String) throws(Fault) -> Parsed {
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) { return empty }
        let value: JSONValue
        do throws(JSONParseError) {
            value = try JSONParser.parse(text)
        } catch {
            throw Fault(reason: "\(error), after `\(quotation(of: text, to: error.offset))`")
        }
        if let object = value.object { return object.isEmpty ? empty : Parsed(object: object, text: text) }
        if let inner = value.string, let object = try? JSONParser.parse(inner).object {
            return object.isEmpty ? empty : Parsed(object: object, text: inner)
        }
        throw Fault(reason: "they were \(value.kind.phrase)")
    }

    static let empty = Parsed(object: [:], text: "{}")

    /// Whole characters before the fault.
    private static func quotation(of text: String, to offset: Int) -> String {
        let before = text.utf8.prefix(offset)
        let start = before.count > maximumQuotedBytes ? "…" : ""
        return start + String(decoding: before.suffix(maximumQuotedBytes).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
    }
}
