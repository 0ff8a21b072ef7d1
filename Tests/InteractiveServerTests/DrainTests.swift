import Configuration
import InteractiveClient
import InteractiveServer
import JSON
import Observability
import ScriptedUpstream
import Testing

/// The end of a server, with clients on it.
@Suite(.timeLimit(.minutes(5))) struct DrainTests {
    @Test func runningAnswersEndAndEverybodyIsTold() async throws {
        let gate = ScriptGate()
        let script: ScriptedUpstream.Script = { _ in
            [
                .eventStreamHead(), .event(ChatCompletionEvent.text("the end ")), .wait(gate),
                .event(ChatCompletionEvent.text("is whole")), .event(ChatCompletionEvent.done), .endChunks,
            ]
        }
        try await withServer(script: script) { server in
            let busy = try await TestClient.connect(to: server)
            let idle = try await TestClient.connect(to: server)
            let session = try await busy.startSession()
            _ = try await idle.startSession()
            _ = try await busy.say("go", in: session)
            #expect(try await busy.notification("AIMessageChunkNotification")["chunk"] == "the end ")
            async let drained: Void = server.server.drain(grace: .seconds(30))
            let told = try await idle.notification("SessionStatusNotification")
            #expect(told["status"] == 2)
            #expect(try await idle.closure().code == 1001)
            // No new sessions, no new messages, no new connections; the health says so.
            for (method, params) in [
                ("startSession", ["userId": "u"]),
                ("sendUserMessage", ["sessionId": .string(session), "message": "more"]),
            ] as [(String, JSONValue)] {
                let error = try await busy.error(of: method, params)
                #expect(error["code"] == -32000)
                #expect(error["data"]?["kind"] == "shuttingDown")
            }
            for (request, status) in [
                ("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", 503), ("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
                (RawConnection.handshake(server), 503),
            ] {
                let raw = try await RawConnection.open(to: server.address)
                raw.send(request)
                #expect(try await raw.readHead().hasPrefix("HTTP/1.1 \(status) "))
            }
            gate.open()
            #expect(try await busy.answer() == "is whole")
            #expect(try await busy.notification("SessionStatusNotification")["status"] == 2)
            #expect(try await busy.closure().code == 1001)
            await drained
        }
    }

    @Test func theGraceEndsWhatDoesNotEnd() async throws {
        try await withServer(script: { _ in .beginning(["for ever"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            await server.server.drain(grace: .milliseconds(50))
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 2)
            #expect(try await client.closure().code == 1001)
            #expect(try await server.upstream.request(0).ended.wait() != .server)
        }
    }

    @Test(arguments: [true, false]) func aSessionWithoutItsClientEndsWithItsAnswerOrTheGrace(ends: Bool) async throws {
        let gate = ScriptGate()
        let script: ScriptedUpstream.Script = { _ in
            [
                .eventStreamHead(), .event(ChatCompletionEvent.text("on")), .wait(gate),
                .event(ChatCompletionEvent.done), .endChunks,
            ]
        }
        try await withServer(script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            client.transport.abort()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
            #expect(server.metrics.value(of: .sessionsActive) == 1)
            async let drained: Void = server.server.drain(grace: ends ? .seconds(200) : .milliseconds(50))
            if ends { gate.open() }
            await drained
            #expect(server.metrics.value(of: .sessionsActive) == 0)
        }
    }

    @Test func aServerWithoutClientsIsDrainedAtOnce() async throws {
        try await withServer(answering: []) { server in
            await server.server.drain(grace: .seconds(60))
        }
    }
}
