import Configuration
import EventLoops
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Clients that break rules, stay half, or take more than they give: each gets what the contract says, and others are served
/// as before.
@Suite(.timeLimit(.minutes(5))) struct BadInputTests {
    private static let limit = 4096

    /// What is over the size limit, in every way that a frame can be: the answer comes before the message is there.
    private static let tooLarge: [[UInt8]] = [
        RawConnection.frame(0x81, [UInt8](repeating: 0x61, count: limit + 1)),
        // A header that announces a gigabyte; nothing of it comes.
        [0x81, 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0],
        [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
        // Fragments that are too large together.
        RawConnection.frame(0x01, [UInt8](repeating: 0x61, count: limit / 2))
            + RawConnection.frame(0x00, [UInt8](repeating: 0x61, count: limit / 2)) + [0x80, 0x81, 0, 0, 0, 0],
        (0...limit).flatMap { RawConnection.frame($0 == 0 ? 0x01 : 0x00, [0x61]) },
    ]

    @Test(arguments: tooLarge.indices)
    func whatIsTooLargeIsRefusedBeforeItIsThere(index: Int) async throws {
        try await withServer({ $0.server.maximumMessageBytes = Self.limit }, answering: []) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            raw.send(Self.tooLarge[index])
            #expect(try await raw.closeCode() == 1009)
        }
    }

    /// Everything at once, while somebody talks: the talk goes on undisturbed, and in the end nobody else is left.
    @Test func offendersHarmNobodyElse() async throws {
        let gate = ScriptGate()
        try await withServer(
            { $0.server.maximumMessageBytes = Self.limit },
            script: { _ in
                [.eventStreamHead(), .event(ChatCompletionEvent.text("before, ")), .wait(gate)]
                    + [.event(ChatCompletionEvent.text("after")), .event(ChatCompletionEvent.done), .endChunks]
            }
        ) { server in
            // One on either loop.
            var clients: [TestClient] = []
            for _ in 0..<2 {
                let client = try await TestClient.connect(to: server)
                let session = try await client.startSession()
                _ = try await client.say("go", in: session)
                #expect(try await client.notification("AIMessageChunkNotification")["chunk"] == "before, ")
                clients.append(client)
            }
            let frames =
                Self.tooLarge + [
                    RawConnection.frame(0x82, [1]), RawConnection.frame(0x81, [0xFF]), RawConnection.frame(0x83),
                    [0x81, 0x01, 0x61], [UInt8](repeating: 0xFF, count: 14),
                ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for frame in frames + frames {
                    group.addTask {
                        let raw = try await RawConnection.openWebSocket(to: server)
                        raw.send(frame)
                        _ = try await raw.readToEnd()
                    }
                }
                for junk in [
                    "", "\u{16}\u{3}\u{1}", "GET / HTT", "\r\n\r\n\r\n", "POST /ws HTTP/1.1\r\n", "x\0y\r\n\r\n",
                ] {
                    group.addTask {
                        let raw = try await RawConnection.open(to: server.address)
                        raw.send(junk)
                        raw.finishWriting()
                        _ = try await raw.readToEnd()
                    }
                }
                try await group.waitForAll()
            }
            gate.open()
            for client in clients { #expect(try await client.answer() == "after") }
            #expect(server.metrics.value(of: .sessionsActive) == 2)
            try await server.waitUntil { $0.value(of: .connectionsActive) == 2 }
        }
    }

    // MARK: Half-closed

    @Test func aWebSocketWhoseClientSendsNoMoreIsEndedAndItsSessionWaits() async throws {
        let gate = ScriptGate()
        let script: ScriptedUpstream.Script = { _ in
            [.eventStreamHead(), .wait(gate), .event(ChatCompletionEvent.text("late"))]
                + [.event(ChatCompletionEvent.done), .endChunks]
        }
        try await withServer(script: script) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            let start = #"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":"u"}}"#
            raw.send(RawConnection.frame(0x81, Array(start.utf8)))
            let text = try await raw.read { $0.contains("SessionStatusNotification") && $0.hasSuffix("}}") }
            let value: (String) -> String = { name in
                String(text.split(separator: "\"\(name)\":\"", maxSplits: 1).last?.prefix { $0 != "\"" } ?? "")
            }
            let (session, token) = (value("sessionId"), value("resumeToken"))
            let send =
                #"{"jsonrpc":"2.0","method":"sendUserMessage","params":{"sessionId":"\#(session)","message":"m"}}"#
            raw.send(RawConnection.frame(0x81, Array(send.utf8)))
            raw.finishWriting()
            _ = try await raw.readToEnd()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
            gate.open()
            let client = try await TestClient.connect(to: server)
            _ = try await client.call(
                "attachSession", ["sessionId": .string(session), "resumeToken": .string(token), "lastSeq": 1])
            #expect(try await client.answer() == "late")
        }
    }

    @Test func aFrameThatNeverEndsIsNoMessage() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            let start = #"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":"u"}}"#
            raw.send(RawConnection.frame(0x81, Array(start.utf8)).dropLast())
            raw.finishWriting()
            #expect(try await raw.readToEnd().isEmpty)
            #expect(server.metrics.value(of: .sessionsStarted) == 0)
        }
    }

    // MARK: Readers that do not read

    /// A client too slow by far is told 1013, where it reads on before the connection is dropped (1 s).
    @Test func aSlowReaderIsToldWhyWhereItCanBe() async throws {
        let chunk = String(repeating: "x", count: 60_000)
        try await withServer(
            { $0.server.maximumQueuedBytes = 100_000 },
            script: { _ in .beginning([String](repeating: chunk, count: 300)) }
        ) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            let start = #"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":"u"}}"#
            raw.send(RawConnection.frame(0x81, Array(start.utf8)))
            let text = try await raw.read { $0.contains("SessionStatusNotification") && $0.hasSuffix("}}") }
            let session = text.split(separator: "\"sessionId\":\"", maxSplits: 1).last?.prefix { $0 != "\"" } ?? ""
            raw.pauseReading()
            let started = MonotonicClock.now()
            let send =
                #"{"jsonrpc":"2.0","method":"sendUserMessage","params":{"sessionId":"\#(session)","message":"m"}}"#
            raw.send(RawConnection.frame(0x81, Array(send.utf8)))
            try await server.waitUntil { $0.value(of: .connectionsDroppedSlow) == 1 }
            raw.resumeReading()
            let code = try await raw.closeCode()
            // On a machine so busy that all of it took that long, the connection was dropped with no word.
            if MonotonicClock.now() &- started < 1_000_000_000 { #expect(code == 1013) }
            try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
        }
    }

    @Test func oneMessageLargerThanTheQueuePassesWhenNothingElseWaits() async throws {
        let text = String(repeating: "y", count: 200_000)
        try await withServer({ $0.server.maximumQueuedBytes = 65_536 }, answering: [text]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == text)
            #expect(server.metrics.value(of: .connectionsDroppedSlow) == 0)
        }
    }

    /// Asks for pages and reads none: what waits for it is bounded, and it is cut off.
    @Test func whoAsksOverHTTPAndNeverReadsIsCutOff() async throws {
        try await withServer({ $0.server.maximumQueuedBytes = 10_000 }, answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.pauseReading()
            raw.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 999))
            try await server.waitUntil { $0.value(of: .connectionsDroppedSlow) == 1 }
            raw.resumeReading()
            let bytes = try await raw.readToEnd()
            #expect(String(decoding: bytes, as: UTF8.self).split(separator: "HTTP/1.1 200 ").count < 999)
            let client = try await TestClient.connect(to: server)
            #expect(try await client.call("echo", ["message": 1]) == 1)
        }
    }

    /// Sends requests and reads no answer: the server stops reading, and serves others.
    @Test func whoNeverReadsAnswersIsReadNoMore() async throws {
        let filler = String(repeating: "z", count: 50_000)
        try await withServer({ $0.server.maximumQueuedBytes = 100_000 }, answering: []) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            raw.pauseReading()
            let echo = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":"\#(filler)"}"#
            let frame = RawConnection.frame(0x81, Array(echo.utf8))
            for _ in 0..<600 { raw.send(frame) }
            try await server.waitUntil {
                $0.value(of: .connectionsDroppedSlow) == 1 || $0.value(of: .bytesReceived) > 2_000_000
            }
            let client = try await TestClient.connect(to: server)
            #expect(try await client.call("echo", ["message": 1]) == 1)
            // What it was sent and did not read stays under the limits, whatever it asked for.
            #expect(server.metrics.value(of: .bytesReceived) < 600 * frame.count)
            raw.close()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 1 }
        }
    }

    @Test func refusedConnectionsAreEnded() async throws {
        try await withServer({ $0.server.maximumConnections = 1 }, answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let raw = try await RawConnection.open(to: server.address)
            raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = String(decoding: try await raw.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(try await client.call("echo", ["message": 1]) == 1)
        }
    }

    // MARK: Secrets

    /// An AI service that repeats what it was sent in its error: the client is not told it back.
    @Test func noWordsOfTheConversationAreInAnError() async throws {
        let words = "my very own secret words, which nobody else shall see"
        let body: JSONValue = ["error": ["code": 400, "message": .string("Cannot parse: \(words)")]]
        try await withServer(script: { _ in .json(status: 400, body) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say(words, in: session)
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 3)
            #expect(!status.jsonText.contains("secret words"))
            #expect(status["reason"]?.string?.contains("Cannot parse") == true)
        }
    }
}
