import Testing
import WebSocket
import Wire

/// What one end sends, the other receives. The seed stands in the name of a failed case.
@Suite struct RoundTripTests {
    @Test(
        "random messages come out as they went in, in order, however they are cut",
        arguments: Side.allCases, [1, 2, 3, 4, UInt64.random(in: 5 ... .max)])
    func messages(sender side: Side, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var sender = WebSocketProtocol(role: side.role)
        var receiver = WebSocketProtocol(role: side.peer.role)
        var queue = ByteQueue()
        let sent = (0..<60).map { _ in send(by: &sender, to: &queue, random: &random) }
        let received = random.pieces(of: queue.bytes, atMost: 4096).flatMap { receiver.receive($0) }
        #expect(received == sent)
    }

    @Test(
        "random fragments with control frames between them come out as one message",
        arguments: Side.allCases, [1, 2, 3, 4, UInt64.random(in: 5 ... .max)])
    func fragments(receiver side: Side, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let isText = Bool.random(using: &random)
            let characters = Int.random(in: 0...200, using: &random)
            let message = isText ? Array(random.text(characters: characters).utf8) : random.bytes(count: characters)
            let (frames, pings) = fragmented(message, as: isText ? .text : .binary, to: side, random: &random)
            var receiver = WebSocketProtocol(role: side.role)
            let received = random.pieces(of: frames, atMost: 40).flatMap { receiver.receive($0) }
            #expect(received == pings + [isText ? .text(message) : .binary(message)])
        }
    }

    /// Lengths around each form that a header can have.
    @Test("every length around the borders of the three length forms", arguments: Side.allCases)
    func lengths(sender side: Side) {
        for length in [0, 1, 7, 8, 9, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537] {
            var sender = WebSocketProtocol(role: side.role)
            var queue = ByteQueue()
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            sender.appendBinary(payload, to: &queue)
            #expect(events(of: queue.bytes, as: side.peer) == [.binary(payload)])
        }
    }

    private func send(
        by sender: inout WebSocketProtocol, to queue: inout ByteQueue, random: inout SeededGenerator
    ) -> WebSocketEvent {
        let longest = [10, 130, 70_000][Int.random(in: 0...2, using: &random)]
        switch Int.random(in: 0...3, using: &random) {
        case 0:
            let payload = random.bytes(count: Int.random(in: 0...125, using: &random))
            sender.appendPing(payload, to: &queue)
            return .ping(payload)
        case 1:
            let payload = random.bytes(count: Int.random(in: 0...longest, using: &random))
            sender.appendBinary(payload, to: &queue)
            return .binary(payload)
        default:
            let text = random.text(characters: Int.random(in: 0...longest / 4, using: &random))
            sender.appendText(text, to: &queue)
            return .text(Array(text.utf8))
        }
    }

    private func fragmented(
        _ message: [UInt8], as opcode: Opcode, to side: Side, random: inout SeededGenerator
    ) -> (frames: [UInt8], pings: [WebSocketEvent]) {
        var frames: [UInt8] = []
        var pings: [WebSocketEvent] = []
        let pieces = random.pieces(of: message, atMost: 60) + [[]]
        for (index, piece) in pieces.enumerated() {
            let kind = index == 0 ? opcode : .continuation
            let key = UInt32.random(in: .min ... .max, using: &random)
            let isFinal = index == pieces.count - 1
            frames += side.incoming(kind, piece, isFinal: isFinal, key: key)
            if !isFinal, Int.random(in: 0...3, using: &random) == 0 {
                let payload = random.bytes(count: 5)
                frames += side.incoming(.ping, payload, key: key)
                pings.append(.ping(payload))
            }
        }
        return (frames, pings)
    }
}
