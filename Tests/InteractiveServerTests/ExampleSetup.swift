import Configuration
import HTTP1
import JSON
import ScriptedUpstream

/// What an example of the API's document runs against: the server's settings, and what the AI service does.
struct ExampleSetup: Sendable {
    var configure: @Sendable (inout Settings) -> Void = { _ in }
    var script: @Sendable (ScriptedRequest, ScriptGate) -> [ScriptStep] = { _, _ in .answer(["Good ", "morning."]) }
    /// What the client's connections show.
    var token: String?
    /// Of the session that the example goes on from.
    var sessionParams: JSONValue?
    /// Opened where the transcript says that the AI service answers.
    let gate = ScriptGate()
    var drainsBefore = false

    func settings(_ settings: inout Settings) {
        settings.openRouter.model = "example/model"
        configure(&settings)
    }

    /// Answers every request alike.
    static func service(_ steps: [ScriptStep]) -> ExampleSetup {
        ExampleSetup(script: { _, _ in steps })
    }

    /// Answers with an error status.
    static func failing(_ status: Int, _ message: String, headers: [(String, String)] = []) -> ExampleSetup {
        let body: JSONValue = ["error": ["code": .number(JSONNumber(status)), "message": .string(message)]]
        return .service(.json(status: status, body, headers: headers))
    }

    static let goodToken = "a-good-token"
}

// MARK: - The examples that need something of their own

extension ExampleSetup {
    /// For the example of that name.
    static func named(_ name: String) -> ExampleSetup {
        if name.hasPrefix("answer-") { return answerError(name) }
        if name.hasPrefix("handshake-with") {
            return ExampleSetup(configure: { $0.server.auth.tokens = [Secret(goodToken)] })
        }
        return methods(name) ?? notifications(name) ?? errors(name) ?? ExampleSetup()
    }

    private static func methods(_ name: String) -> ExampleSetup? {
        switch name {
        case "sendUserMessage":
            ExampleSetup(script: { request, gate in
                request.number == 0 ? held([], gate, ["One."]) : .answer(["Two."])
            })
        case "provideToolResult":
            ExampleSetup(script: { request, _ in
                request.number == 0
                    ? toolCalls([("call_7", #"{"city":"Paris","days":2}"#)]) : .answer(["Clear, 22.5 °C."])
            })
        case "tool-of-the-client":
            ExampleSetup(script: { request, _ in
                request.number == 0 ? toolCalls([("call_1", #"{"city":"Paris"}"#)]) : .answer(["Warm, 22 °C."])
            })
        case "approveToolCall": calculating(thenSaying: "42.")
        case "cancelMessage": .service(.beginning(["Once upon "]))
        case "attachSession": ExampleSetup(script: { _, gate in held(["Good "], gate, ["morning."]) })
        case "getHistory": .service(.answer(["Good morning."]))
        case "listModels":
            .service(
                .json([
                    "data": [
                        [
                            "id": "example/model", "name": "Example", "context_length": 32768,
                            "supported_parameters": ["temperature", "tools"],
                        ],
                        ["id": "example/large"],
                    ]
                ]))
        case "shutdown": ExampleSetup(script: { _, gate in held(["Good "], gate, ["bye."]) })
        case "readyz-while-draining":
            ExampleSetup(script: { _, _ in .beginning(["Busy."]) }, drainsBefore: true)
        default: nil
        }
    }

    private static func notifications(_ name: String) -> ExampleSetup? {
        switch name {
        case "AIMessageChunkNotification": .service(.answer([]))
        case "ToolCallNotification":
            .service(
                toolCalls(
                    text: "Let me look. ", [("call_1", #"{"city":"Paris"}"#), ("call_2", #"{"city":"Rome"}"#)]))
        case "ToolResultNotification": calculating(thenSaying: "I may not.")
        case "AIReasoningChunkNotification":
            .service(
                .eventStream([
                    ChatCompletionEvent.reasoning("Six sevens."), ChatCompletionEvent.text("42"),
                    ChatCompletionEvent.finish(), ChatCompletionEvent.done,
                ]))
        case "UsageNotification": .service(answerWithUsage)
        default: nil
        }
    }

    /// The model asks for a tool that the server has, and that needs approval.
    private static func calculating(thenSaying text: String) -> ExampleSetup {
        ExampleSetup(
            configure: { settings in
                settings.tools.builtin = [.calculate]
                settings.tools.policies = ["calculate": .ask]
            },
            script: { request, _ in
                request.number == 0
                    ? toolCalls([("call_1", #"{"expression":"6*7"}"#)], of: "calculate") : .answer([text])
            })
    }

    private static func errors(_ name: String) -> ExampleSetup? {
        switch name {
        case "error-replayGap": ExampleSetup(configure: { $0.sessions.replayBufferBytes = 200 })
        case "error-upstreamFailed": failing(503, "All providers are busy.")
        case "error-limitReached": ExampleSetup(configure: { $0.sessions.maximumSessionsPerUser = 1 })
        case "error-shuttingDown": .service([.hang])
        case "error-unauthorized":
            ExampleSetup(configure: { $0.server.auth.tokens = [Secret(goodToken)] }, token: goodToken)
        default: nil
        }
    }

    private static func answerError(_ name: String) -> ExampleSetup {
        switch name {
        case "answer-timeout":
            ExampleSetup(
                configure: { $0.openRouter.firstByteTimeout = .milliseconds(50) }, script: { _, _ in [.hang] })
        case "answer-unauthorized": failing(401, "User not found.")
        case "answer-paymentRequired": failing(402, "Insufficient credits.")
        case "answer-forbidden": failing(403, "Moderation refused the input.")
        case "answer-modelNotFound": failing(404, "No endpoints found for example/model.")
        case "answer-badRequest": failing(400, "The context is 40000 tokens long, the limit is 32768.")
        case "answer-rateLimited": failing(429, "Rate limit exceeded.", headers: [("Retry-After", "12")])
        case "answer-upstreamUnavailable":
            .service(.eventStream([ChatCompletionEvent.error(code: 502, message: "The provider broke.")]))
        case "answer-connectionFailed":
            ExampleSetup(configure: { $0.openRouter.baseURL = "http://127.0.0.1:1/v1" })
        case "answer-truncated":
            .service([.eventStreamHead(), .event(ChatCompletionEvent.text("Good ")), .close])
        case "answer-malformedResponse": .service(.eventStream(["data: no JSON\n\n"]))
        default:
            ExampleSetup(
                configure: { $0.aiLoop.maximumToolRounds = 1 },
                script: { request, _ in toolCalls([("call_\(request.number + 1)", #"{"city":"Paris"}"#)]) })
        }
    }

    // MARK: Answers

    /// An answer that stops until the gate opens.
    private static func held(_ before: [String], _ gate: ScriptGate, _ after: [String]) -> [ScriptStep] {
        let event: (String) -> ScriptStep = { .event(ChatCompletionEvent.text($0)) }
        return [.eventStreamHead()] + before.map(event) + [.wait(gate)] + after.map(event)
            + [.event(ChatCompletionEvent.finish()), .event(ChatCompletionEvent.done), .endChunks]
    }

    private static func toolCalls(
        text: String? = nil, _ calls: [(id: String, arguments: String)], of tool: String = "get_weather"
    ) -> [ScriptStep] {
        let events = calls.enumerated().map { index, call in
            ChatCompletionEvent.toolCall(
                index: index, id: call.id, name: tool, arguments: call.arguments)
        }
        return .eventStream(
            (text.map { [ChatCompletionEvent.text($0)] } ?? []) + events
                + [ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done])
    }

    /// An answer with its usage, as OpenRouter reports it.
    private static var answerWithUsage: [ScriptStep] {
        let usage: JSONValue = [
            "prompt_tokens": 31, "completion_tokens": 12, "total_tokens": 43,
            "cost": .number(JSONNumber(validated: "0.00021")), "prompt_tokens_details": ["cached_tokens": 16],
            "completion_tokens_details": ["reasoning_tokens": 8],
        ]
        let event: ([JSONValue], JSONValue) -> String = { choices, usage in
            ChatCompletionEvent.data([
                "id": "gen-17", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "example/model",
                "choices": .array(choices), "usage": usage,
            ])
        }
        let text = event([["index": 0, "delta": ["content": "42"], "finish_reason": "stop"]], .null)
        return .eventStream([text, event([], usage), ChatCompletionEvent.done])
    }
}
