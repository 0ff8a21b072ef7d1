import Testing
import WebSocket
import Wire

/// Fragments, their limits, and text that is checked while it comes.
@Suite struct MessageAssemblyTests {
    @Test("fragments join, with control frames between them reported as they come", arguments: Side.allCases)
    func interleaved(side: Side) {
        var bytes = side.incoming(.text, "one ", isFinal: false)
        bytes += side.incoming(.ping, "a") + side.incoming(.continuation, "two ", isFinal: false)
        bytes += side.incoming(.pong, "b") + side.incoming(.continuation, "", isFinal: false)
        bytes += side.incoming(.continuation, "three") + side.incoming(.binary, [0xFF])
        let expected: [WebSocketEvent] = [
            .ping(Array("a".utf8)), .pong(Array("b".utf8)), .text(Array("one two three".utf8)), .binary([0xFF]),
        ]
        #expect(events(of: bytes, as: side) == expected)
    }

    @Test("a close frame between fragments ends the connection")
    func closeBetweenFragments() {
        let bytes = Side.server.incoming(.text, "one", isFinal: false) + Side.server.incoming(.close)
        let rest = Side.server.incoming(.continuation, "two")
        #expect(events(of: bytes + rest, as: .server) == [.close(nil, reason: "")])
    }

    @Test("empty messages, whole and fragmented", arguments: Side.allCases)
    func empty(side: Side) {
        #expect(events(of: side.incoming(.text), as: side) == [.text([])])
        #expect(events(of: side.incoming(.binary), as: side) == [.binary([])])
        let fragments = side.incoming(.text, [], isFinal: false) + side.incoming(.continuation)
        #expect(events(of: fragments, as: side) == [.text([])])
    }

    @Test("a continuation needs a message, and a message must end before the next", arguments: Side.allCases)
    func order(side: Side) {
        let stray = WebSocketEvent.violation(.protocolError, reason: "continuation of no message")
        #expect(events(of: side.incoming(.continuation, "x"), as: side) == [stray])
        #expect(events(of: side.incoming(.continuation, "x", isFinal: false), as: side) == [stray])
        let nested = WebSocketEvent.violation(.protocolError, reason: "message inside a message")
        for opcode in [Opcode.text, .binary] {
            let bytes = side.incoming(.text, "x", isFinal: false) + side.incoming(opcode, "y")
            #expect(events(of: bytes, as: side) == [nested])
        }
    }

    @Test("a message of the limit passes, one byte more is refused before its payload comes")
    func messageLimit() {
        let limits = WebSocketLimits(maximumMessageBytes: 10)
        let tooBig = WebSocketEvent.violation(.messageTooBig, reason: "message of more than 10 bytes")
        let ten = Array("0123456789".utf8)
        #expect(events(of: Side.server.incoming(.text, ten), as: .server, limits: limits) == [.text(ten)])
        let eleven = Side.server.incoming(.text, ten + [0x30]).prefix(6)
        #expect(events(of: Array(eleven), as: .server, limits: limits) == [tooBig])
        let six = Side.server.incoming(.binary, Array(ten.prefix(6)), isFinal: false)
        let four = Side.server.incoming(.continuation, Array(ten.suffix(4)))
        #expect(events(of: six + four, as: .server, limits: limits) == [.binary(ten)])
        let five = Side.server.incoming(.continuation, Array(ten.suffix(5))).prefix(6)
        #expect(events(of: six + five, as: .server, limits: limits) == [tooBig])
    }

    @Test("the limit is a message's, not the connection's")
    func limitStartsAnew() {
        let limits = WebSocketLimits(maximumMessageBytes: 4, maximumFragments: 2)
        let half = Side.server.incoming(.text, "ab", isFinal: false) + Side.server.incoming(.continuation, "cd")
        let bytes = Array(repeatElement(half, count: 5).joined())
        let expected = [WebSocketEvent](repeating: .text(Array("abcd".utf8)), count: 5)
        #expect(events(of: bytes, as: .server, limits: limits) == expected)
    }

    @Test("the largest length that a header can say is refused, also behind a fragment")
    func hugeLength() {
        let header: [UInt8] = [0x80, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7) + [0, 0, 0, 0]
        let tooBig = WebSocketEvent.violation(.messageTooBig, reason: "message of more than 1048576 bytes")
        #expect(events(of: [0x82] + header.dropFirst(), as: .server) == [tooBig])
        let first = Side.server.incoming(.binary, "x", isFinal: false)
        #expect(events(of: first + header, as: .server) == [tooBig])
    }

    @Test("fragments up to the limit pass, one more is refused, empty ones count")
    func fragmentLimit() {
        let limits = WebSocketLimits(maximumFragments: 3)
        let first = Side.server.incoming(.text, "a", isFinal: false)
        let next = Side.server.incoming(.continuation, [], isFinal: false)
        let last = Side.server.incoming(.continuation, "b")
        let whole = events(of: first + next + last, as: .server, limits: limits)
        #expect(whole == [.text(Array("ab".utf8))])
        let tooMany = WebSocketEvent.violation(.messageTooBig, reason: "message of more than 3 fragments")
        #expect(events(of: first + next + next + last, as: .server, limits: limits) == [tooMany])
    }

    @Test("where only text is taken, a binary message is refused at its first header")
    func binaryRefused() {
        let limits = WebSocketLimits(allowsBinary: false)
        let expected = WebSocketEvent.violation(.unsupportedData, reason: "only text messages are taken")
        let header = Side.server.incoming(.binary, [1, 2, 3], isFinal: false).prefix(6)
        #expect(events(of: Array(header), as: .server, limits: limits) == [expected])
        let text = Side.server.incoming(.text, "ab", isFinal: false) + Side.server.incoming(.continuation, "c")
        #expect(events(of: text, as: .server, limits: limits) == [.text(Array("abc".utf8))])
    }

    @Test("characters may be cut by fragments, not by the end of the message", arguments: Side.allCases)
    func cutCharacters(side: Side) {
        let text = Array("κόσμε 🙂".utf8)
        for split in 0...text.count {
            let first = side.incoming(.text, Array(text[..<split]), isFinal: false)
            let last = side.incoming(.continuation, Array(text[split...]))
            #expect(events(of: first + side.incoming(.ping) + last, as: side) == [.ping([]), .text(text)])
        }
        let cut = side.incoming(.text, Array(text.dropLast()))
        #expect(events(of: cut, as: side) == [notUTF8])
    }

    @Test("invalid text is refused at the byte that makes it so, inside a frame", arguments: Side.allCases)
    func failsInsideFrame(side: Side) {
        let valid = Array("κόσμε".utf8) + [0xF4]
        let frame = side.incoming(.text, valid + [0x90, 0x80, 0x80] + Array("edited".utf8))
        let headerSize = side == .server ? 6 : 2
        var machine = WebSocketProtocol(role: side.role)
        let before = machine.receive(frame.prefix(headerSize + valid.count))
        #expect(before == [])
        let fault = machine.receive([frame[headerSize + valid.count]])
        #expect(fault == [notUTF8])
    }

    @Test("invalid text is refused in the first fragment that has it", arguments: Side.allCases)
    func failsInsideFragment(side: Side) {
        var machine = WebSocketProtocol(role: side.role)
        let fragments = machine.receive(
            side.incoming(.text, "fine", isFinal: false)
                + side.incoming(.continuation, [0x61, 0xED], isFinal: false)
                + side.incoming(.continuation, [0xA0], isFinal: false))
        #expect(fragments == [notUTF8])
    }

    @Test("binary messages are not text, whatever their bytes")
    func binaryIsNotChecked() {
        let bytes = (0...255).map { UInt8($0) }
        let frames =
            Side.server.incoming(.binary, bytes, isFinal: false) + Side.server.incoming(.continuation, [0xFF])
        #expect(events(of: frames, as: .server) == [.binary(bytes + [0xFF])])
    }

    private let notUTF8 = WebSocketEvent.violation(.invalidPayload, reason: "text is not UTF-8")
}
