import Configuration
import InteractiveClient
import InteractiveServer
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Other settings for a server that runs.
@Suite(.timeLimit(.minutes(5))) struct ReconfigurationTests {
    private func settings(_ upstream: ScriptedUpstream, _ configure: (inout Settings) -> Void = { _ in }) -> Settings {
        var settings = Settings()
        settings.openRouter.baseURL = upstream.url + "/v1"
        settings.openRouter.model = "other/model"
        settings.openRouter.maximumRetries = 0
        settings.aiLoop.maximumContextTokens = 32_768
        configure(&settings)
        return settings
    }

    private func reconfigure(_ server: TestServer, _ settings: Settings) async throws {
        let services = ModelServices.factory(
            settings: settings, metrics: server.metrics, log: try Logger(level: .error))
        await withCheckedContinuation { continuation in
            server.server.reconfigure(settings, makeService: services) { continuation.resume() }
        }
    }

    @Test("sessions stay with the service and the model that they were started with")
    func services() async throws {
        let other = try await ScriptedUpstream.start { _ in .answer(["from the other"]) }
        defer { other.stop() }
        try await withServer(answering: ["from the first"]) { server in
            let client = try await TestClient.connect(to: server)
            let first = try await client.startSession()
            try await reconfigure(server, settings(other))
            let second = try await client.startSession()
            _ = try await client.say("who?", in: first)
            #expect(try await client.answer() == "from the first")
            _ = try await client.say("who?", in: second)
            #expect(try await client.answer() == "from the other")
            let requests = [try await server.upstream.request(0), try await other.request(0)]
            let models = try requests.map { try JSONParser.parse($0.body)["model"]?.string }
            #expect(models == ["test/model", "other/model"])
        }
    }

    @Test("limits of the server as a whole hold at once, for new sessions and messages")
    func limits() async throws {
        try await withServer(answering: ["yes"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            try await reconfigure(
                server,
                settings(server.upstream) {
                    $0.sessions.maximumSessions = 1
                    $0.server.rateLimit.messagesPerMinute = 1
                })
            #expect(try await client.error(of: "startSession", ["userId": "u"])["code"] == -32000)
            _ = try await client.say("one", in: session)
            #expect(try await client.answer() == "yes")
            let second: JSONValue = ["sessionId": .string(session), "message": "two"]
            #expect(try await client.error(of: "sendUserMessage", second)["data"]?["limit"] == "messagesPerMinute")
            try await reconfigure(server, settings(server.upstream))
            _ = try await client.say("two", in: session)
            #expect(try await client.answer() == "yes")
            _ = try await client.startSession()
        }
    }

    @Test("what a session was started with holds to its end: its resume window, its tools' results")
    func sessionTerms() async throws {
        try await withServer(answering: ["yes"]) { server in
            let client = try await TestClient.connect(to: server)
            let kept = try await client.startSessionResult()
            try await reconfigure(server, settings(server.upstream) { $0.sessions.resumeWindow = .zero })
            let dropped = try await client.startSessionResult()
            client.transport.close()
            let next = try await TestClient.connect(to: server)
            _ = try await next.call(
                "attachSession", ["sessionId": .string(kept.sessionID), "resumeToken": .string(kept.resumeToken)])
            let gone = try await next.error(
                of: "attachSession",
                ["sessionId": .string(dropped.sessionID), "resumeToken": .string(dropped.resumeToken)])
            #expect(gone["code"] == -32602)
        }
    }

    @Test("results of the server's tools have the length that was in force when their session began")
    func toolResults() async throws {
        func script() -> ScriptedUpstream.Script {
            { request in
                guard request.number % 2 == 0 else { return .answer(["done"]) }
                return .eventStream([
                    ChatCompletionEvent.toolCall(
                        index: 0, id: "c\(request.number)", name: "say", arguments: "{}"),
                    ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done,
                ])
            }
        }
        let command = Settings.Tools.Command(name: "say", command: ["head", "-c", "3000", "/dev/zero"])
        try await withServer({ $0.tools.commands = [command] }, script: script()) { server in
            let client = try await TestClient.connect(to: server)
            let terms: JSONValue = ["capabilities": ["toolResults"]]
            let first = try await client.startSession(terms)
            func result(in session: String) async throws -> String {
                _ = try await client.say("go", in: session)
                _ = try await client.notification("ToolCallNotification")
                let result = try await client.notification("ToolResultNotification")
                #expect(try await client.answer() == "done")
                return try #require(result["result"]?.string)
            }
            #expect(try await result(in: first).utf8.count == 3000)
            try await reconfigure(
                server,
                settings(server.upstream) {
                    $0.tools.commands = [command]
                    $0.tools.maximumResultBytes = 2000
                })
            #expect(try await result(in: first).utf8.count == 3000)
            let second = try await client.startSession(terms)
            #expect(try await result(in: second).hasSuffix("[cut: 3000 bytes are more than the limit of 2000]"))
        }
    }
}
