import Configuration
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Section 7 of the contract: where the older server failed, and no other suite has the row already.
@Suite(.timeLimit(.minutes(5))) struct OlderServerTests {
    @Test func aSessionLivesOnAfterManyTurns() async throws {
        try await withServer({ $0.aiLoop.maximumContextTokens = 2000 }, script: { .answer(["answer \($0.number)"]) }) {
            server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            for number in 0..<600 {
                _ = try await client.say("question \(number)", in: session)
                #expect(try await client.answer() == "answer \(number)")
            }
            // What is sent keeps to the budget, from the newest backwards.
            let messages = try await server.messages(ofRequest: 599)
            #expect(messages.first?["role"] == "system")
            #expect(messages.last?["content"] == "question 599")
            #expect(messages.count < 400)
        }
    }

    @Test(arguments: ["timeout", "error", "trigger_timeout", "stop", "help", "tool"])
    func noWordsOfTheUserAreMagic(text: String) async throws {
        try await withServer(answering: ["as any other"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say(text, in: session)
            #expect(try await client.answer() == "as any other")
            #expect(try await server.messages(ofRequest: 0).last?["content"]?.string == text)
        }
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "1.", "'single'"])
    func whatIsNoJSONIsNotEchoed(text: String) async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            client.send(text: #"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"message":\#(text)}}"#)
            #expect(try await client.nextMessage()["error"]?["code"] == -32700)
        }
    }

    @Test func aTimeoutClosesTheUpstreamAtOnce() async throws {
        try await withGrowingLimit { limit in
            var isStreaming = false
            try await withServer({ $0.openRouter.timeout = limit }, script: { _ in .beginning(["x"]) }) { server in
                let client = try await TestClient.connect(to: server)
                let session = try await client.startSession()
                _ = try await client.say("go", in: session)
                let first = try await client.nextMessage()
                isStreaming = first["params"]?["chunk"] == "x"
                guard isStreaming else { return }
                #expect(try await client.notification("SessionStatusNotification")["reason"] == "timeout")
                #expect(try await server.upstream.request(0).ended.wait() != .server)
            }
            return isStreaming
        }
    }

    @Test func aSilentUpstreamHoldsUpNothingOnTheConnection() async throws {
        try await withServer(script: { _ in [.hang] }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await server.upstream.request(0)
            #expect(try await client.call("echo", ["message": 1]) == 1)
            #expect(try await client.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
            #expect(try await client.notification("SessionStatusNotification")["status"] == 2)
            #expect(try await client.call("echo", ["message": 2]) == 2)
        }
    }

    @Test func aQueuedMessageOfAStoppedSessionEndsWithIt() async throws {
        try await withServer(script: { _ in [.hang] }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            for text in ["running", "queued"] { _ = try await client.say(text, in: session) }
            _ = try await client.call("stopSession", ["sessionId": .string(session)])
            #expect(try await client.notification("SessionStatusNotification")["status"] == 2)
            #expect(try await client.call("echo", ["message": "nothing else"]) == "nothing else")
            #expect(server.upstream.requestCount <= 1)
        }
    }
}
