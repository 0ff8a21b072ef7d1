import EventLoops
import Glibc
import HTTP1
import Testing
import WebSocket
import WebSocketConnections

/// What a client makes of servers that are not ours. (Ours is its peer in the other suites.)
@Suite(.timeLimit(.minutes(5))) struct WebSocketConnectorTests {
    @Test("the request is as the standard asks, and the server's first messages may come with its acceptance")
    func accepted() async throws {
        try await withLoop { loop in
            let server = try await RawServer(on: loop)
            async let result = loop.connect(to: server.address)
            let peer = try #require(await server.peers.next())
            let request = await peer.receiveHead()
            let key = try #require(request.firstMatch(of: /\r\nSec-WebSocket-Key: (.*)\r\n/)?.1)
            let expected = """
                GET /chat HTTP/1.1\r
                Host: \(server.address)\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: \(key)\r
                Sec-WebSocket-Version: 13\r
                \r

                """
            #expect(request == expected)
            let answer = try acceptance(of: request)
            peer.send(Array(answer.utf8) + frame(.text, Array("welcome".utf8), isMasked: false))
            let client = try await result.get()
            #expect(await client.told.next() == .text("welcome"))
        }
    }

    @Test("a server's refusal, and what is no answer, is told")
    func refused() async throws {
        let cases: [(String, (WebSocketConnectError) -> Bool)] = [
            ("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n", { Self.status(of: $0) == 403 }),
            ("HTTP/1.1 200 OK\r\n\r\n<html>", { Self.status(of: $0) == 200 }),
            (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                { if case .refused(let refusal) = $0 { refusal.status == nil } else { false } }
            ),
            ("SSH-2.0-OpenSSH\r\n", { if case .malformed = $0 { true } else { false } }),
        ]
        for (answer, isExpected) in cases {
            try await withLoop { loop in
                let server = try await RawServer(on: loop)
                async let result = loop.connect(to: server.address)
                let peer = try #require(await server.peers.next())
                _ = await peer.receiveHead()
                peer.send(answer)
                guard case .failure(let error) = try await result else {
                    Issue.record("connected by \(answer)")
                    return
                }
                #expect(isExpected(error), "\(error)")
                #expect(await peer.rest().last != nil)
            }
        }
    }

    @Test("a server that closes instead of answering, and one that resets")
    func ended() async throws {
        try await withLoop { loop in
            let server = try await RawServer(on: loop)
            async let result = loop.connect(to: server.address)
            let peer = try #require(await server.peers.next())
            _ = await peer.receiveHead()
            peer.channel.submit { $0.close() }
            #expect(try await failure(result) == .ended)
            async let second = loop.connect(to: server.address)
            let other = try #require(await server.peers.next())
            _ = await other.receiveHead()
            other.channel.submit { $0.reset() }
            #expect(try await failure(second) == .tcp(SystemError(call: "recv", code: ECONNRESET)))
        }
    }

    @Test("a port where nobody listens")
    func connectionRefused() async throws {
        try await withLoop { loop in
            // Below 1024: the system gives it to nobody else meanwhile.
            let address = try #require(SocketAddress(host: "127.0.0.1", port: 1))
            let result = try await loop.connect(to: address)
            #expect(failure(result) == .tcp(SystemError(call: "connect", code: ECONNREFUSED)))
        }
    }

    @Test("a server that is silent is given up when its time is over")
    func timedOut() async throws {
        try await withLoop { loop in
            let server = try await RawServer(on: loop)
            let result = try await loop.connect(to: server.address, timeoutNanoseconds: 5_000_000)
            #expect(failure(result) == .timedOut)
            let peer = try #require(await server.peers.next())
            #expect(await peer.rest().last == .endOfInput)
        }
    }

    @Test("a header field that cannot be written fails the connection instead of being sent")
    func invalidRequest() async throws {
        try await withLoop { loop in
            let server = try await RawServer(on: loop)
            let url = try HTTPURL("ws://\(server.address)/")
            let result = Inbox<WebSocketConnectError?>()
            loop.submit {
                WebSocketConnector(
                    loop: loop, address: server.address, url: url, headers: HTTPHeaders([("X", "a\r\nb")])
                ) { outcome in
                    if case .failure(let error) = outcome { result.put(error) } else { result.put(nil) }
                }
            }
            guard case .invalidRequest?? = await result.next() else {
                Issue.record("the field was taken")
                return
            }
            let peer = try #require(await server.peers.next())
            #expect(await peer.rest() == ([], .endOfInput))
        }
    }

    private static func status(of error: WebSocketConnectError) -> Int? {
        if case .refused(let refusal) = error { refusal.status } else { nil }
    }

    private func failure(_ result: Result<End, WebSocketConnectError>) -> WebSocketConnectError? {
        if case .failure(let error) = result { error } else { nil }
    }
}

/// Takes TCP connections and does nothing by itself.
private struct RawServer: Sendable {
    let address: SocketAddress
    let peers = Inbox<RawPeer>()

    init(on loop: EventLoop) async throws {
        let peers = peers
        address = try await loop.listen { descriptor in
            if let peer = try? RawPeer(on: loop, adopting: descriptor) { peers.put(peer) }
        }
    }
}
