/// Tells whether bytes that arrive in pieces are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
/// U+10FFFF.
///
/// A byte that cannot continue any valid text is refused the moment it is seen, also in the middle of a piece. Runs of
/// ASCII are passed over a word at a time.
package struct UTF8Validator: Sendable, Hashable {
    /// Continuation bytes that the sequence under way still lacks, 0 to 3.
    private var missing: UInt8 = 0
    /// Where the next continuation byte must lie; the first of a sequence is narrower after E0, ED, F0 and F4.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// No sequence is under way: text that ends here is whole.
    package var isAtBoundary: Bool { missing == 0 }

    /// Takes the next piece. After `false` the text cannot become valid any more and the validator is spent.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        let end = bytes.count
        var index = 0
        while index < end {
            if missing == 0 {
                index = Self.endOfASCII(start, from: index, to: end)
                if index == end { return true }
            }
            guard step(start.load(fromByteOffset: index, as: UInt8.self)) else { return false }
            index += 1
        }
        return true
    }

    /// Whether the bytes as a whole are UTF-8.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var validator = UTF8Validator()
        return validator.append(bytes) && validator.isAtBoundary
    }

    /// The first index from `index` on that holds no ASCII, or `end`.
    private static func endOfASCII(_ start: UnsafeRawPointer, from index: Int, to end: Int) -> Int {
        var index = index
        let highBits: UInt64 = 0x8080_8080_8080_8080
        while index + 8 <= end, start.loadUnaligned(fromByteOffset: index, as: UInt64.self) & highBits == 0 {
            index += 8
        }
        while index < end, start.load(fromByteOffset: index, as: UInt8.self) < 0x80 {
            index += 1
        }
        return index
    }

    /// One byte of the table in RFC 3629 §4.
    private mutating func step(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard byte >= lowest, byte <= highest else { return false }
            missing -= 1
            lowest = 0x80
            highest = 0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lowest) = (2, 0xA0)
        case 0xED: (missing, highest) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, lowest) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, highest) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
