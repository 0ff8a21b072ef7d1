import Configuration
import EventLoops
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Section 6 of the contract, and what comes from clients that do not keep to it.
@Suite(.timeLimit(.minutes(5))) struct ConnectionTests {
    // MARK: Frames

    @Test(
        arguments: [
            (RawConnection.frame(0x82, [1, 2]), 1003),
            (RawConnection.frame(0x81, [0xFF]), 1007),
            (RawConnection.frame(0x81, [0xC3]), 1007),
            (RawConnection.frame(0xC1, [0x61]), 1002),
            (RawConnection.frame(0x83, []), 1002),
            (RawConnection.frame(0x80, [0x61]), 1002),
            ([0x81, 0x01, 0x61], 1002),
            (RawConnection.frame(0x89, [UInt8](repeating: 0, count: 126)), 1002),
            (RawConnection.frame(0x88, [0x03]), 1002),
            (RawConnection.frame(0x88, [0x03, 0xE8]), 1000),
        ] as [([UInt8], Int)])
    func framesAreAnsweredByTheRightCloseCode(frame: [UInt8], code: Int) async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            raw.send(frame)
            #expect(try await raw.closeCode() == code)
            // Others are served as before.
            let client = try await TestClient.connect(to: server)
            #expect(try await client.call("echo", ["message": "fine"]) == "fine")
        }
    }

    @Test func aMessageAtTheLimitPassesAndOnePastItIsTooBig() async throws {
        let limit = 4096
        try await withServer({ $0.server.maximumMessageBytes = limit }, answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let frame = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"message":""}}"#
            let filler = String(repeating: "x", count: limit - frame.utf8.count)
            let atLimit = frame.replacing(#""message":"""#, with: #""message":"\#(filler)""#)
            #expect(atLimit.utf8.count == limit)
            client.send(text: atLimit)
            #expect(try await client.nextMessage()["result"]?.string == filler)
            client.send(text: atLimit + " ")
            #expect(try await client.closure().code == 1009)
        }
    }

    @Test func aPingIsAnsweredWithItsPayload() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            raw.send(RawConnection.frame(0x89, Array("hello".utf8)))
            #expect(try await raw.read(7) == [0x8A, 5] + Array("hello".utf8))
        }
    }

    @Test func aClientThatDoesNotAnswerPingsIsDropped() async throws {
        try await withServer(
            {
                $0.server.pingInterval = .milliseconds(50)
                $0.server.pingTimeout = .milliseconds(500)
            }, answering: []
        ) { server in
            let raw = try await RawConnection.openWebSocket(to: server)
            let bytes = try await raw.readToEnd()
            #expect(bytes == [0x89, 0x00])
        }
    }

    @Test func aClientWithoutMessagesIsClosedWhereThatIsConfigured() async throws {
        try await withServer(
            {
                $0.server.pingInterval = .zero
                $0.server.idleTimeout = .milliseconds(40)
            }, answering: []
        ) { server in
            let client = try await TestClient.connect(to: server)
            #expect(try await client.closure().code == 1000)
        }
    }

    @Test func aReaderThatNeverReadsIsToldToTryLaterAndItsSessionCanBeResumed() async throws {
        let chunk = String(repeating: "x", count: 60_000)
        let script: ScriptedUpstream.Script = { _ in
            .answer((0..<200).map { _ in chunk })
        }
        try await withServer(
            {
                $0.server.maximumQueuedBytes = 100_000
                $0.sessions.replayBufferBytes = 64 << 20
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            client.transport.pauseReading()
            client.send([
                "jsonrpc": "2.0", "id": "m", "method": "sendUserMessage",
                "params": ["sessionId": .string(session), "message": "flood me"],
            ])
            // What has been said by then comes at the pace of its reader, however slow this machine makes it.
            try await server.waitUntil {
                $0.value(of: .connectionsDroppedSlow) == 1 && $0.value(of: .upstreamRequestsSucceeded) == 1
            }
            let other = try await TestClient.connect(to: server)
            let attached = try await other.call(
                "attachSession", ["sessionId": .string(session), "resumeToken": .string(token), "lastSeq": 1])
            #expect(attached["sessionId"]?.string == session)
            #expect(try await other.answer().utf8.count == 200 * 60_000)
        }
    }

    // MARK: HTTP

    @Test(arguments: [
        ("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/", 200), ("/nothing", 404), ("/ws", 426),
        ("http://x/healthz?a=b", 200), ("HTTP://x", 200), ("http://x/ws", 426), ("*", 400), ("http://x//healthz", 404),
    ])
    func plainRequestsAreAnswered(path: String, status: Int) async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = String(decoding: try await raw.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            if path == "/metrics" { #expect(answer.contains("ailoop_sessions_active 0")) }
            if path == "/" { #expect(answer.contains("<!doctype html>") && answer.contains("\"/ws\"")) }
        }
    }

    @Test func severalRequestsMayUseOneConnection() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            raw.send("GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answers = String(decoding: try await raw.readToEnd(), as: UTF8.self)
            #expect(answers.split(separator: "HTTP/1.1 ").count == 3)
        }
    }

    @Test(arguments: [
        ("\u{16}\u{03}\u{01}junk that is TLS\r\n\r\n", 400), ("NOT HTTP AT ALL\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405),
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
    ])
    func junkOnThePortGetsAStatusAndIsClosed(junk: String, status: Int) async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.send(junk)
            let answer = String(decoding: try await raw.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test func aSlowHandshakeIsEndedInTime() async throws {
        try await withGrowingLimit { limit in
            var answer = ""
            try await withServer({ $0.server.handshakeTimeout = limit }, answering: []) { server in
                // Where the limit is too short for this machine, they are ended before they are open.
                guard let silent = try? await RawConnection.open(to: server.address),
                    let slow = try? await RawConnection.open(to: server.address)
                else { return }
                slow.send("GET /ws HTTP/1.1\r\nHost: x\r\n")
                #expect(try await silent.readToEnd().isEmpty)
                answer = String(decoding: try await slow.readToEnd(), as: UTF8.self)
            }
            return answer.hasPrefix("HTTP/1.1 408 ")
        }
    }

    @Test func aHalfClosedSocketStillGetsItsAnswer() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            raw.finishWriting()
            let answer = String(decoding: try await raw.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func moreConnectionsThanAllowedAreRefusedBeforeTheHandshake() async throws {
        try await withServer({ $0.server.maximumConnections = 2 }, answering: []) { server in
            let first = try await TestClient.connect(to: server)
            let second = try await TestClient.connect(to: server)
            let third = try await RawConnection.open(to: server.address)
            third.send(RawConnection.handshake(server))
            #expect(try await third.readHead().hasPrefix("HTTP/1.1 503 "))
            third.close()
            #expect(try await first.call("echo", ["message": 1]) == 1)
            second.transport.close()
            _ = try await second.closure()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 1 }
        }
    }

    // MARK: Who may connect

    @Test func tokensAreAskedForWhereTheyAreConfigured() async throws {
        try await withServer(
            { $0.server.auth.tokens = [Secret("first-token"), Secret("second-token")] }, answering: []
        ) { server in
            let without = try await RawConnection.open(to: server.address)
            without.send(RawConnection.handshake(server))
            let refusal = try await without.readHead()
            #expect(refusal.hasPrefix("HTTP/1.1 401 "))
            #expect(refusal.contains("WWW-Authenticate: Bearer"))
            for header in ["Authorization: Bearer wrong", "Sec-WebSocket-Protocol: bearer.wrong"] {
                let wrong = try await RawConnection.open(to: server.address)
                wrong.send(RawConnection.handshake(server, headers: [header]))
                #expect(try await wrong.readHead().hasPrefix("HTTP/1.1 401 "))
            }
            let browser = try await RawConnection.open(to: server.address)
            browser.send(
                RawConnection.handshake(server, headers: ["Sec-WebSocket-Protocol: chat, bearer.second-token"]))
            let accepted = try await browser.readHead()
            #expect(accepted.hasPrefix("HTTP/1.1 101 "))
            #expect(accepted.contains("Sec-WebSocket-Protocol: bearer.second-token"))
            let client = try await TestClient.connect(
                to: server, options: WebSocketTransport.Options(token: "first-token"))
            #expect(try await client.call("echo", ["message": 1]) == 1)
        }
    }

    @Test func pagesOfOtherSitesAreRefused() async throws {
        try await withServer({ $0.server.allowedOrigins = ["https://good.example"] }, answering: []) { server in
            let own = "http://\(server.address)"
            for (origin, status) in [
                (own, 101), ("https://good.example", 101), ("https://evil.example", 403), ("null", 403),
                ("http://127.0.0.1:1", 403),
            ] {
                let raw = try await RawConnection.open(to: server.address)
                raw.send(RawConnection.handshake(server, headers: ["Origin: \(origin)"]))
                #expect(try await raw.readHead().hasPrefix("HTTP/1.1 \(status) "), "\(origin)")
            }
        }
    }

    @Test func aNameThatWasPointedAtLoopbackIsRefused() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            let handshake = RawConnection.handshake(server, headers: ["Origin: http://rebound.example:80"])
            raw.send(handshake.replacing("Host: \(server.address)", with: "Host: rebound.example:80"))
            #expect(try await raw.readHead().hasPrefix("HTTP/1.1 403 "))
        }
    }

    @Test func messagesOfAUserAreLimited() async throws {
        try await withServer(
            {
                $0.server.rateLimit.messagesPerMinute = 1
                $0.server.rateLimit.burst = 2
            }, answering: ["ok"]
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            for _ in 0..<2 {
                _ = try await client.say("go", in: session)
                _ = try await client.answer()
            }
            let error = try await client.error(of: "sendUserMessage", ["sessionId": .string(session), "message": "3"])
            #expect(error["code"] == -32000)
            #expect(error["data"]?["kind"] == "limitReached")
            let other = try await client.startSession(userID: "another")
            _ = try await client.say("go", in: other)
            #expect(try await client.answer() == "ok")
        }
    }

    @Test func sessionsAreLimited() async throws {
        try await withServer(
            {
                $0.sessions.maximumSessions = 3
                $0.sessions.maximumSessionsPerUser = 2
            }, answering: []
        ) { server in
            let client = try await TestClient.connect(to: server)
            let first = try await client.startSession(userID: "a")
            _ = try await client.startSession(userID: "a")
            #expect(try await client.error(of: "startSession", ["userId": "a"])["code"] == -32000)
            _ = try await client.startSession(userID: "b")
            #expect(try await client.error(of: "startSession", ["userId": "c"])["data"]?["kind"] == "limitReached")
            _ = try await client.call("stopSession", ["sessionId": .string(first)])
            _ = try await client.notification("SessionStatusNotification")
            _ = try await client.startSession(userID: "c")
        }
    }
}

extension TestServer {
    /// Waits until the metrics say so: for what the server does that no client is told.
    func waitUntil(_ condition: (Metrics) -> Bool) async throws {
        while !condition(metrics) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
