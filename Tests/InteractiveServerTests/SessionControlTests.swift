import Configuration
import HTTP1
import InteractiveClient
import JSON
import ScriptedUpstream
import Testing

/// Cancel, pause, resume, tools, history: what a client does with a running session.
@Suite(.timeLimit(.minutes(5))) struct SessionControlTests {
    // MARK: Cancel

    @Test func aCancelledAnswerEndsInAFinalChunkAndKeepsItsText() async throws {
        try await withServer(script: { $0.number == 0 ? .beginning(["so far"]) : .answer(["again"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            let messageID = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            let result = try await client.call(
                "cancelMessage", ["sessionId": .string(session), "messageId": .string(messageID)])
            #expect(result["status"] == 0)
            #expect(try await client.answer() == "")
            #expect(try await server.upstream.request(0).ended.wait() != .server)
            _ = try await client.say("go on", in: session)
            #expect(try await client.answer() == "again")
            let contents = try await server.messages(ofRequest: 1).map { $0["content"]?.string }
            #expect(contents[1...] == ["go", "so far", "go on"])
        }
    }

    @Test func nothingToCancelIsStatusOne() async throws {
        try await withServer(answering: ["x"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            #expect(try await client.call("cancelMessage", ["sessionId": .string(session)])["status"] == 1)
        }
    }

    @Test func aQueuedMessageCanBeTakenOut() async throws {
        let gate = ScriptGate()
        try await withServer(script: { request in
            request.number == 0
                ? [
                    .eventStreamHead(), .wait(gate), .event(ChatCompletionEvent.text("first")),
                    .event(ChatCompletionEvent.done), .endChunks,
                ]
                : .answer(["third"])
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("1", in: session)
            let second = try await client.say("2", in: session)
            _ = try await client.say("3", in: session)
            let result = try await client.call(
                "cancelMessage", ["sessionId": .string(session), "messageId": .string(second)])
            #expect(result["status"] == 0)
            let final = try await client.notification("AIMessageChunkNotification")
            #expect(final["messageId"]?.string == second)
            #expect(final["isFinal"] == true)
            gate.open()
            #expect(try await client.answer() == "first")
            #expect(try await client.answer() == "third")
            let contents = try await server.messages(ofRequest: 1).map { $0["content"]?.string }
            #expect(contents[1...] == ["1", "first", "3"])
        }
    }

    // MARK: Pause

    @Test func aPausedSessionHoldsTheStreamBackWithoutLoss() async throws {
        let paused = ScriptGate()
        try await withServer(script: { _ in
            [
                .eventStreamHead(), .event(ChatCompletionEvent.text("one ")), .wait(paused),
                .event(ChatCompletionEvent.text("two ")), .event(ChatCompletionEvent.text("three")),
                .event(ChatCompletionEvent.finish()), .event(ChatCompletionEvent.done), .endChunks,
            ]
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.notification("AIMessageChunkNotification")["chunk"] == "one ")
            #expect(try await client.call("pauseSession", ["sessionId": .string(session)])["status"] == 4)
            #expect(try await client.notification("SessionStatusNotification")["status"] == 4)
            paused.open()
            // Nothing comes before the answer to a later request, however long the stream has been waiting.
            #expect(try await client.call("echo", ["message": "quiet"]) == "quiet")
            #expect(try await client.call("resumeSession", ["sessionId": .string(session)])["status"] == 1)
            #expect(try await client.notification("SessionStatusNotification")["status"] == 1)
            #expect(try await client.answer() == "two three")
        }
    }

    @Test func nothingIsSentToTheModelWhilePaused() async throws {
        try await withServer(answering: ["late"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.call("pauseSession", ["sessionId": .string(session)])
            _ = try await client.notification("SessionStatusNotification")
            _ = try await client.say("wait for it", in: session)
            #expect(try await client.call("echo", ["message": 1]) == 1)
            #expect(server.upstream.requestCount == 0)
            _ = try await client.call("resumeSession", ["sessionId": .string(session)])
            _ = try await client.notification("SessionStatusNotification")
            #expect(try await client.answer() == "late")
        }
    }

    // MARK: Tools

    static let weatherTool: JSONValue = [
        "type": "function",
        "function": [
            "name": "get_weather", "description": "The weather of a city",
            "parameters": ["type": "object", "properties": ["city": ["type": "string"]]],
        ],
    ]

    /// A call in fragments, then, once its result has come, an answer.
    static let weatherScript: ScriptedUpstream.Script = { request in
        request.number == 0
            ? .eventStream([
                ChatCompletionEvent.text("Let me see. "),
                ChatCompletionEvent.toolCall(id: "call_7", name: "get_weather", arguments: "{\"ci"),
                ChatCompletionEvent.toolArguments("ty\":\"Paris\",\"days\":2}"),
                ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done,
            ]) : .answer(["It is sunny."])
    }

    @Test func aToolCallGoesToTheClientAndItsResultToTheModel() async throws {
        try await withServer(script: Self.weatherScript) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(["tools": [Self.weatherTool]])
            let messageID = try await client.say("weather?", in: session)
            #expect(try await client.notification("AIMessageChunkNotification")["chunk"] == "Let me see. ")
            let call = try await client.notification("ToolCallNotification")
            #expect(call["toolCallId"] == "call_7")
            #expect(call["toolName"] == "get_weather")
            #expect(call["arguments"]?.jsonText == #"{"city":"Paris","days":2}"#)
            #expect(call["messageId"]?.string == messageID)
            #expect(call["executor"] == "client")
            let result: JSONValue = [
                "sessionId": .string(session), "toolCallId": "call_7", "result": ["temperature": 22],
            ]
            #expect(try await client.call("provideToolResult", result)["status"] == 0)
            // The same call is not answered twice.
            let error = try await client.error(of: "provideToolResult", result)
            #expect(error["code"] == -32602)
            #expect(error["data"]?["kind"] == "unknownToolCall")
            #expect(try await client.answer() == "It is sunny.")
            let body = try JSONParser.parse(try await server.upstream.request(0).body)
            #expect(body["tools"]?.array?.first == Self.weatherTool)
            let messages = try await server.messages(ofRequest: 1)
            #expect(messages[2]["tool_calls"]?.array?.first?["function"]?["name"] == "get_weather")
            #expect(messages[3]["role"] == "tool")
            #expect(messages[3]["tool_call_id"] == "call_7")
            #expect(messages[3]["content"] == #"{"temperature":22}"#)
        }
    }

    @Test func aToolThatDoesNotAnswerInTimeIsToldToTheModel() async throws {
        try await withServer({ $0.tools.clientTimeout = .milliseconds(30) }, script: Self.weatherScript) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(["tools": [Self.weatherTool]])
            _ = try await client.say("weather?", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            _ = try await client.notification("ToolCallNotification")
            #expect(try await client.answer() == "It is sunny.")
            let messages = try await server.messages(ofRequest: 1)
            #expect(messages[3]["content"]?.string?.contains("did not answer") == true)
            let late = try await client.error(
                of: "provideToolResult", ["sessionId": .string(session), "toolCallId": "call_7", "result": "late"])
            #expect(late["data"]?["kind"] == "unknownToolCall")
        }
    }

    // MARK: History, models, server

    @Test func historyIsInTheOpenAIForm() async throws {
        try await withServer(script: Self.weatherScript) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(["systemPrompt": "Own prompt.", "tools": [Self.weatherTool]])
            _ = try await client.say("weather?", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.call(
                "provideToolResult", ["sessionId": .string(session), "toolCallId": "call_7", "result": "22"])
            _ = try await client.answer()
            let messages = try #require(
                try await client.call("getHistory", ["sessionId": .string(session)])["messages"]?.array)
            #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "tool", "assistant"])
            #expect(messages[0]["content"] == "Own prompt.")
            #expect(messages[2]["tool_calls"]?.array?.first?["id"] == "call_7")
            #expect(messages[3]["tool_call_id"] == "call_7")
            #expect(messages[4]["content"] == "It is sunny.")
        }
    }

    @Test func modelsAreThoseOfTheUpstream() async throws {
        try await withServer(script: { _ in
            .json(["data": [["id": "a/b", "name": "B", "context_length": 4096, "supported_parameters": ["tools"]]]])
        }) { server in
            let client = try await TestClient.connect(to: server)
            let result = try await client.call("listModels", [:])
            #expect(result["models"]?.array?.first?["id"] == "a/b")
            #expect(result["models"]?.array?.first?["contextLength"] == 4096)
            #expect(try await server.upstream.request(0).head.target == "/v1/models")
        }
    }

    @Test func theServerTellsWhatItIs() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let info = try await client.call("getServerInfo", [:])
            #expect(info["name"] == "ailoopctl")
            #expect(info["version"]?.string?.isEmpty == false)
            #expect(info["protocolVersion"]?.string?.isEmpty == false)
            #expect(info["methods"]?.array?.contains("startSession") == true)
            #expect(info["limits"]?["maxMessageBytes"] == 1_048_576)
        }
    }

    // MARK: Capabilities

    @Test func usageAndReasoningAreSentToThoseWhoAskOnly() async throws {
        let script: ScriptedUpstream.Script = { _ in
            .eventStream([
                ChatCompletionEvent.reasoning("hm"), ChatCompletionEvent.text("yes"), ChatCompletionEvent.finish(),
                ChatCompletionEvent.usage(prompt: 11, completion: 5), ChatCompletionEvent.done,
            ])
        }
        try await withServer(script: script) { server in
            let client = try await TestClient.connect(to: server)
            let asking = try await client.startSession(["capabilities": ["usage", "reasoning", "unheard-of"]])
            _ = try await client.say("go", in: asking)
            #expect(try await client.notification("AIReasoningChunkNotification")["chunk"] == "hm")
            #expect(try await client.notification("AIMessageChunkNotification")["chunk"] == "yes")
            let usage = try await client.notification("UsageNotification")
            #expect(usage["promptTokens"] == 11)
            #expect(usage["completionTokens"] == 5)
            #expect(try await client.notification("AIMessageChunkNotification")["isFinal"] == true)
            let silent = try await client.startSession()
            _ = try await client.say("go", in: silent)
            #expect(try await client.answer() == "yes")
        }
    }
}
