import Testing
import WebSocket
import Wire

/// However a stream of bytes is cut into reads, the same events come of it.
@Suite struct SplitTests {
    @Test("byte by byte is as at once", arguments: Stream.all)
    func byteByByte(stream: Stream) {
        #expect(events(of: stream.bytes.map { [$0] }, as: stream.side) == stream.events)
    }

    @Test("cut anywhere in two is as at once", arguments: Stream.all)
    func everySplit(stream: Stream) {
        for split in 0...stream.bytes.count {
            let pieces = [Array(stream.bytes[..<split]), Array(stream.bytes[split...])]
            #expect(events(of: pieces, as: stream.side) == stream.events, "cut at \(split)")
        }
    }

    @Test("cut at random is as at once", arguments: Stream.all, [1, 2, 3, UInt64.random(in: 4 ... .max)])
    func randomSplits(stream: Stream, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let pieces = random.pieces(of: stream.bytes, atMost: 12)
            #expect(events(of: pieces, as: stream.side) == stream.events, "cut \(pieces.map(\.count))")
        }
    }

    private func events(of pieces: [[UInt8]], as side: Side) -> [WebSocketEvent] {
        var machine = WebSocketProtocol(role: side.role, limits: Stream.limits)
        return pieces.flatMap { machine.receive($0) }
    }
}

/// Bytes of a peer, and what comes of them at once.
struct Stream: Sendable, CustomTestStringConvertible {
    static let limits = WebSocketLimits(maximumMessageBytes: 1000, maximumFragments: 5)

    let name: String
    let side: Side
    let bytes: [UInt8]
    let events: [WebSocketEvent]

    var testDescription: String { "\(name), to the \(side)" }

    init(_ name: String, to side: Side, _ bytes: [UInt8]) {
        self.name = name
        self.side = side
        self.bytes = bytes
        var machine = WebSocketProtocol(role: side.role, limits: Self.limits)
        events = machine.receive(bytes)
    }

    static let all = Side.allCases.flatMap { side in
        let text = side.incoming(.text, "κόσμε, plain words to fill a few machine words, 🙂")
        let fragments =
            side.incoming(.text, "one κ", isFinal: false) + side.incoming(.ping, "now?")
            + side.incoming(.continuation, [0xF0, 0x9F], isFinal: false) + side.incoming(.pong)
            + side.incoming(.continuation, [0x99, 0x82])
        let medium = side.incoming(.binary, (0..<300).map { UInt8(truncatingIfNeeded: $0) })
        let close = side.incoming(.close, [0x0F, 0xA0] + Array("done".utf8))
        return [
            Stream("messages", to: side, text + side.incoming(.text) + medium + text),
            Stream("fragments", to: side, fragments + fragments + close + text),
            Stream("invalid text", to: side, text + side.incoming(.text, Array("abc".utf8) + [0xC0, 0xAF, 0x20])),
            Stream("cut text", to: side, side.incoming(.text, [0x61, 0xE2, 0x82]) + text),
            Stream("too long", to: side, text + side.incoming(.binary, [UInt8](repeating: 1, count: 1001))),
            Stream("too many fragments", to: side, manyFragments(to: side)),
            Stream("bad close", to: side, side.incoming(.close, [0x03]) + text),
            Stream("reserved", to: side, text + [0xB1, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]),
            Stream("wrong masking", to: side, text + side.peer.incoming(.text, "hello") + text),
        ]
    }

    private static func manyFragments(to side: Side) -> [UInt8] {
        let first = side.incoming(.text, "0", isFinal: false)
        let next = side.incoming(.continuation, "1", isFinal: false)
        return first + next + next + next + next + next
    }
}
