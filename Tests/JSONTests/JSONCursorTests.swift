import JSON
import Testing

@Suite struct JSONCursorTests {
    @Test func `members are picked out of an object and the others skipped`() throws {
        let text = #" {"skip": [1, {"x": "\n"}], "name": "\u00e9t\u00e9", "count": -1.5e2, "on": true, "none": null} "#
        var name: String?
        var count: JSONNumber?
        var on: Bool?
        var none: String? = "not read"
        try read(text) { (cursor) throws(JSONParseError) in
            try cursor.readObject { (member, cursor) throws(JSONParseError) in
                switch member {
                case "name": name = try cursor.readString()
                case "count": count = try cursor.readNumber()
                case "on": on = try cursor.readBool()
                case "none": none = try cursor.readStringOrNull()
                default: break
                }
            }
        }
        #expect(name == "été")
        #expect(count?.text == "-1.5e2")
        #expect(on == true)
        #expect(none == nil)
    }

    @Test func `names compare by what they say, escaped or not`() throws {
        try read(#"{"a": 1, "\u0061": 2, "ab": 3, "": 4}"#) { (cursor) throws(JSONParseError) in
            var found: [String] = []
            var matches = 0
            try cursor.readObject { (name, _) throws(JSONParseError) in
                found.append(name.string)
                if name == "a" { matches += 1 }
            }
            #expect(found == ["a", "a", "ab", ""])
            #expect(matches == 2)
        }
    }

    @Test func `arrays are read element by element`() throws {
        var elements: [JSONValue] = []
        try read(#"[1, "two", [3], {"four": 4}]"#) { (cursor) throws(JSONParseError) in
            try cursor.readArray { (cursor) throws(JSONParseError) in elements.append(try cursor.readValue()) }
        }
        #expect(elements == [1, "two", [3], ["four": 4]])
    }

    @Test func `asking for another kind than what comes is an error that names both`() {
        #expect(throws: JSONParseError(kind: .unexpectedKind(.number, expected: .string), offset: 1)) {
            try read(" 1") { (cursor) throws(JSONParseError) in _ = try cursor.readString() }
        }
        #expect(throws: JSONParseError(kind: .unexpectedKind(.array, expected: .object), offset: 0)) {
            try read("[]") { (cursor) throws(JSONParseError) in
                try cursor.readObject { (_, _) throws(JSONParseError) in }
            }
        }
    }

    @Test func `something after the value is an error`() {
        #expect(throws: JSONParseError(kind: .trailingCharacters, offset: 5)) {
            try read("true x") { (cursor) throws(JSONParseError) in _ = try cursor.readBool() }
        }
    }

    @Test func `every kind can be told before reading`() throws {
        let kinds: [(String, JSONKind)] = [
            ("{}", .object), ("[]", .array), ("\"\"", .string), ("-1", .number), ("0", .number), ("true", .bool),
            ("false", .bool), ("null", .null),
        ]
        for (text, kind) in kinds {
            try read(text) { (cursor) throws(JSONParseError) in
                #expect(try cursor.peekKind() == kind)
                try cursor.skipValue()
            }
        }
    }

    private func read(_ text: String, _ body: (inout JSONCursor) throws(JSONParseError) -> Void) throws(JSONParseError)
    {
        try withJSONCursor(over: text.utf8Span.span, body)
    }
}
