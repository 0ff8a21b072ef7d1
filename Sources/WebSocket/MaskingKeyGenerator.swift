/// Unpredictable masking keys from a seed (RFC 6455 §5.3 asks for a strong source): the ChaCha20 key stream of RFC 8439
/// §2.3, with the seed as its key and a nonce of zeros.
package struct MaskingKeyGenerator: Sendable {
    private let seed: SIMD8<UInt32>
    private var counter: UInt32 = 0
    private var block = SIMD16<UInt32>()
    /// Words of `block` already given out.
    private var used = 16

    /// The seed must come from a random source and be used for one connection only.
    package init(seed: SIMD8<UInt32>) {
        self.seed = seed
    }

    /// Takes a seed from a random source.
    package init(using source: inout some RandomNumberGenerator) {
        self.init(seed: SIMD8.random(in: .min ... .max, using: &source))
    }

    package mutating func next() -> MaskingKey {
        if used == 16 {
            block = keyStream(block: counter)
            counter &+= 1
            used = 0
        }
        defer { used += 1 }
        return MaskingKey(bits: block[used])
    }

    private func keyStream(block counter: UInt32) -> SIMD16<UInt32> {
        let constants: SIMD4<UInt32> = [0x6170_7865, 0x3320_646E, 0x7962_2D32, 0x6B20_6574]
        let initial = [constants, seed.lowHalf, seed.highHalf, [counter, 0, 0, 0]]
        var (a, b, c, d) = (initial[0], initial[1], initial[2], initial[3])
        for _ in 0..<10 {
            Self.quarterRounds(&a, &b, &c, &d)
            // Rotating the rows turns the matrix's diagonals into columns, and back.
            (b, c, d) = (Self.lanes(b, from: 1), Self.lanes(c, from: 2), Self.lanes(d, from: 3))
            Self.quarterRounds(&a, &b, &c, &d)
            (b, c, d) = (Self.lanes(b, from: 3), Self.lanes(c, from: 2), Self.lanes(d, from: 1))
        }
        let low = SIMD8(lowHalf: a &+ initial[0], highHalf: b &+ initial[1])
        let high = SIMD8(lowHalf: c &+ initial[2], highHalf: d &+ initial[3])
        return SIMD16(lowHalf: low, highHalf: high)
    }

    private static func quarterRounds(
        _ a: inout SIMD4<UInt32>, _ b: inout SIMD4<UInt32>, _ c: inout SIMD4<UInt32>, _ d: inout SIMD4<UInt32>
    ) {
        a &+= b
        d = rotateLeft(d ^ a, by: 16)
        c &+= d
        b = rotateLeft(b ^ c, by: 12)
        a &+= b
        d = rotateLeft(d ^ a, by: 8)
        c &+= d
        b = rotateLeft(b ^ c, by: 7)
    }

    private static func rotateLeft(_ words: SIMD4<UInt32>, by bits: UInt32) -> SIMD4<UInt32> {
        words &<< SIMD4(repeating: bits) | words &>> SIMD4(repeating: 32 - bits)
    }

    private static func lanes(_ words: SIMD4<UInt32>, from first: Int) -> SIMD4<UInt32> {
        [words[first & 3], words[(first + 1) & 3], words[(first + 2) & 3], words[(first + 3) & 3]]
    }
}
