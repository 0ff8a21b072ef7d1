import EventLoops
import Glibc
import Testing
import WebSocket
import WebSocketConnections

@Suite(.timeLimit(.minutes(5))) struct WebSocketConnectionTests {
    @Test("messages of both kinds go both ways, in order")
    func messages() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.pair()
            let long = [UInt8](repeating: 7, count: 300_000)
            client.submit { connection in
                connection.sendText("grüße")
                connection.sendText(Array("bytes".utf8))
                connection.sendBinary(long)
                connection.sendText("")
            }
            #expect(await server.told.next() == .text("grüße"))
            #expect(await server.told.next() == .text("bytes"))
            #expect(await server.told.next() == .binary(long))
            #expect(await server.told.next() == .text(""))
            server.submit { connection in
                Array("answer".utf8).withUnsafeBytes { connection.sendText($0) }
            }
            #expect(await client.told.next() == .text("answer"))
        }
    }

    @Test("a ping is answered without the delegate, and the pong is told")
    func ping() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.pair()
            client.submit { $0.sendPing([1, 2]) }
            #expect(await client.told.next() == .pong([1, 2]))
            client.submit { $0.sendText("after") }
            #expect(await server.told.next() == .text("after"))
        }
    }

    @Test("a close frame ends both sides, and each is told of the other's")
    func close() async throws {
        try await withLoop { loop in
            for closesAsServer in [true, false] {
                let (client, server) = try await loop.pair()
                let (closing, other) = closesAsServer ? (server, client) : (client, server)
                closing.submit { connection in
                    connection.sendText("last")
                    connection.close(.goingAway, reason: "bye")
                    #expect(!connection.isOpen)
                    connection.sendText("too late")
                }
                #expect(await other.told.next() == .text("last"))
                #expect(await other.told.next() == .ended(.closed(.goingAway, reason: "bye")))
                #expect(await closing.told.next() == .ended(.closed(.goingAway, reason: "")))
                let isGone = try await loop.run { other.connection.value.channel.isClosed }
                #expect(isGone)
            }
        }
    }

    @Test("the server ends TCP after the closing handshake")
    func serverEndsFirst() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            client.send(frame(.close, [3, 232]))
            let (bytes, last) = await client.rest()
            #expect(bytes == frame(.close, [3, 232], isMasked: false))
            #expect(last == .endOfInput)
            client.channel.submit { $0.close() }
            #expect(await server.told.next() == .ended(.closed(.normalClosure, reason: "")))
        }
    }

    @Test("a violation is told to the peer, whose further bytes are read and dropped")
    func violation() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            client.send([0xFF, 0x80, 0, 0, 0, 0] + [UInt8](repeating: 0xAA, count: 500_000))
            let reason = "reserved bits are set without an extension"
            let (bytes, last) = await client.rest()
            #expect(bytes == frame(.close, [3, 234] + Array(reason.utf8), isMasked: false))
            #expect(last == .endOfInput)
            client.channel.submit { $0.close() }
            #expect(await server.told.next() == .ended(.failed(.protocolError, reason: reason)))
        }
    }

    @Test("a message past the limit closes with 1009")
    func tooBig() async throws {
        try await withLoop { loop in
            var limits = WebSocketConnectionLimits()
            limits.messages.maximumMessageBytes = 5
            let (client, server) = try await loop.rawClient(limits: limits)
            client.send(frame(.text, Array("12345".utf8)) + frame(.text, Array("123456".utf8)))
            #expect(await server.told.next() == .text("12345"))
            let (bytes, _) = await client.rest()
            #expect(bytes.starts(with: [0x88]) && Array(bytes.dropFirst(2).prefix(2)) == [0x03, 0xF1])
        }
    }

    @Test("a peer that ends TCP without a close frame is lost")
    func endOfInput() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            client.send(frame(.text, Array("bye".utf8)))
            client.channel.submit { $0.finishWriting() }
            #expect(await server.told.next() == .text("bye"))
            #expect(await server.told.next() == .ended(.lost(nil)))
            #expect(await client.rest().last == .endOfInput)
        }
    }

    @Test("a peer that resets TCP is lost, with the error")
    func reset() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            client.channel.submit { $0.reset() }
            #expect(await server.told.next() == .ended(.lost(SystemError(call: "recv", code: ECONNRESET))))
        }
    }

    @Test("a peer that closes and ends TCP in one go still gets the answer")
    func closeAndEnd() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            client.channel.submit { channel in
                channel.write(frame(.close, [3, 232]))
                channel.finishWriting()
            }
            let (bytes, last) = await client.rest()
            #expect(bytes == frame(.close, [3, 232], isMasked: false))
            #expect(last == .endOfInput)
            #expect(await server.told.next() == .ended(.closed(.normalClosure, reason: "")))
        }
    }

    @Test("a peer that never answers our close frame is dropped when its time is over")
    func silentPeer() async throws {
        try await withLoop { loop in
            let limits = WebSocketConnectionLimits(closingNanoseconds: 5_000_000)
            let (client, server) = try await loop.rawClient(limits: limits)
            server.submit { $0.close(.goingAway) }
            #expect(await server.told.next() == .ended(.lost(nil)))
            let (bytes, _) = await client.rest()
            #expect(bytes == frame(.close, [3, 233], isMasked: false))
        }
    }

    @Test("a peer that answers our close frame but never ends TCP is dropped when its time is over")
    func lingeringPeer() async throws {
        try await withLoop { loop in
            // The answer must come within the time, which takes longer on a busy machine.
            for limit: UInt64 in [5_000_000, 500_000_000, 50_000_000_000] {
                let limits = WebSocketConnectionLimits(closingNanoseconds: limit)
                let (client, server) = try await loop.rawClient(limits: limits)
                server.submit { $0.close(.goingAway) }
                client.send(frame(.close, [3, 233]))
                let told = await server.told.next()
                if told == .ended(.lost(nil)) { continue }
                #expect(told == .ended(.closed(.goingAway, reason: "")))
                return
            }
            Issue.record("the answer came within no time that was tried")
        }
    }

    @Test("aborting resets the peer and tells our own side nothing")
    func abort() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            server.submit { connection in
                connection.abort()
                connection.abort()
                connection.close(.normalClosure)
                connection.sendText("gone")
                #expect(!connection.isOpen)
                server.told.put(.text("nothing before"))
            }
            #expect(await client.rest().last == .failed(SystemError(call: "recv", code: ECONNRESET)))
            #expect(await server.told.next() == .text("nothing before"))
        }
    }

    @Test("a delegate may abort within a message: nothing of what came along is told")
    func abortWithinMessage() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            let told = server.told
            try await loop.run { server.connection.value.delegate = Aborter(told) }
            client.send(frame(.text, [0x61]) + frame(.text, [0x62]) + frame(.close))
            #expect(await told.next() == .text("a"))
            #expect(await client.rest().last == .failed(SystemError(call: "recv", code: ECONNRESET)))
            told.put(.text("nothing in between"))
            #expect(await told.next() == .text("nothing in between"))
        }
    }

    @Test("a peer that does not read what waits for it is not read from, and loses nothing")
    func unreadAnswers() async throws {
        try await withLoop { loop in
            let limits = WebSocketConnectionLimits(maximumUnsentBytes: 10_000)
            let (client, server) = try await loop.rawClient(limits: limits)
            let message = [UInt8](repeating: 5, count: 32 << 20)
            client.channel.submit { $0.pauseReading() }
            server.submit { $0.sendBinary(message) }
            client.send(frame(.ping, [1]))
            let before = try await unsentBytesAfterSomeTurns(of: server)
            #expect(before > limits.maximumUnsentBytes)
            for number in 2...9 { client.send(frame(.ping, [UInt8(number)])) }
            #expect(try await unsentBytesAfterSomeTurns(of: server) <= before)
            client.channel.submit { $0.resumeReading() }
            let received = await client.receive(10 + message.count + 9 * 3)
            let pongs = (1...9).flatMap { frame(.pong, [UInt8($0)], isMasked: false) }
            #expect(received.count == 10 + message.count + 9 * 3)
            #expect(Array(received.suffix(9 * 3)) == pongs)
            #expect(await server.told.next() == .drained)
        }
    }

    /// Both ends are on one loop: what is sent is there a few turns later, where it is read at all.
    private func unsentBytesAfterSomeTurns(of end: End) async throws -> Int {
        let loop = end.connection.loop
        for _ in 0..<50 { try await loop.run {} }
        return try await loop.run { end.connection.value.unsentBytes }
    }

    @Test("what waited for a slow reader is sent, and the owner is told")
    func drained() async throws {
        try await withLoop { loop in
            let (client, server) = try await loop.rawClient()
            let message = [UInt8](repeating: 3, count: 16 << 20)
            client.channel.submit { $0.pauseReading() }
            server.submit { $0.sendBinary(message) }
            client.channel.submit { $0.resumeReading() }
            let received = await client.receive(message.count + 10)
            #expect(received.count == message.count + 10)
            #expect(await server.told.next() == .drained)
            #expect(try await loop.run { server.connection.value.unsentBytes } == 0)
        }
    }
}

/// Aborts at the first message.
private final class Aborter: WebSocketConnectionDelegate {
    let inbox: Inbox<Told>

    init(_ inbox: Inbox<Told>) {
        self.inbox = inbox
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        inbox.put(.text(String(decoding: message, as: UTF8.self)))
        connection.abort()
    }
    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {}
    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
    func connectionDrained(_ connection: WebSocketConnection) {}
    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) { inbox.put(.ended(ending)) }
}
