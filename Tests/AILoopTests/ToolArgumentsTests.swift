import JSON
import Testing

@testable import AILoop

/// What models write as arguments.
@Suite struct ToolArgumentsTests {
    @Test("Blank arguments are the empty object", arguments: ["", " ", "\n\t\r", "{}", " {} ", #""{}""#])
    func empty(text: String) throws {
        #expect(try ToolArguments.parse(text) == ToolArguments.Parsed(object: [:], text: "{}"))
    }

    @Test("An object is taken as it is written; one in a string is taken out of it")
    func objects() throws {
        let object: JSONObject = ["a": [1, "b", nil]]
        let text = #"{"a":[1,"b",null]}"#
        #expect(try ToolArguments.parse(text) == ToolArguments.Parsed(object: object, text: text))
        let encoded = JSONValue.string(text).jsonText
        #expect(try ToolArguments.parse(encoded) == ToolArguments.Parsed(object: object, text: text))
    }

    @Test(
        "Anything else is a fault that says which, and where",
        arguments: [
            ("[]", "they were an array"), ("null", "they were null"), (#""""#, "they were a string"),
            (JSONValue.string(JSONValue.string("{}").jsonText).jsonText, "they were a string"),
            (#"{"a": 1"#, #"unexpected end at byte 7, after `{"a": 1`"#),
            (#"{"a":1,}"#, #"unexpected character at byte 7, after `{"a":1,`"#),
            ("{}x", "something after the value at byte 2, after `{}`"),
            (
                #"{"text":""# + String(repeating: "é", count: 100) + "\n",
                "raw control character in a string at byte 209, after `…" + String(repeating: "é", count: 20) + "`"
            ),
        ])
    func faults(text: String, reason: String) {
        let error = #expect(throws: ToolArguments.Fault.self) { try ToolArguments.parse(text) }
        #expect(error?.reason == reason)
    }

    @Test("What is quoted before a fault has a limit", arguments: [0, 1])
    func quotation(excess: Int) {
        let quoted = String(repeating: "x", count: ToolArguments.maximumQuotedBytes)
        // Behind the opening quotation mark.
        let text = "\"" + quoted.dropFirst(1 - excess) + "\n"
        let expected = excess == 0 ? "\"" + quoted.dropFirst() : "…" + quoted
        let error = #expect(throws: ToolArguments.Fault.self) { try ToolArguments.parse(text) }
        #expect(error?.reason.hasSuffix(", after `\(expected)`") == true, "\(error?.reason ?? "")")
    }
}
