import HTTP1
import Testing

@Suite("WebSocket handshake")
struct WebSocketHandshakeTests {
    /// The example of RFC 6455 §1.3.
    private let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    private func request(_ change: (inout RequestHead) -> Void = { _ in }) -> RequestHead {
        var head = RequestHead(
            method: "GET", target: "/ws",
            headers: HTTPHeaders([
                ("Host", "a"), ("Upgrade", "WebSocket"), ("Connection", "keep-alive, Upgrade"),
                ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Version", "13"),
            ]))
        change(&head)
        return head
    }

    @Test("The standard's example is accepted with its answer")
    func example() throws {
        let upgrade = try WebSocketHandshake.validate(request())
        #expect(upgrade.subprotocols == [])
        #expect(upgrade.origin == nil)
        #expect(
            upgrade.response()
                == ResponseHead(
                    status: 101,
                    headers: HTTPHeaders([
                        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept),
                    ])))
    }

    @Test("Offered subprotocols and the origin are handed on; the chosen one is answered")
    func subprotocols() throws {
        let upgrade = try WebSocketHandshake.validate(
            request { head in
                head.headers.add("Sec-WebSocket-Protocol", "bearer.abc, chat")
                head.headers.add("sec-websocket-protocol", "superchat")
                head.headers.add("Origin", "https://a.example")
                head.headers.add("Content-Length", "0")
            })
        #expect(upgrade.subprotocols == ["bearer.abc", "chat", "superchat"])
        #expect(upgrade.origin == "https://a.example")
        #expect(upgrade.response(subprotocol: "chat").headers.first("Sec-WebSocket-Protocol") == "chat")
    }

    @Test("What is no handshake is rejected with the status that says so")
    func rejections() {
        let changes: [(Int, (inout RequestHead) -> Void)] = [
            (405, { $0.method = "POST" }),
            (426, { $0.headers.removeAll("Upgrade") }),
            (426, { $0.minorVersion = 0 }),
            (400, { $0.headers.removeAll("Connection") }),
            (426, { $0.headers.removeAll("Sec-WebSocket-Version") }),
            (426, { $0.headers.add("Sec-WebSocket-Version", "8") }),
            (400, { $0.headers.removeAll("Sec-WebSocket-Key") }),
            (400, { $0.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") }),
            (
                400,
                { [key] in
                    $0.headers.removeAll("Sec-WebSocket-Key")
                    $0.headers.add("Sec-WebSocket-Key", key + "AA")
                }
            ),
            (
                400,
                {
                    $0.headers.removeAll("Sec-WebSocket-Key")
                    $0.headers.add("Sec-WebSocket-Key", "c2hvcnQ=")
                }
            ),
            (400, { $0.headers.add("Content-Length", "5") }),
            (400, { $0.headers.add("Transfer-Encoding", "chunked") }),
            (400, { $0.headers.add("Sec-WebSocket-Protocol", "a, a") }),
            (400, { $0.headers.add("Sec-WebSocket-Protocol", "a,,b") }),
            (400, { $0.headers.add("Sec-WebSocket-Protocol", "a b") }),
        ]
        for (status, change) in changes {
            #expect {
                try WebSocketHandshake.validate(request(change))
            } throws: { error in
                (error as? WebSocketHandshake.Rejection)?.response.status == status
            }
        }
    }

    @Test("A rejected version is answered with the one spoken (RFC 6455 §4.4)")
    func versionIsNamed() {
        #expect {
            try WebSocketHandshake.validate(
                request { head in
                    head.headers.removeAll("Sec-WebSocket-Version")
                    head.headers.add("Sec-WebSocket-Version", "14")
                })
        } throws: { error in
            (error as? WebSocketHandshake.Rejection)?.response.headers.first("Sec-WebSocket-Version") == "13"
        }
    }

    @Test("Our client's request is accepted by our server, and the answer by our client")
    func bothRoles() throws {
        let url = try HTTPURL("ws://a.example:8000/ws?x=y")
        let key = WebSocketHandshake.key(of: Array(1...16))
        let request = WebSocketHandshake.request(
            to: url, key: key, subprotocols: ["one", "two"], headers: HTTPHeaders([("Authorization", "Bearer x")]))
        #expect(request.target == "/ws?x=y")
        #expect(request.headers.first("Host") == "a.example:8000")
        #expect(request.headers.first("Authorization") == "Bearer x")
        let upgrade = try WebSocketHandshake.validate(request)
        #expect(upgrade.subprotocols == ["one", "two"])
        let chosen = try WebSocketHandshake.validate(
            upgrade.response(subprotocol: "two"), key: key, subprotocols: ["one", "two"])
        #expect(chosen == "two")
        #expect(try WebSocketHandshake.validate(upgrade.response(), key: key) == nil)
    }

    @Test("The client refuses an answer that is no acceptance")
    func refusals() throws {
        let good = try WebSocketHandshake.validate(request()).response()
        let changes: [(inout ResponseHead) -> Void] = [
            { $0.status = 200 },
            { $0.headers.removeAll("Upgrade") },
            { $0.headers.add("Upgrade", "websocket") },
            { $0.headers.removeAll("Connection") },
            { $0.headers.removeAll("Sec-WebSocket-Accept") },
            { [accept] in $0.headers.add("Sec-WebSocket-Accept", accept) },
            { $0.headers.add("Sec-WebSocket-Extensions", "permessage-deflate") },
            { $0.headers.add("Sec-WebSocket-Protocol", "unasked") },
            {
                $0.headers.add("Sec-WebSocket-Protocol", "asked")
                $0.headers.add("Sec-WebSocket-Protocol", "asked")
            },
        ]
        for change in changes {
            var response = good
            change(&response)
            #expect(throws: WebSocketHandshake.Refusal.self) {
                try WebSocketHandshake.validate(response, key: key, subprotocols: ["asked"])
            }
        }
        #expect(throws: WebSocketHandshake.Refusal.self) {
            try WebSocketHandshake.validate(good, key: WebSocketHandshake.key(of: Array(repeating: 0, count: 16)))
        }
        #expect {
            try WebSocketHandshake.validate(ResponseHead(status: 401, reason: "Unauthorized"), key: key)
        } throws: { error in
            let refusal = error as? WebSocketHandshake.Refusal
            return refusal?.status == 401
                && refusal?.detail == "The server answered 401 Unauthorized to the WebSocket handshake."
        }
    }
}
