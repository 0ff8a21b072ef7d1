import Testing
import WebSocket
import Wire

/// The rules of single frames and of control frames, through the protocol's face.
@Suite struct FrameReceiverTests {
    @Test("a server refuses a frame that is not masked, whatever it is", arguments: opcodes)
    func unmaskedToServer(opcode: Opcode) {
        let frame = Side.client.incoming(opcode)
        #expect(events(of: frame, as: .server) == [.violation(.protocolError, reason: "frame is not masked")])
    }

    @Test("a client refuses a frame that is masked, whatever it is", arguments: opcodes)
    func maskedToClient(opcode: Opcode) {
        let frame = Side.server.incoming(opcode)
        #expect(events(of: frame, as: .client) == [.violation(.protocolError, reason: "frame is masked")])
    }

    @Test("control frames carry 0 to 125 bytes", arguments: Side.allCases)
    func controlPayloads(side: Side) {
        for count in [0, 1, 125] {
            let payload = (0..<count).map { UInt8($0) }
            #expect(events(of: side.incoming(.ping, payload), as: side) == [.ping(payload)])
            #expect(events(of: side.incoming(.pong, payload), as: side) == [.pong(payload)])
        }
        for opcode in [Opcode.ping, .pong, .close] {
            let frame = side.incoming(opcode, [UInt8](repeating: 0x61, count: 126))
            let expected = WebSocketEvent.violation(.protocolError, reason: "control frame longer than 125 bytes")
            #expect(events(of: frame, as: side) == [expected])
        }
    }

    @Test("a close frame has no payload, or a code and a reason", arguments: Side.allCases)
    func close(side: Side) {
        #expect(events(of: side.incoming(.close), as: side) == [.close(nil, reason: "")])
        #expect(events(of: side.incoming(.close, [3, 232]), as: side) == [.close(.normalClosure, reason: "")])
        let reason = String(repeating: "é", count: 61) + "!"
        let frame = side.incoming(.close, [0x0F, 0xA0] + Array(reason.utf8))
        #expect(events(of: frame, as: side) == [.close(WebSocketCloseCode(rawValue: 4000), reason: reason)])
    }

    @Test("half a close code is a violation", arguments: Side.allCases)
    func halfACode(side: Side) {
        let expected = WebSocketEvent.violation(.protocolError, reason: "close frame with half a code")
        #expect(events(of: side.incoming(.close, [3]), as: side) == [expected])
    }

    @Test(
        "close codes that are not for the wire are a violation",
        arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16])
    func codes(code: UInt16) {
        let frame = Side.server.incoming(.close, [UInt8(code >> 8), UInt8(code & 0xFF)])
        let expected = WebSocketEvent.violation(.protocolError, reason: "close code not for the wire")
        #expect(events(of: frame, as: .server) == [expected])
    }

    @Test("a close reason that is not UTF-8 is a violation", arguments: [[0xFF], [0x61, 0xE2, 0x82]] as [[UInt8]])
    func closeReason(bytes: [UInt8]) {
        let frame = Side.server.incoming(.close, [3, 232] + bytes)
        let expected = WebSocketEvent.violation(.invalidPayload, reason: "close reason is not UTF-8")
        #expect(events(of: frame, as: .server) == [expected])
    }

    @Test("nothing comes of what follows a close frame", arguments: Side.allCases)
    func afterClose(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        let close = side.incoming(.close, [3, 232])
        #expect(!machine.hasReceivedLast)
        let atOnce = machine.receive(close + side.incoming(.text, "late"))
        #expect(atOnce == [.close(.normalClosure, reason: "")])
        #expect(machine.hasReceivedLast)
        let later = machine.receive(side.incoming(.ping) + [0xFF, 0xFF, 0xFF])
        #expect(later == [])
    }

    @Test("nothing comes of what follows a violation", arguments: Side.allCases)
    func afterViolation(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        let atOnce = machine.receive([0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 20) + side.incoming(.text, "late"))
        #expect(atOnce == [.violation(.protocolError, reason: "reserved bits are set without an extension")])
        #expect(machine.hasReceivedLast)
        let later = machine.receive(side.incoming(.close))
        #expect(later == [])
    }

    @Test("what came before a violation is reported first")
    func beforeViolation() {
        let bytes = Side.server.incoming(.text, "fine") + Side.server.incoming(.continuation, "stray")
        let expected: [WebSocketEvent] = [
            .text(Array("fine".utf8)), .violation(.protocolError, reason: "continuation of no message"),
        ]
        #expect(events(of: bytes, as: .server) == expected)
    }

    private static let opcodes: [Opcode] = [.continuation, .text, .binary, .close, .ping, .pong]
}
