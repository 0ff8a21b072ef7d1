/// SHA-1 (FIPS 180-4), for the WebSocket handshake only (RFC 6455 §1.3), where no security rests on it.
package enum SHA1 {
    /// The 20-byte digest.
    package static func digest(of message: [UInt8]) -> [UInt8] {
        var state: SIMD8<UInt32> = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0, 0, 0, 0]
        let padded = padding(message)
        var schedule = [UInt32](repeating: 0, count: 80)
        for block in stride(from: 0, to: padded.count, by: 64) {
            expand(padded[block..<block + 64], into: &schedule)
            compress(schedule, into: &state)
        }
        return (0..<5).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: state[word] >> (24 - 8 * $0)) } }
    }

    /// The message, a 1 bit, zeros, and the length in bits, to a multiple of 64 bytes.
    private static func padding(_ message: [UInt8]) -> [UInt8] {
        var padded = message
        padded.append(0x80)
        let zeros = (64 + 56 - padded.count % 64) % 64
        padded.append(contentsOf: repeatElement(0, count: zeros))
        let bits = UInt64(message.count) * 8
        padded.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
        return padded
    }

    private static func expand(_ block: ArraySlice<UInt8>, into schedule: inout [UInt32]) {
        for word in 0..<16 {
            let start = block.startIndex + 4 * word
            schedule[word] = block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for word in 16..<80 {
            let mixed = schedule[word - 3] ^ schedule[word - 8] ^ schedule[word - 14] ^ schedule[word - 16]
            schedule[word] = rotateLeft(mixed, by: 1)
        }
    }

    private static func compress(_ schedule: [UInt32], into state: inout SIMD8<UInt32>) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for (round, word) in schedule.enumerated() {
            let mixed: UInt32
            let constant: UInt32
            switch round {
            case 0..<20: (mixed, constant) = (b & c | ~b & d, 0x5A82_7999)
            case 20..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
            case 40..<60: (mixed, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
            default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
            }
            let next = rotateLeft(a, by: 5) &+ mixed &+ e &+ constant &+ word
            (e, d, c, b, a) = (d, c, rotateLeft(b, by: 30), a, next)
        }
        state = state &+ [a, b, c, d, e, 0, 0, 0]
    }

    private static func rotateLeft(_ word: UInt32, by bits: UInt32) -> UInt32 {
        word << bits | word >> (32 - bits)
    }
}
