/// Finds the bytes in which a JSON string is more than plain text, eight at a time.
enum SpecialBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Index of the first quote, backslash, control character or byte beyond ASCII; `input.count` where there is none.
    static func firstSpecial(in input: UnsafeRawBufferPointer, from start: Int) -> Int {
        first(in: input, from: start, stoppingAbove: highBits)
    }

    /// Index of the first quote, backslash or control character.
    static func firstToEscape(in input: UnsafeRawBufferPointer, from start: Int) -> Int {
        first(in: input, from: start, stoppingAbove: 0)
    }

    @inline(__always)
    private static func first(in input: UnsafeRawBufferPointer, from start: Int, stoppingAbove nonASCII: UInt64) -> Int
    {
        var index = start
        while index &+ 8 <= input.count {
            let word = UInt64(littleEndian: input.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // Subtraction borrows from the bytes above a match only, so that the lowest mark is always a true one.
            let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let below =
                (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
            let marks = (below & highBits) | (word & nonASCII)
            if marks != 0 { return index &+ marks.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < input.count {
            let byte = input[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            if byte >= 0x80, nonASCII != 0 { return index }
            index &+= 1
        }
        return index
    }
}
