import Wire

/// The character classes of RFC 9110 §5.5 and §5.6.2.
enum FieldCharacters {
    /// `tchar`: what methods and field names are made of.
    static func isToken(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        guard byte < 128 else { return false }
        return (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 == 1
    }

    /// One `tchar` at least, and nothing else.
    static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isToken)
    }

    /// What may stand in a field value or reason phrase: anything but control characters, of which only the tab is
    /// let through. Bytes above 0x7F (`obs-text`) are.
    static func isFieldContent(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset &+ 8 <= bytes.count {
            if WordSearch.containsControl(WordSearch.load(bytes, offset)) {
                guard bytes[offset..<offset &+ 8].allSatisfy(isFieldContent) else { return false }
            }
            offset &+= 8
        }
        return bytes[offset...].allSatisfy(isFieldContent)
    }

    static func isFieldContent(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == 0x09
    }

    /// Visible ASCII: what a request target may hold.
    static func isVisible(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F
    }

    /// Optional whitespace (`OWS`).
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    /// Without `OWS` at either end.
    static func trimmed(_ bytes: UnsafeRawBufferPointer.SubSequence) -> UnsafeRawBufferPointer {
        var start = bytes.startIndex
        var end = bytes.endIndex
        while start < end, isWhitespace(bytes[start]) { start += 1 }
        while end > start, isWhitespace(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
