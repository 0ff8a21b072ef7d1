import Configuration
import HTTP1
import InteractiveClient
import JSON
import Quantities
import ScriptedUpstream
import Testing

/// What a client is told when the AI service fails, and that the session lives on.
@Suite(.timeLimit(.minutes(5))) struct UpstreamFailureTests {
    private func failure(
        _ configure: @escaping (inout Settings) -> Void = { _ in }, first: [ScriptStep], textBefore: String? = nil,
        _ check: (JSONValue) throws -> Void
    ) async throws {
        try await withServer(configure, script: { $0.number == 0 ? first : .answer(["well again"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            let messageID = try await client.say("go", in: session)
            if let textBefore {
                #expect(try await client.notification("AIMessageChunkNotification")["chunk"]?.string == textBefore)
            }
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 3)
            #expect(status["messageId"]?.string == messageID)
            #expect(status["error"]?["messageId"]?.string == messageID)
            try check(status)
            // The session stays usable, and errors are not history.
            _ = try await client.say("again", in: session)
            #expect(try await client.answer() == "well again")
            let contents = try await server.messages(ofRequest: 1).map { $0["content"]?.string }
            #expect(contents[1...] == (textBefore.map { ["go", $0, "again"] } ?? ["again"]))
        }
    }

    @Test(arguments: [
        (401, "unauthorized", false), (402, "paymentRequired", false), (403, "forbidden", false),
        (404, "modelNotFound", false), (400, "badRequest", false), (429, "rateLimited", true),
        (500, "upstreamUnavailable", true), (503, "upstreamUnavailable", true),
    ])
    func anErrorStatusIsTold(status: Int, kind: String, retryable: Bool) async throws {
        let body: JSONValue = ["error": ["code": .number(JSONNumber(status)), "message": "The reason."]]
        try await failure(first: .json(status: status, body)) { params in
            #expect(params["reason"]?.string?.hasPrefix("Error: ") == true)
            #expect(params["reason"]?.string?.contains("\(status)") == true)
            #expect(params["reason"]?.string?.contains("The reason.") == true)
            #expect(params["error"]?["kind"]?.string == kind)
            #expect(params["error"]?["retryable"]?.bool == retryable)
            #expect(params["error"]?["upstreamStatus"]?.int == status)
        }
    }

    @Test func anErrorInTheStreamKeepsTheTextBefore() async throws {
        let first: [ScriptStep] = .eventStream([
            ChatCompletionEvent.text("half an"), ChatCompletionEvent.error(code: 502, message: "The provider broke."),
        ])
        try await failure(first: first, textBefore: "half an") { params in
            #expect(params["error"]?["upstreamStatus"] == 502)
            #expect(params["reason"]?.string?.contains("The provider broke.") == true)
        }
    }

    @Test func aStreamThatIsCutIsTold() async throws {
        let first: [ScriptStep] = [.eventStreamHead(), .event(ChatCompletionEvent.text("half")), .close]
        try await failure(first: first, textBefore: "half") { params in
            #expect(params["reason"]?.string?.hasPrefix("Error: ") == true)
            #expect(["truncated", "connectionFailed"].contains(params["error"]?["kind"]?.string))
        }
    }

    @Test func silenceBeforeTheFirstByteIsATimeout() async throws {
        try await failure({ $0.openRouter.firstByteTimeout = .milliseconds(50) }, first: [.hang]) { params in
            #expect(params["reason"] == "timeout")
            #expect(params["error"]?["kind"] == "timeout")
        }
    }

    @Test func silenceInTheStreamIsATimeoutAlsoWithComments() async throws {
        let comments = [ScriptStep](repeating: .event(ChatCompletionEvent.comment()), count: 3)
        let first: [ScriptStep] = [.eventStreamHead(), .event(ChatCompletionEvent.text("half"))] + comments + [.hang]
        try await failure({ $0.openRouter.idleTimeout = .milliseconds(80) }, first: first, textBefore: "half") {
            params in
            #expect(params["reason"] == "timeout")
        }
    }

    @Test func flowingTextOutlastsTheIdleLimit() async throws {
        try await withGrowingLimit { limit in
            let pause = Int(limit.inSeconds * 1000 / 4)
            let chunks = (0..<8).flatMap { number -> [ScriptStep] in
                [.delay(milliseconds: pause), .event(ChatCompletionEvent.text("\(number)"))]
            }
            var text = ""
            try await withServer(
                { $0.openRouter.idleTimeout = limit },
                script: { _ in
                    [.eventStreamHead()] + chunks + [.event(ChatCompletionEvent.done), .endChunks]
                }
            ) { server in
                let client = try await TestClient.connect(to: server)
                let session = try await client.startSession()
                _ = try await client.say("go", in: session)
                while let params = try await client.nextMessage()["params"], params["isFinal"] != true {
                    // The machine was so busy that a piece came too late.
                    guard let chunk = params["chunk"]?.string else { return }
                    text += chunk
                }
            }
            return text == "01234567"
        }
    }

    @Test func aDeadUpstreamIsTold() async throws {
        try await withServer({ $0.openRouter.baseURL = "http://127.0.0.1:1/v1" }, answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 3)
            #expect(status["error"]?["kind"] == "connectionFailed")
            #expect(status["error"]?["retryable"] == true)
        }
    }

    @Test func theKeyIsInTheHeaderOnlyAndInNoError() async throws {
        let key = "sk-or-v1-0123456789abcdef0123456789abcdef"
        let body: JSONValue = ["error": ["code": 401, "message": .string("Key \(key) is unknown")]]
        try await withServer({ $0.openRouter.apiKey = Secret(key) }, script: { _ in .json(status: 401, body) }) {
            server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 3)
            #expect(!status.jsonText.contains(key))
            let request = try await server.upstream.request(0)
            #expect(request.head.headers.first("Authorization") == "Bearer \(key)")
            #expect(!request.bodyText.contains(key))
        }
    }

    @Test func aRetryBeforeTheFirstDeltaIsNotSeen() async throws {
        try await withServer(
            { $0.openRouter.maximumRetries = 2 },
            script: { request in
                request.number < 2
                    ? .json(status: 503, ["error": ["code": 503, "message": "busy"]]) : .answer(["finally"])
            }
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == "finally")
            #expect(server.upstream.requestCount == 3)
        }
    }
}
