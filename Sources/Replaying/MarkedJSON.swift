import JSON

/// A JSON value that knows where it stands in its text.
struct MarkedJSON {
    struct Member {
        var name: String
        /// With the quotes.
        var nameRange: Range<Int>
        var value: MarkedJSON
    }

    indirect enum Content {
        case scalar(JSONValue)
        case array([MarkedJSON])
        /// Names may stand twice.
        case object([Member])
    }

    /// How deep a command list may nest; far more than tool definitions do.
    static let maximumDepth = 128

    var content: Content
    var range: Range<Int>

    /// Reads the value that comes next. `text` is what the cursor reads.
    init(_ cursor: inout JSONCursor, text: [UInt8]) throws(JSONParseError) {
        let kind = try cursor.peekKind()
        let start = cursor.offset
        switch kind {
        case .array:
            var elements: [MarkedJSON] = []
            try cursor.readArray { (cursor) throws(JSONParseError) in
                elements.append(try MarkedJSON(&cursor, text: text))
            }
            content = .array(elements)
        case .object:
            var members: [Member] = []
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                let range = Self.range(of: name, before: cursor.offset, text)
                members.append(Member(name: name.string, nameRange: range, value: try MarkedJSON(&cursor, text: text)))
            }
            content = .object(members)
        case .null, .bool, .number, .string: content = .scalar(try cursor.readValue())
        }
        range = start..<cursor.offset
    }

    /// A name stands before a colon, and that before the value.
    private static func range(of name: JSONName, before value: Int, _ text: [UInt8]) -> Range<Int> {
        var end = value
        while end > 0, text[end - 1] != UInt8(ascii: "\"") { end -= 1 }
        return max(0, end - name.writtenLength - 2)..<end
    }

    var value: JSONValue {
        switch content {
        case .scalar(let value): return value
        case .array(let elements): return .array(elements.map(\.value))
        case .object(let members):
            var object = JSONObject()
            for member in members { object.set(member.name, to: member.value.value) }
            return .object(object)
        }
    }

    /// The last member of that name.
    subscript(name: String) -> MarkedJSON? {
        guard case .object(let members) = content else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The value at a path such as `tools[0].function.name`, or as far as the path leads.
    func following(_ path: some StringProtocol) -> MarkedJSON {
        var place = self
        for part in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
            if case .array(let elements) = place.content, let index = Int(part), elements.indices.contains(index) {
                place = elements[index]
            } else if let member = place[String(part)] {
                place = member
            } else {
                return place
            }
        }
        return place
    }
}
