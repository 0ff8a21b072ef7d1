import Testing
import WebSocket
import Wire

/// Sending, and the closing handshake.
@Suite struct WebSocketProtocolTests {
    @Test("each kind of message reaches the other end", arguments: Side.allCases)
    func kinds(side: Side) {
        var sender = WebSocketProtocol(role: side.role)
        var queue = ByteQueue()
        var areAppended = [
            sender.appendText("grüße", to: &queue),
            sender.appendText(Array("bytes".utf8), to: &queue),
            sender.appendBinary([0, 255], to: &queue),
            sender.appendPing([1], to: &queue),
            sender.appendPong([2], to: &queue),
        ]
        areAppended.append(Array("raw".utf8).withUnsafeBytes { sender.appendText($0, to: &queue) })
        areAppended.append(sender.appendClose(.goingAway, reason: "bye", to: &queue))
        #expect(areAppended.allSatisfy { $0 })
        let expected: [WebSocketEvent] = [
            .text(Array("grüße".utf8)), .text(Array("bytes".utf8)), .binary([0, 255]), .ping([1]), .pong([2]),
            .text(Array("raw".utf8)), .close(.goingAway, reason: "bye"),
        ]
        #expect(events(of: queue.bytes, as: side.peer) == expected)
    }

    @Test("a client masks every frame with a key of its own")
    func freshKeys() {
        var client = WebSocketProtocol(role: Side.client.role)
        var queue = ByteQueue()
        for _ in 0..<40 { client.appendText([0, 0, 0, 0], to: &queue) }
        let frames = stride(from: 0, to: queue.count, by: 10).map { Array(queue.bytes[$0..<$0 + 10]) }
        #expect(frames.allSatisfy { $0.starts(with: [0x81, 0x84]) && Array($0[2..<6]) == Array($0[6..<10]) })
        #expect(Set(frames).count == 40)
    }

    @Test("nothing is sent after a close frame", arguments: Side.allCases)
    func afterClose(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        var queue = ByteQueue()
        machine.appendClose(.normalClosure, to: &queue)
        let sent = queue.bytes
        #expect(machine.hasSentClose)
        let areAppended = [
            machine.appendText("x", to: &queue), machine.appendBinary([1], to: &queue),
            machine.appendPing([], to: &queue), machine.appendPong([], to: &queue),
            machine.appendClose(.goingAway, to: &queue),
        ]
        #expect(areAppended.allSatisfy { !$0 })
        #expect(queue.bytes == sent)
    }

    @Test("what the peer sent before it saw our close frame is still reported", arguments: Side.allCases)
    func receivingAfterClose(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        var queue = ByteQueue()
        machine.appendClose(.goingAway, to: &queue)
        #expect(!machine.shouldDropConnection)
        let late = machine.receive(side.incoming(.text, "late") + side.incoming(.close, [3, 233]))
        #expect(late == [.text(Array("late".utf8)), .close(.goingAway, reason: "")])
        #expect(machine.shouldDropConnection)
    }

    @Test("a ping is answered with its payload, a pong and messages are not", arguments: Side.allCases)
    func replies(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        var queue = ByteQueue()
        for event in [.text([0x61]), .binary([1]), .pong([2])] as [WebSocketEvent] {
            machine.appendReply(to: event, to: &queue)
        }
        #expect(queue.isEmpty)
        machine.appendReply(to: .ping([7, 8]), to: &queue)
        #expect(events(of: queue.bytes, as: side.peer) == [.pong([7, 8])])
        #expect(!machine.hasSentClose)
    }

    @Test(
        "a close frame is answered with its code, once",
        arguments: [nil, .normalClosure, WebSocketCloseCode(rawValue: 4999)])
    func closeReply(code: WebSocketCloseCode?) {
        var server = WebSocketProtocol(role: .server)
        var queue = ByteQueue()
        let payload = code.map { [UInt8($0.rawValue >> 8), UInt8($0.rawValue & 0xFF)] } ?? []
        for event in server.receive(Side.server.incoming(.close, payload)) {
            #expect(!server.shouldDropConnection)
            server.appendReply(to: event, to: &queue)
            server.appendReply(to: event, to: &queue)
        }
        #expect(events(of: queue.bytes, as: .client) == [.close(code, reason: "")])
        #expect(server.shouldDropConnection)
    }

    @Test("a violation is answered with its code and reason")
    func violationReply() {
        var server = WebSocketProtocol(role: .server)
        var queue = ByteQueue()
        for event in server.receive(Side.server.incoming(.text, [0xFF])) {
            server.appendReply(to: event, to: &queue)
        }
        #expect(events(of: queue.bytes, as: .client) == [.close(.invalidPayload, reason: "text is not UTF-8")])
        #expect(server.shouldDropConnection)
    }

    @Test("a close reason of 123 bytes fits; a longer one is cut at a character")
    func longReason() {
        let letters = String(repeating: "x", count: 123)
        #expect(closeReason(letters) == letters)
        #expect(closeReason(letters + "y") == letters)
        let characters = String(repeating: "語", count: 42)
        #expect(closeReason(characters) == String(characters.prefix(41)))
        #expect(closeReason("x" + characters) == "x" + characters.prefix(40))
    }

    private func closeReason(_ reason: String) -> String? {
        var server = WebSocketProtocol(role: .server)
        var queue = ByteQueue()
        server.appendClose(.policyViolation, reason: reason, to: &queue)
        let received = events(of: queue.bytes, as: .client)
        guard case .close(.policyViolation, let reason)? = received.first, received.count == 1 else { return nil }
        return reason
    }
}
