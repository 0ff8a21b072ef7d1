import AILoop
import JSON
import Testing

@testable import OpenRouter

@Suite struct ChatCompletionRequestTests {
    private func body(
        _ request: ModelRequest, provider: JSONObject = [:], dialect: ChatCompletionRequest.Dialect = .openRouter
    ) -> String {
        String(decoding: ChatCompletionRequest(request, provider: provider, dialect: dialect).encoded(), as: UTF8.self)
    }

    private let hello: [ChatMessage] = [.user("hello")]

    @Test("a plain request has model, messages and stream, and nothing else")
    func plain() {
        #expect(
            body(ModelRequest(model: "m", messages: [.system("Be \"brief\"."), .user("hello")]))
                == #"{"model":"m","messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"hello"}],"stream":true}"#
        )
    }

    @Test("fallbacks, routing, session, user and parameters are sent where they are set")
    func everything() {
        let request = ModelRequest(
            model: "m", fallbackModels: ["n", "o"], messages: hello,
            params: ["temperature": .number(JSONNumber(validated: "0.10")), "reasoning": ["effort": "low"]],
            sessionID: "s-1", user: "u-1")
        #expect(
            body(request, provider: ["order": ["Acme"]])
                == #"{"model":"m","models":["n","o"],"messages":[{"role":"user","content":"hello"}],"stream":true,"#
                + #""temperature":0.10,"reasoning":{"effort":"low"},"provider":{"order":["Acme"]},"session_id":"s-1","user":"u-1"}"#
        )
    }

    @Test("another service than OpenRouter gets no session and is asked for usage")
    func openAI() {
        let request = ModelRequest(model: "m", messages: hello, sessionID: "s", user: "u")
        #expect(
            body(request, dialect: .openAI)
                == #"{"model":"m","messages":[{"role":"user","content":"hello"}],"stream":true,"stream_options":{"include_usage":true}}"#
        )
    }

    @Test("a parameter replaces a default field, null takes it away, and none replaces what the request decides")
    func parameters() {
        let params: JSONObject = [
            "model": "evil", "models": ["evil"], "messages": [], "stream": false, "tools": [], "max_tokens": nil,
            "session_id": nil, "user": "me", "provider": ["sort": "price"], "tool_choice": "required", "stop": ["a"],
        ]
        let request = ModelRequest(model: "m", messages: hello, params: params, sessionID: "s", user: "u")
        #expect(
            body(request, provider: ["order": ["Acme"]])
                == #"{"model":"m","messages":[{"role":"user","content":"hello"}],"stream":true,"#
                + #""user":"me","provider":{"sort":"price"},"stop":["a"]}"#)
        #expect(
            !body(ModelRequest(model: "m", messages: hello, params: ["stream_options": nil]), dialect: .openAI)
                .contains("stream_options"))
    }

    @Test("tools are sent with every request, and the choice where it is not the model's")
    func tools() {
        let tool = ToolDefinition(name: "f", definition: ["type": "function", "function": ["name": "f"]])
        let auto = ModelRequest(model: "m", messages: hello, tools: [tool], params: ["tool_choice": "required"])
        #expect(
            body(auto).hasSuffix(#""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required"}"#))
        let none = ModelRequest(
            model: "m", messages: hello, tools: [tool], toolChoice: .none, params: ["tool_choice": "required"])
        #expect(body(none).hasSuffix(#""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none"}"#))
    }

    @Test(
        "a tool turn is replayed in OpenAI's form: null content, the calls, their results, reasoning details as they came"
    )
    func toolTurn() throws {
        let details: JSONValue = [["type": "reasoning.encrypted", "data": "eA==", "index": 0]]
        let request = ModelRequest(
            model: "m",
            messages: [
                .user("weather?"),
                .assistant(
                    AssistantMessage(
                        text: "", toolCalls: [ToolCall(id: "c1", name: "weather", arguments: #"{"city":"Oslo"}"#)],
                        reasoningDetails: details)),
                .tool(callID: "c1", content: "rain"),
                .assistant(AssistantMessage(text: "It rains.", reasoningDetails: [])),
                .assistant(AssistantMessage(text: "")),
            ])
        let messages = try JSONParser.parse(body(request))["messages"]
        #expect(
            messages == [
                ["role": "user", "content": "weather?"],
                [
                    "role": "assistant", "content": nil, "reasoning_details": details,
                    "tool_calls": [
                        [
                            "id": "c1", "type": "function",
                            "function": ["name": "weather", "arguments": #"{"city":"Oslo"}"#],
                        ]
                    ],
                ],
                ["role": "tool", "tool_call_id": "c1", "content": "rain"],
                ["role": "assistant", "content": "It rains.", "reasoning_details": []],
                ["role": "assistant", "content": ""],
            ])
    }

    @Test("arguments that are no JSON object are replayed as an empty one", arguments: ["", "{", "[1]", "7", "{} x"])
    func brokenArguments(_ arguments: String) throws {
        let call = ToolCall(id: "c", name: "f", arguments: arguments)
        let request = ModelRequest(model: "m", messages: [.assistant(AssistantMessage(text: "t", toolCalls: [call]))])
        let message = try JSONParser.parse(body(request))["messages"]?.array?.first
        #expect(message?["tool_calls"]?.array?.first?["function"]?["arguments"] == "{}")
        #expect(message?["content"] == "t")
    }

    @Test("a session's name is sent up to 256 characters")
    func sessionLength() throws {
        for (length, sent) in [(255, 255), (256, 256), (257, 256)] {
            let request = ModelRequest(model: "m", messages: hello, sessionID: String(repeating: "s", count: length))
            #expect(try JSONParser.parse(body(request))["session_id"]?.string?.count == sent)
        }
    }
}
