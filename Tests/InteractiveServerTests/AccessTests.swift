import Configuration
import InteractiveClient
import InteractiveServer
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Access that is lost, and what the server tells of itself (section 6 of the contract).
@Suite(.timeLimit(.minutes(5))) struct AccessTests {
    private func connect(_ server: TestServer, _ token: String) async throws -> TestClient {
        try await TestClient.connect(to: server, options: WebSocketTransport.Options(token: token))
    }

    @Test func whoseTokenIsWithdrawnIsToldAndClosedAndNobodyElse() async throws {
        try await withServer(
            { $0.server.auth.tokens = [Secret("old-token"), Secret("other-token")] },
            script: { _ in .beginning(["text"]) }
        ) { server in
            // On either loop one that loses access and one that does not.
            var losing: [TestClient] = []
            var staying: [TestClient] = []
            for _ in 0..<2 { losing.append(try await connect(server, "old-token")) }
            for _ in 0..<2 { staying.append(try await connect(server, "other-token")) }
            let (session, token) = try await losing[0].startSessionResult()
            _ = try await losing[0].say("go", in: session)
            #expect(try await losing[0].notification("AIMessageChunkNotification")["chunk"] == "text")
            server.replaceTokens([Secret("other-token"), Secret("new-token")])
            for client in losing {
                let told = try await client.nextMessage()
                #expect(told["id"] == .null)
                #expect(told["error"]?["code"] == -32001)
                #expect(told["error"]?["message"]?.string?.hasPrefix("Unauthorized") == true)
                #expect(told["error"]?["data"]?["kind"] == "unauthorized")
                #expect(try await client.closure().code == 1008)
            }
            for client in staying { #expect(try await client.call("echo", ["message": 1]) == 1) }
            let raw = try await RawConnection.open(to: server.address)
            raw.send(RawConnection.handshake(server, headers: ["Authorization: Bearer old-token"]))
            #expect(try await raw.readHead().hasPrefix("HTTP/1.1 401 "))
            // The session lives on for whoever has a good token and the session's own.
            let next = try await connect(server, "new-token")
            let attached = try await next.call(
                "attachSession", ["sessionId": .string(session), "resumeToken": .string(token), "lastSeq": 1])
            #expect(attached["status"] == 1)
            #expect(try await next.notification("AIMessageChunkNotification")["chunk"] == "text")
        }
    }

    @Test func tokensMayComeWhereThereWereNone() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            server.replaceTokens([Secret("a-token")])
            #expect(try await client.nextMessage()["error"]?["code"] == -32001)
            #expect(try await client.closure().code == 1008)
            let known = try await connect(server, "a-token")
            server.replaceTokens([])
            #expect(try await known.call("echo", ["message": 1]) == 1)
            _ = try await TestClient.connect(to: server)
        }
    }

    /// 99 refusals are only that; the hundredth in a row ends the connection.
    @Test func whoDoesNotHeedTheRateLimitIsClosed() async throws {
        try await withServer(
            {
                $0.server.rateLimit.messagesPerMinute = 1
                $0.server.rateLimit.burst = 1
            }, answering: ["ok"]
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            let other = try await client.startSession(userID: "another")
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == "ok")
            let params: JSONValue = ["sessionId": .string(session), "message": "more"]
            for _ in 0..<99 {
                #expect(try await client.error(of: "sendUserMessage", params)["data"]?["limit"] == "messagesPerMinute")
            }
            // One that is taken counts them anew.
            _ = try await client.say("go", in: other)
            #expect(try await client.answer() == "ok")
            for _ in 0..<99 { #expect(try await client.error(of: "sendUserMessage", params)["code"] == -32000) }
            #expect(try await client.call("echo", ["message": "still here"]) == "still here")
            #expect(try await client.error(of: "sendUserMessage", params)["code"] == -32000)
            let closure = try await client.closure()
            #expect(closure.code == 1008)
            #expect(closure.reason == "too many messages")
        }
    }

    @Test func compressionIsNotOffered() async throws {
        try await withServer(answering: []) { server in
            let raw = try await RawConnection.open(to: server.address)
            raw.send(
                RawConnection.handshake(server, headers: ["Sec-WebSocket-Extensions: permessage-deflate"]))
            let head = try await raw.readHead()
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            #expect(!head.lowercased().contains("extensions"))
        }
    }

    // MARK: Metrics

    private func metricsPage(_ server: TestServer, headers: [String] = []) async throws -> String {
        let raw = try await RawConnection.open(to: server.address)
        let lines = ["GET /metrics HTTP/1.1", "Host: x", "Connection: close"] + headers
        raw.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        return String(decoding: try await raw.readToEnd(), as: UTF8.self)
    }

    @Test func theMetricsTellWhatHappened() async throws {
        let script: ScriptedUpstream.Script = { request in
            request.number == 0 ? .answer(["one", "two"]) : .json(status: 400, ["error": ["message": "no"]])
        }
        try await withServer(script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == "onetwo")
            _ = try await client.say("go", in: session)
            #expect(try await client.notification("SessionStatusNotification")["status"] == 3)
            try await server.waitUntil {
                $0.value(of: .chunksSent) == 3 && $0.value(of: .upstreamRequestsFailed) == 1
                    && $0.count(of: .chunkRelay) == 3
            }
            let page = try await metricsPage(server)
            #expect(page.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            for line in [
                "ailoop_sessions_active 1", "ailoop_connections_active 1", "ailoop_chunks_sent_total 3",
                #"ailoop_upstream_requests_total{outcome="success"} 1"#,
                #"ailoop_upstream_requests_total{outcome="error"} 1"#,
                #"ailoop_upstream_requests_total{outcome="timeout"} 0"#,
                #"ailoop_upstream_requests_total{outcome="cancelled"} 0"#,
                "ailoop_first_chunk_seconds_count 1", "ailoop_chunk_relay_seconds_count 3",
                #"ailoop_chunk_relay_seconds_bucket{le="+Inf"} 3"#,
            ] {
                #expect(page.contains("\n\(line)\n"), "\(line)")
            }
        }
    }

    @Test func theMetricsAskForTheTokenAndCanBeSwitchedOff() async throws {
        try await withServer({ $0.server.auth.tokens = [Secret("a-token")] }, answering: []) { server in
            let refusal = try await metricsPage(server)
            #expect(refusal.hasPrefix("HTTP/1.1 401 "))
            let page = try await metricsPage(server, headers: ["Authorization: Bearer a-token"])
            #expect(page.hasPrefix("HTTP/1.1 200 "))
        }
        try await withServer({ $0.server.metrics = false }, answering: []) { server in
            let page = try await metricsPage(server)
            #expect(page.hasPrefix("HTTP/1.1 404 "))
        }
    }
}
