import Configuration
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Lost connections, taking sessions over, and what is freed when.
@Suite(.timeLimit(.minutes(5))) struct ResumeTests {
    private func attach(
        _ client: TestClient, _ session: String, _ token: String, lastSeq: Int? = nil
    ) async throws -> JSONValue {
        var params: JSONObject = ["sessionId": .string(session), "resumeToken": .string(token)]
        if let lastSeq { params["lastSeq"] = .number(JSONNumber(lastSeq)) }
        return try await client.response(to: "attachSession", .object(params))
    }

    /// Kills the socket after each notification of an answer in turn: what comes after resuming joins without a gap.
    @Test(arguments: 1...6)
    func anAnswerIsWholeWhereverTheConnectionBroke(after count: Int) async throws {
        let texts = ["one ", "two ", "three ", "four ", "five"]
        try await withServer(answering: texts) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.say("go", in: session)
            var text = ""
            var lastSeq = 1
            for _ in 0..<count {
                let params = try await client.notification("AIMessageChunkNotification")
                text += params["chunk"]?.string ?? ""
                lastSeq = try #require(params["seq"]?.int)
            }
            client.transport.abort()
            // Several, so that some are on the session's loop and some are not.
            for _ in 0..<3 {
                let other = try await TestClient.connect(to: server)
                let result = try #require(try await attach(other, session, token, lastSeq: lastSeq)["result"])
                #expect(result["sessionId"]?.string == session)
                #expect(result["status"] == 1)
                if count < 6 { #expect(text + (try await other.answer()) == texts.joined()) }
                #expect(try await other.call("echo", ["message": 1]) == 1)
                other.transport.abort()
            }
        }
    }

    @Test func theAnswerGoesOnStreamingMeanwhile() async throws {
        let gone = ScriptGate()
        let script: ScriptedUpstream.Script = { _ in
            [
                .eventStreamHead(), .event(ChatCompletionEvent.text("before ")), .wait(gone),
                .event(ChatCompletionEvent.text("after")), .event(ChatCompletionEvent.finish()),
                .event(ChatCompletionEvent.done), .endChunks,
            ]
        }
        try await withServer(script: script) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            client.transport.abort()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
            gone.open()
            try await server.waitUntil { $0.value(of: .upstreamRequestsSucceeded) == 1 }
            let other = try await TestClient.connect(to: server)
            _ = try await attach(other, session, token, lastSeq: 1)
            #expect(try await other.answer() == "before after")
            let history = try await other.call("getHistory", ["sessionId": .string(session)])
            #expect(history["messages"]?.array?.last?["content"] == "before after")
        }
    }

    @Test func aWrongTokenIsAnUnknownSession() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            for _ in 0..<2 {
                let other = try await TestClient.connect(to: server)
                for (id, wrong) in [(session, "wrong"), (session, String(token.reversed())), ("unknown", token)] {
                    let error = try #require(try await attach(other, id, wrong)["error"])
                    #expect(error["code"] == -32602)
                    #expect(error["data"]?["kind"] == "sessionNotFound")
                }
            }
            #expect(try await client.call("getHistory", ["sessionId": .string(session)])["messages"] != nil)
        }
    }

    @Test func attachingElsewhereTellsTheFormerOwner() async throws {
        try await withServer(answering: ["x"]) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            let other = try await TestClient.connect(to: server)
            _ = try #require(try await attach(other, session, token)["result"])
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 2)
            #expect(status["reason"] == "Session attached elsewhere")
            #expect(status["seq"] == nil)
            #expect(try await client.error(of: "getHistory", ["sessionId": .string(session)])["code"] == -32602)
            _ = try await other.say("go", in: session)
            #expect(try await other.answer() == "x")
            // The former owner's end is nothing to the session.
            client.transport.close()
            _ = try await client.closure()
            _ = try await other.say("again", in: session)
            #expect(try await other.answer() == "x")
        }
    }

    @Test func aGapIsSaidAndAttachingWithoutANumberStillWorks() async throws {
        try await withServer({ $0.sessions.replayBufferBytes = 1000 }, answering: (0..<50).map { "text \($0) " }) {
            server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.say("go", in: session)
            _ = try await client.answer()
            client.transport.abort()
            let other = try await TestClient.connect(to: server)
            let error = try #require(try await attach(other, session, token, lastSeq: 2)["error"])
            #expect(error["code"] == -32602)
            #expect(error["data"]?["kind"] == "replayGap")
            let result = try #require(try await attach(other, session, token)["result"])
            #expect(result["lastSeq"] == 52)
            let messages = try await other.call("getHistory", ["sessionId": .string(session)])["messages"]?.array
            #expect(messages?.count == 3)
        }
    }

    @Test func aPausedSessionIsAttachedPaused() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.call("pauseSession", ["sessionId": .string(session)])
            client.transport.abort()
            let other = try await TestClient.connect(to: server)
            #expect(try await attach(other, session, token)["result"]?["status"] == 4)
        }
    }

    /// With two loops, one of the two sessions lives on another loop than the connection that has sessions already.
    @Test func aConnectionWithSessionsOfItsOwnMayAttachAnyOther() async throws {
        try await withServer(answering: ["one ", "two"]) { server in
            var lost: [(sessionID: String, resumeToken: String)] = []
            for _ in 0..<2 {
                let client = try await TestClient.connect(to: server)
                lost.append(try await client.startSessionResult())
                _ = try await client.say("go", in: lost[lost.count - 1].sessionID)
                #expect(try await client.answer() == "one two")
                client.transport.abort()
            }
            let client = try await TestClient.connect(to: server)
            let own = try await client.startSession()
            for (session, token) in lost {
                _ = try #require(try await attach(client, session, token, lastSeq: 2)["result"])
                #expect(try await client.answer() == "two")
            }
            for session in [own] + lost.map(\.sessionID) {
                _ = try await client.say("again", in: session)
                #expect(try await client.answer() == "one two")
                #expect(try await client.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
                #expect(try await client.notification("SessionStatusNotification")["status"] == 2)
            }
            try await server.waitUntil { $0.value(of: .sessionsActive) == 0 }
        }
    }

    @Test func theEndOfAConnectionIsHeardOnAllLoops() async throws {
        try await withServer({ $0.sessions.resumeWindow = .milliseconds(300) }, answering: []) { server in
            var lost: [(sessionID: String, resumeToken: String)] = []
            var clients: [TestClient] = []
            for _ in 0..<2 {
                clients.append(try await TestClient.connect(to: server))
                lost.append(try await clients[clients.count - 1].startSessionResult())
            }
            let client = try await TestClient.connect(to: server)
            _ = try await client.startSession()
            for (session, token) in lost { _ = try #require(try await attach(client, session, token)["result"]) }
            client.transport.abort()
            try await server.waitUntil { $0.value(of: .sessionsActive) == 0 }
        }
    }

    // MARK: What is freed

    @Test func aWindowOfZeroEndsTheSessionAndItsUpstreamAtTheDisconnect() async throws {
        try await withServer({ $0.sessions.resumeWindow = .zero }, script: { _ in .beginning(["x"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            client.transport.abort()
            #expect(try await server.upstream.request(0).ended.wait() != .server)
            try await server.waitUntil { $0.value(of: .sessionsActive) == 0 }
            let other = try await TestClient.connect(to: server)
            #expect(try await attach(other, session, token)["error"]?["data"]?["kind"] == "sessionNotFound")
        }
    }

    @Test func theWindowEndsTheSessionAndItsUpstream() async throws {
        try await withServer({ $0.sessions.resumeWindow = .milliseconds(60) }, script: { _ in .beginning(["x"]) }) {
            server in
            let client = try await TestClient.connect(to: server)
            let (session, _) = try await client.startSessionResult()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            client.transport.abort()
            #expect(try await server.upstream.request(0).ended.wait() != .server)
            try await server.waitUntil { $0.value(of: .sessionsActive) == 0 }
        }
    }

    @Test func anIdleSessionEnds() async throws {
        try await withServer({ $0.sessions.idleTimeout = .milliseconds(200) }, answering: []) { server in
            let client = try await TestClient.connect(to: server)
            _ = try await client.startSession()
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 2)
            #expect(status["reason"]?.string?.contains("idle") == true)
        }
    }

    @Test func aSessionsWholeTimeEndsItAlsoWithinAnAnswer() async throws {
        try await withGrowingLimit { limit in
            var isAnswering = false
            try await withServer({ $0.sessions.timeout = limit }, script: { _ in .beginning([]) }) { server in
                let client = try await TestClient.connect(to: server)
                let session = try await client.startSession()
                let response = try await client.response(
                    to: "sendUserMessage", ["sessionId": .string(session), "message": "go"])
                isAnswering = response["result"] != nil
                let status = try await client.notification("SessionStatusNotification")
                #expect(status["status"] == 2)
                #expect(status["reason"] == "Session reached its time limit")
                if isAnswering { #expect(try await server.upstream.request(0).ended.wait() != .server) }
            }
            return isAnswering
        }
    }
}
