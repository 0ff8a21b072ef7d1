import JSON
import JSONRPC
import SessionProtocol
import Testing

@Suite struct StartSessionParamsTests {
    private static let tool: JSONValue = [
        "type": "function",
        "function": [
            "name": "get_weather", "description": "The weather", "parameters": ["type": "object"], "strict": true,
        ],
    ]

    private static func tool(named name: String) -> JSONValue {
        ["type": "function", "function": ["name": .string(name)]]
    }

    private func params(_ sessionParams: JSONValue) throws -> StartSessionParams {
        try StartSessionParams(["userId": "u", "sessionParams": sessionParams])
    }

    private func error(_ sessionParams: JSONValue) -> JSONRPCError? {
        #expect(throws: JSONRPCError.self) { try params(sessionParams) }
    }

    @Test func allOfItIsRead() throws {
        let all = try params([
            "language": "German", "model": "a/b", "context": "At sea.", "systemPrompt": "Be kind.",
            "params": ["temperature": 0, "top_p": 1], "tools": [Self.tool],
            "capabilities": ["usage", "of tomorrow", "reasoning", "usage"],
        ])
        #expect(all.userID == "u")
        #expect(all.language == "German")
        #expect(all.model == "a/b")
        #expect(all.context == "At sea.")
        #expect(all.systemPrompt == "Be kind.")
        #expect(all.params == ["temperature": 0, "top_p": 1])
        #expect(all.capabilities == [.usage, .reasoning])
        #expect(all.tools.map(\.name) == ["get_weather"])
        // Members that are not known go on to the model as they came.
        #expect(all.tools.map { JSONValue.object($0.definition) } == [Self.tool])
    }

    @Test(arguments: [nil, .null, [:]] as [JSONValue?])
    func sessionParamsMayBeLeftOut(given: JSONValue?) throws {
        var object: JSONObject = ["userId": "u"]
        object["sessionParams"] = given
        let params = try StartSessionParams(.object(object))
        #expect(params.language == nil && params.model == nil && params.context == nil && params.systemPrompt == nil)
        #expect(params.params.isEmpty && params.tools.isEmpty && params.capabilities.isEmpty)
    }

    // MARK: Tools

    @Test(
        arguments: [
            (["tools": [5]], "sessionParams.tools[0]", "must be an object, not a number"),
            (["tools": [[:]]], "sessionParams.tools[0].type", "is missing; it must be a string"),
            (["tools": [["type": 1]]], "sessionParams.tools[0].type", "must be a string, not a number"),
            (["tools": [["type": "web"]]], "sessionParams.tools[0].type", "must be \"function\""),
            (["tools": [["type": "function"]]], "sessionParams.tools[0].function", "is missing; it must be an object"),
            (
                ["tools": [["type": "function", "function": "f"]]], "sessionParams.tools[0].function",
                "must be an object, not a string"
            ),
            (
                ["tools": [["type": "function", "function": [:]]]], "sessionParams.tools[0].function.name",
                "is missing; it must be a string"
            ),
            (
                ["tools": [["type": "function", "function": ["name": "f", "description": 1]]]],
                "sessionParams.tools[0].function.description", "must be a string, not a number"
            ),
            (
                ["tools": [["type": "function", "function": ["name": "f", "parameters": []]]]],
                "sessionParams.tools[0].function.parameters", "must be an object, not an array"
            ),
            (
                ["tools": [["type": "function", "function": ["name": "f"]], 1]], "sessionParams.tools[1]",
                "must be an object, not a number"
            ),
            (["capabilities": ["usage", 5]], "sessionParams.capabilities[1]", "must be a string, not a number"),
        ] as [(JSONValue, String, String)])
    func whatIsWrongInsideIsNamedByItsPath(sessionParams: JSONValue, path: String, detail: String) {
        let found = error(sessionParams)
        #expect(found?.code == .invalidParams)
        #expect(found?.invalidParam == path)
        #expect(found?.detail == "`\(path)` \(detail)")
    }

    @Test func namesOfToolsHaveUpTo64Characters() throws {
        let longest = String(repeating: "a", count: SessionTool.maximumNameLength)
        for name in ["a", "A-b_9", longest] {
            #expect(try params(["tools": [Self.tool(named: name)]]).tools.map(\.name) == [name])
        }
        for name in ["", longest + "a", "with space", "ümlaut", "a.b", "a\u{0}"] {
            #expect(error(["tools": [Self.tool(named: name)]])?.invalidParam == "sessionParams.tools[0].function.name")
        }
    }

    @Test func twoToolsOfOneNameAreRefused() {
        let found = error(["tools": [Self.tool(named: "a"), Self.tool(named: "b"), Self.tool(named: "a")]])
        #expect(found?.invalidParam == "sessionParams.tools[2].function.name")
        #expect(found?.detail == "there are two tools named `a`")
    }

    @Test func asManyToolsAsAllowedAndOneMore() throws {
        let tools = (0...StartSessionParams.maximumTools).map { Self.tool(named: "tool\($0)") }
        #expect(try params(["tools": .array(tools.dropLast())]).tools.count == StartSessionParams.maximumTools)
        let found = error(["tools": .array(tools)])
        #expect(found?.invalidParam == "sessionParams.tools")
        #expect(found?.detail == "129 tools are more than the limit of 128")
    }
}
