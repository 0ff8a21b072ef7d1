/// Searching bytes eight at a time: the cores import no C library, so `memchr` is not at hand.
extension UnsafeRawBufferPointer {
    /// Where `byte` first stands within `range`, which must lie within the buffer.
    @inlinable
    package func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "ByteSearch: the range leaves the buffer")
        let pattern = WordSearch.repeating(byte)
        var offset = range.lowerBound
        while offset &+ 8 <= range.upperBound {
            let word = WordSearch.load(self, offset)
            let hits = WordSearch.zeroBytes(of: word ^ pattern)
            if hits != 0 { return offset &+ hits.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < range.upperBound {
            if self[offset] == byte { return offset }
            offset &+= 1
        }
        return nil
    }

    /// Where one of two bytes first stands within `range`, which must lie within the buffer.
    @inlinable
    package func firstOffset(ofEither first: UInt8, _ second: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "ByteSearch: the range leaves the buffer")
        let firstPattern = WordSearch.repeating(first)
        let secondPattern = WordSearch.repeating(second)
        var offset = range.lowerBound
        while offset &+ 8 <= range.upperBound {
            let word = WordSearch.load(self, offset)
            let hits = WordSearch.zeroBytes(of: word ^ firstPattern) | WordSearch.zeroBytes(of: word ^ secondPattern)
            if hits != 0 { return offset &+ hits.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < range.upperBound {
            if self[offset] == first || self[offset] == second { return offset }
            offset &+= 1
        }
        return nil
    }
}

/// Arithmetic on eight bytes in one word, the first byte in the lowest bits.
@usableFromInline package enum WordSearch {
    /// `byte` in all eight places.
    @inlinable package static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Eight bytes from `offset`, which must leave room for them.
    @inlinable package static func load(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Non-zero exactly where a byte of `word` is zero; the lowest bit set is the top bit of the first such byte. Bits
    /// above it may be set for bytes that are not zero (a borrow runs upwards), so only the lowest may be used.
    @inlinable package static func zeroBytes(of word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    /// Whether any byte of `word` is an ASCII control character (0x00–0x1F, 0x7F).
    @inlinable package static func containsControl(_ word: UInt64) -> Bool {
        let below = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
        return (below | zeroBytes(of: word ^ 0x7F7F_7F7F_7F7F_7F7F)) != 0
    }
}
