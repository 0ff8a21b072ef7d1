import JSON
import JSONSchema
import Testing

@Suite struct JSONSchemaFormTests {
    @Test(
        "well-formed schemas",
        arguments: [
            "{}", "true", "false",
            #"{"type":"object","properties":{"city":{"type":"string","description":"Where"}},"required":["city"]}"#,
            #"{"type":["string","null"],"enum":["a",null]}"#,
            #"{"anyOf":[{"type":"number","minimum":0.5},{"const":1}]}"#,
            #"{"items":[{"type":"string"},true]}"#,
            ##"{"$defs":{"a":{"$ref":"#/$defs/a"}},"additionalProperties":{"type":"integer"}}"##,
            #"{"x-own":12,"default":{"type":7},"examples":[1],"maxLength":3,"multipleOf":2,"if":{},"then":{},"else":false}"#,
        ])
    func good(text: String) throws {
        #expect(JSONSchemaForm.faults(of: try JSONParser.parse(text)).isEmpty)
    }

    @Test(
        "a fault is named by its place",
        arguments: [
            ("1", "", "a schema: a mapping"), (#"{"type":"strng"}"#, "/type", "one of array, boolean,"),
            (#"{"type":["string","string"]}"#, "/type", "one of"),
            (#"{"properties":{"a/b":{"type":1}}}"#, "/properties/a~1b/type", "one of"),
            (#"{"required":["a","a"]}"#, "/required", "a list of names, each once"),
            (#"{"required":"a"}"#, "/required", "a list"),
            (#"{"enum":[]}"#, "/enum", "a list of at least one value"),
            (#"{"allOf":[]}"#, "/allOf", "a list of at least one schema"),
            (#"{"anyOf":[{},3]}"#, "/anyOf/1", "a schema"),
            (#"{"items":[{"minItems":-1}]}"#, "/items/0/minItems", "a whole number from 0"),
            (#"{"items":3}"#, "/items", "a schema"), (#"{"not":{"pattern":3}}"#, "/not/pattern", "text"),
            (#"{"uniqueItems":"yes"}"#, "/uniqueItems", "`true` or `false`"),
            (#"{"minimum":"0"}"#, "/minimum", "a number"),
            (#"{"multipleOf":0}"#, "/multipleOf", "greater than 0"),
            (#"{"properties":[]}"#, "/properties", "a mapping of names to schemas"),
        ])
    func bad(text: String, pointer: String, expected: String) throws {
        let faults = JSONSchemaForm.faults(of: try JSONParser.parse(text))
        let fault = try #require(faults.first)
        #expect(faults.count == 1)
        #expect(fault.pointer == pointer)
        #expect(fault.expected.contains(expected), "\(fault)")
    }

    @Test("schemas may be nested as deep as the limit, and no deeper")
    func depth() {
        func nested(_ depth: Int) -> JSONValue { (1..<depth).reduce([:] as JSONValue) { value, _ in ["not": value] } }
        #expect(JSONSchemaForm.faults(of: nested(JSONSchemaForm.maximumDepth)).isEmpty)
        #expect(JSONSchemaForm.faults(of: nested(JSONSchemaForm.maximumDepth + 1)).count == 1)
    }

    @Test("every fault is named, in the order of the text")
    func several() throws {
        let text = #"{"type":"objct","properties":{"a":{"type":"strng","minLength":-1},"b":3},"required":["a","a"]}"#
        #expect(
            JSONSchemaForm.faults(of: try JSONParser.parse(text)).map(\.pointer) == [
                "/type", "/properties/a/type", "/properties/a/minLength", "/properties/b", "/required",
            ])
    }

    @Test("of very many faults only the first are named")
    func many() {
        func schema(_ count: Int) -> JSONValue { ["anyOf": .array(Array(repeating: 3, count: count))] }
        let limit = JSONSchemaForm.maximumFaults
        #expect(JSONSchemaForm.faults(of: schema(limit)).count == limit)
        #expect(JSONSchemaForm.faults(of: schema(limit + 1)).count == limit)
        #expect(JSONSchemaForm.faults(of: schema(5), maximumCount: 1).map(\.pointer) == ["/anyOf/0"])
    }
}
