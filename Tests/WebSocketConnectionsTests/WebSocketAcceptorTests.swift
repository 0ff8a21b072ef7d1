import EventLoops
import Testing
import WebSocket
import WebSocketConnections

@Suite(.timeLimit(.minutes(5))) struct WebSocketAcceptorTests {
    @Test("the example of RFC 6455 §1.3 is accepted, and its first frames may come with it")
    func accepts() async throws {
        try await withLoop { loop in
            let (address, ends) = try await loop.listenForWebSockets()
            let client = try await RawPeer(on: loop, connectingTo: address)
            client.send(Array(handshake.utf8) + frame(.text, Array("at once".utf8)))
            let server = try #require(await ends.next())
            #expect(await server.told.next() == .text("at once"))
            let head = await client.receiveHead()
            #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(head.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        }
    }

    @Test("a handshake that comes byte by byte is accepted")
    func drips() async throws {
        try await withLoop { loop in
            let (address, ends) = try await loop.listenForWebSockets()
            let client = try await RawPeer(on: loop, connectingTo: address)
            for byte in handshake.utf8 { client.send([byte]) }
            #expect(await client.receiveHead().hasPrefix("HTTP/1.1 101 "))
            #expect(await ends.next() != nil)
        }
    }

    @Test(
        "what is no handshake is answered by its status, and the connection ends",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426),
            (handshake.replacing("Version: 13", with: "Version: 8"), 426),
            (handshake.replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "c2hvcnQ="), 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nbody", 405),
            ("\u{16}\u{3}\u{1} no HTTP at all", 400),
            ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 70_000) + "\r\n\r\n", 431),
        ])
    func refuses(request: String, status: Int) async throws {
        try await withLoop { loop in
            let (address, _) = try await loop.listenForWebSockets()
            let client = try await RawPeer(on: loop, connectingTo: address)
            client.send(request)
            client.send("and more, which is not read as anything")
            let (bytes, last) = await client.rest()
            let head = String(decoding: bytes, as: UTF8.self)
            #expect(head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(head.hasSuffix("\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
            #expect(last == .endOfInput)
        }
    }

    @Test("a client that is slow with its request is dropped when its time is over")
    func slow() async throws {
        try await withLoop { loop in
            let (address, _) = try await loop.listenForWebSockets(handshakeNanoseconds: 5_000_000)
            let client = try await RawPeer(on: loop, connectingTo: address)
            client.send(String(handshake.prefix(40)))
            #expect(await client.rest().last == .endOfInput)
        }
    }

    @Test("a client that ends its side within the request is dropped")
    func endsEarly() async throws {
        try await withLoop { loop in
            let (address, _) = try await loop.listenForWebSockets()
            let client = try await RawPeer(on: loop, connectingTo: address)
            client.channel.submit { channel in
                channel.write(Array("GET / HT".utf8))
                channel.finishWriting()
            }
            #expect(await client.rest().last == .endOfInput)
        }
    }
}
