import JSON
import JSONSchema
import Testing

@Suite struct SchemaValidatorTests {
    private static func faults(_ value: String, _ schema: String) throws -> [String] {
        let validator = SchemaValidator(try JSONParser.parse(schema))
        return validator.faults(in: try JSONParser.parse(value)).map(\.description)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var schema: String
        var value: String
        var faults: [String]
        var testDescription: String { "\(value) as \(schema)" }

        init(_ schema: String, _ value: String, _ faults: String...) {
            self.schema = schema
            self.value = value
            self.faults = faults
        }
    }

    private static let person = """
        {"type":"object","properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0}},
        "required":["name"],"additionalProperties":false}
        """
    private static let tree = """
        {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"number"},
        "children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["value"]}}}
        """

    private static let rows = [
        Row("{}", "[1]"), Row("true", "7"), Row("false", "7", "is not allowed"),
        Row(#"{"type":"string"}"#, "7", "must be a string, not a number"),
        Row(#"{"type":["string","null"]}"#, "null"),
        Row(#"{"type":["string","null"]}"#, "[]", "must be a string or null, not an array"),
        Row(#"{"type":"integer"}"#, "7.0"), Row(#"{"type":"integer"}"#, "7.5", "must be a whole number, not 7.5"),
        Row(#"{"type":"integer"}"#, #""7""#, "must be a whole number, not a string"),
        Row(#"{"enum":["a",1]}"#, "1.0"), Row(#"{"enum":["a",1]}"#, #""b""#, #"must be one of "a", 1, not "b""#),
        Row(#"{"const":{"a":1,"b":2}}"#, #"{"b":2,"a":1}"#), Row(#"{"const":1}"#, "2", "must be 1"),
        Row(person, #"{"name":"Ada","age":36}"#),
        Row(person, #"{"age":-1}"#, "`name` is missing", "`age` must be at least 0"),
        Row(
            person, #"{"name":"","nick":1}"#, "`name` must have at least 1 characters, not 0",
            "`nick` is not known; known are `name`, `age`"),
        Row(#"{"additionalProperties":{"type":"string"}}"#, #"{"a":1}"#, "`a` must be a string, not a number"),
        Row(#"{"patternProperties":{"^x-":{"type":"number"}},"additionalProperties":false}"#, #"{"x-a":1}"#),
        Row(
            #"{"patternProperties":{"^x-":{"type":"number"}},"additionalProperties":false}"#, #"{"x-a":"","y":1}"#,
            "`x-a` must be a number, not a string", "`y` is not known"),
        Row(#"{"minProperties":1}"#, "{}", "must have at least 1 members"),
        Row(#"{"maxProperties":1}"#, #"{"a":1,"b":2}"#, "must have at most 1 members"),
        Row(#"{"items":{"type":"string"}}"#, #"["a",1]"#, "`[1]` must be a string, not a number"),
        Row(
            #"{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}"#, #"["a",1,"b"]"#,
            "`[2]` must be a number, not a string"),
        Row(#"{"minItems":1,"maxItems":2}"#, "[]", "must have at least 1 items, not 0"),
        Row(#"{"minItems":1,"maxItems":2}"#, "[1,2,3]", "must have at most 2 items, not 3"),
        Row(#"{"uniqueItems":true}"#, "[1,2,1]", "must not have the same item twice"),
        Row(#"{"maxLength":2}"#, #""äöü""#, "must have at most 2 characters, not 3"),
        Row(#"{"pattern":"^\\d+$"}"#, #""12""#),
        Row(#"{"pattern":"^\\d+$"}"#, #""1a""#, #"must match the pattern ^\d+$"#),
        Row(#"{"pattern":"(?=x)"}"#, #""a""#),
        Row(#"{"minimum":1,"exclusiveMinimum":true}"#, "1", "must be more than 1"),
        Row(#"{"exclusiveMinimum":1}"#, "1", "must be more than 1"),
        Row(#"{"maximum":1.5}"#, "2", "must be at most 1.5"),
        Row(#"{"exclusiveMaximum":2}"#, "2", "must be less than 2"),
        Row(#"{"multipleOf":5}"#, "7", "must be a multiple of 5"), Row(#"{"multipleOf":5}"#, "10"),
        Row(#"{"anyOf":[{"type":"string"},{"type":"number"}]}"#, "1"),
        Row(#"{"anyOf":[{"type":"string"},{"type":"number"}]}"#, "[]", "must be a string or a number, not an array"),
        Row(
            #"{"anyOf":[{"type":"string","maxLength":1},{"type":"null"}]}"#, #""ab""#,
            "must have at most 1 characters, not 2"),
        Row(#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#, "3", "must fit exactly one of 2 forms, but fits 2"),
        Row(#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#, "1"),
        Row(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "3", "must be at most 2"),
        Row(#"{"not":{"type":"null"}}"#, "null", "has a form that is not allowed"),
        Row(tree, #"{"value":1,"children":[{"value":2,"children":[]}]}"#),
        Row(
            tree, #"{"value":1,"children":[{"value":2,"children":[{}]}]}"#, "`children[0].children[0].value` is missing"
        ),
        Row(##"{"$ref":"#/a~1b/0","a/b":[{"type":"null"}]}"##, "1", "must be null, not a number"),
        Row(##"{"$ref":"https://example.com/schema"}"##, "1"), Row(##"{"$ref":"#/nowhere"}"##, "1"),
        // Draft 4 to 7 wrote the items of a tuple as an array.
        Row(#"{"items":[{"type":"string"}],"additionalItems":false}"#, #"["a",1]"#, "`[1]` is not allowed"),
        Row(#"{"format":"email","deprecated":true,"$comment":"x"}"#, "1"),
    ]

    @Test("Each keyword says where the value does not fit, and why", arguments: rows)
    private func keyword(row: Row) throws {
        #expect(try Self.faults(row.value, row.schema) == row.faults)
    }

    @Test("So many faults are told, and no more")
    func faultLimit() throws {
        let schema = #"{"items":{"type":"string"}}"#
        let all = (0..<SchemaValidator.maximumFaults).map { _ in "1" }.joined(separator: ",")
        #expect(try Self.faults("[\(all)]", schema).count == SchemaValidator.maximumFaults)
        #expect(try Self.faults("[\(all),1]", schema).count == SchemaValidator.maximumFaults)
    }

    @Test("A schema that refers to itself, or multiplies without end, takes the value")
    func endless() throws {
        #expect(try Self.faults("1", ##"{"$ref":"#"}"##).isEmpty)
        let exploding = ##"{"$ref":"#/d/a","d":{"a":{"anyOf":[{"$ref":"#/d/a"},{"$ref":"#/d/a"},{"type":"null"}]}}}"##
        #expect(try Self.faults("1", exploding).isEmpty)
    }

    private static func repeated(_ text: String, _ count: Int) -> String {
        [String](repeating: text, count: count).joined(separator: ",")
    }

    /// Schemas with values that do not fit them, of any size, and from which size on that takes too much work to be found out.
    private static let heavy: [(size: Int, make: @Sendable (Int) -> (schema: String, value: String))] = [
        (60_000, { (#"{"pattern":"(a?){1000}a{1000}b"}"#, "\"\(String(repeating: "a", count: $0))\"") }),
        (
            1000,
            { size in
                let text = "\"\(String(repeating: "a", count: 1000))\""
                return (#"{"items":{"pattern":"^[a-z]{1,1000}$"}}"#, "[\(repeated(text, size)),\"A\"]")
            }
        ),
        (
            1000,
            { size in
                let patterns = (0..<size).map { #"{"pattern":"(a{1000}){4}\#($0)"}"# }
                return (#"{"allOf":[\#(patterns.joined(separator: ","))]}"#, #""a""#)
            }
        ),
        (
            1000,
            { size in
                let members = (0..<size).map { "\"\(String(repeating: "a", count: 100))\($0)\":1" }
                return (
                    #"{"patternProperties":{"(a?){1000}b":true},"additionalProperties":false}"#,
                    "{\(members.joined(separator: ","))}"
                )
            }
        ),
        (
            10_000,
            { size in
                let choices = (0..<size).map(String.init).joined(separator: ",")
                return (#"{"items":{"enum":[\#(choices)]}}"#, "[\(repeated("-1", size))]")
            }
        ),
        (
            10_000,
            { size in
                let text = String(repeating: "a", count: size * 10)
                return (#"{"allOf":[\#(repeated(#"{"minLength":2000000}"#, size))]}"#, "\"\(text)\"")
            }
        ),
        (
            10_000,
            { size in
                (#"{"allOf":[\#(repeated(#"{"uniqueItems":true}"#, size))]}"#, "[[\(repeated("1", size * 10))],1,1]")
            }
        ),
        (
            10_000,
            { size in
                let reference = String(repeating: "/a", count: size * 5)
                return (
                    ##"{"items":{"minimum":2,"$ref":"#\##(reference)"}}"##, "[\(repeated("1", size))]"
                )
            }
        ),
    ]

    @Test("What a check would have to work long for is passed over", arguments: heavy.indices)
    func workLimit(index: Int) throws {
        let (size, make) = Self.heavy[index]
        let (light, heavy) = (make(1), make(size))
        #expect(try !Self.faults(light.value, light.schema).isEmpty)
        #expect(try Self.faults(heavy.value, heavy.schema).isEmpty)
    }

    /// `n` inside each other, in the innermost what does not fit: `v` must be text or a number, and not both.
    private static func nested(_ depth: Int, _ innermost: String) -> String {
        String(repeating: #"{"n":"#, count: depth) + innermost + String(repeating: "}", count: depth)
    }

    @Test("A value is checked as deep as schemas are applied, and taken where it is deeper")
    func depthLimit() throws {
        // Two schemas for each level: that of `n`, and the root that it refers to.
        let schema =
            ##"{"properties":{"n":{"$ref":"#"},"v":{"oneOf":[{"type":"string"},{"type":"number"}]},"w":{"not":{"type":"null"}}}}"##
        let deepest = SchemaValidator.maximumDepth / 2 - 1
        for fit in [#"{"v":1}"#, #"{"v":"x","w":1}"#] {
            for depth in [deepest - 1, deepest, deepest + 1, deepest + 2] {
                #expect(try Self.faults(Self.nested(depth, fit), schema).isEmpty, "\(depth)")
            }
        }
        #expect(try !Self.faults(Self.nested(deepest - 1, #"{"v":true}"#), schema).isEmpty)
        #expect(try Self.faults(Self.nested(deepest + 1, #"{"v":true}"#), schema).isEmpty)
    }

    @Test(
        "Items are the same where their values are",
        arguments: [
            ("[1, 1.0]", false), (#"[{"a":1,"b":2},{"b":2,"a":1.0}]"#, false), (#"[[1e1],[10]]"#, false),
            ("[9007199254740993, 9007199254740992]", true), ("[1, \"1\"]", true), ("[0, false, null]", true),
            (#"[{"a":1},{"a":2}]"#, true), ("[1e400, 2e400]", true),
        ])
    func uniqueItems(value: String, fits: Bool) throws {
        #expect(try Self.faults(value, #"{"uniqueItems":true}"#).isEmpty == fits)
    }

    @Test("A reference is followed by each of its names, also empty ones and those with signs of their own")
    func references() throws {
        let definitions = ##""$defs":{"":{"type":"string"},"a/b":{"type":"string"},"~x":{"type":"string"}}"##
        for reference in ["#/$defs/", "#/$defs/a~1b", "#/$defs/~0x"] {
            #expect(try Self.faults("1", ##"{"$ref":"\##(reference)",\##(definitions)}"##).count == 1, "\(reference)")
        }
        // An anchor, which is not known.
        #expect(try Self.faults("1", ##"{"$ref":"#x","x":{"type":"string"}}"##).isEmpty)
    }

    @Test("Patterns as they are used fit into the work of one check")
    func usualPatterns() throws {
        let schema = #"{"items":{"type":"string","pattern":"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$"}}"#
        let addresses = Self.repeated("\"someone.with.a.name@mail.example.org\"", 300)
        #expect(try Self.faults("[\(addresses),\"nobody\"]", schema).count == 1)
    }

    @Test("A schema of any form is no trouble")
    func malformed() throws {
        for schema in [
            "7", "[]", #"{"type":7}"#, #"{"type":[]}"#, #"{"properties":[]}"#, #"{"required":{}}"#, #"{"items":7}"#,
            #"{"enum":{}}"#, #"{"minLength":"x"}"#, #"{"multipleOf":0}"#, #"{"anyOf":[]}"#, #"{"$ref":7}"#,
        ] {
            for value in ["7", "{}", "[1]", #""x""#] { #expect(try Self.faults(value, schema).isEmpty, "\(schema)") }
        }
    }
}
