import ServerSentEvents

/// What a parser reported, with the bytes copied out.
enum Reported: Hashable, Sendable {
    case message(type: String = "", data: String, id: String = "")
    case comment(String)
    case retry(Int)
    case overflow

    init(_ event: EventStreamEvent) {
        switch event {
        case .message(let message):
            self = .message(
                type: message.type, data: String(decoding: message.data, as: UTF8.self), id: message.lastEventID)
        case .comment(let bytes): self = .comment(String(decoding: bytes, as: UTF8.self))
        case .retry(let milliseconds): self = .retry(milliseconds)
        case .overflow: self = .overflow
        }
    }
}

/// Feeds the pieces to a parser and ends the stream.
func reported(_ pieces: [[UInt8]], maximumEventBytes: Int = 1024, finishing: Bool = true) -> [Reported] {
    var parser = EventStreamParser(maximumEventBytes: maximumEventBytes)
    var events: [Reported] = []
    for piece in pieces {
        piece.withUnsafeBytes { bytes in parser.feed(bytes) { events.append(Reported($0)) } }
    }
    if finishing { parser.finish { events.append(Reported($0)) } }
    return events
}

/// Ways to cut `bytes` into pieces: whole, byte by byte, at each single position, and at `count` random sets of positions
/// drawn from `seed`.
func cuts(of bytes: [UInt8], seed: UInt64, count: Int = 50) -> [[[UInt8]]] {
    var generator = SplitMix(state: seed)
    var result = [[bytes], bytes.map { [$0] }]
    for position in bytes.indices.dropFirst() {
        result.append([Array(bytes[..<position]), Array(bytes[position...])])
    }
    for _ in 0..<count {
        let likelihood = Int.random(in: 2...20, using: &generator)
        let positions = bytes.indices.dropFirst().filter { _ in Int.random(in: 0..<likelihood, using: &generator) == 0 }
        let bounds = [0] + positions + [bytes.count]
        result.append(zip(bounds, bounds.dropFirst()).map { Array(bytes[$0..<$1]) })
    }
    return result
}

/// A small generator whose sequence follows from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
