/// A string that was stepped over: valid, not yet turned into a `String`.
struct ScannedString {
    /// Between the quotes.
    var content: Range<Int>
    var hasEscapes: Bool
}

extension JSONCursor {
    /// Steps over the string whose opening quote the cursor stands at; checks escapes and UTF-8.
    mutating func scanString() throws(JSONParseError) -> ScannedString {
        index &+= 1
        let start = index
        var hasEscapes = false
        while true {
            index = SpecialBytes.firstSpecial(in: input, from: index)
            guard index < input.count else { throw failure(.unexpectedEnd) }
            switch input[index] {
            case UInt8(ascii: "\""):
                index &+= 1
                return ScannedString(content: start..<index &- 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape()
            case 0x00...0x1F: throw failure(.controlCharacter)
            default: try scanMultibyteScalars()
            }
        }
    }

    func string(of scanned: ScannedString) -> String {
        guard scanned.hasEscapes else { return String(decoding: input[scanned.content], as: UTF8.self) }
        // No escape is shorter than what it stands for.
        return String(unsafeUninitializedCapacity: scanned.content.count) { output in
            unescape(UnsafeRawBufferPointer(rebasing: input[scanned.content]), into: output)
        }
    }

    private mutating func scanEscape() throws(JSONParseError) {
        let start = index
        index &+= 1
        guard index < input.count else { throw failure(.unexpectedEnd) }
        switch input[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index &+= 1
        case UInt8(ascii: "u"):
            index &+= 1
            let unit = try scanHexadecimalUnit()
            switch unit {
            case 0xD800...0xDBFF: try scanLowSurrogate(after: start)
            case 0xDC00...0xDFFF: throw JSONParseError(kind: .loneSurrogate, offset: start)
            default: break
            }
        default: throw failure(.invalidEscape)
        }
    }

    private mutating func scanLowSurrogate(after start: Int) throws(JSONParseError) {
        for byte in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
            guard index < input.count else { throw failure(.unexpectedEnd) }
            guard input[index] == byte else { throw JSONParseError(kind: .loneSurrogate, offset: start) }
            index &+= 1
        }
        guard 0xDC00...0xDFFF ~= (try scanHexadecimalUnit()) else {
            throw JSONParseError(kind: .loneSurrogate, offset: start)
        }
    }

    private mutating func scanHexadecimalUnit() throws(JSONParseError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard index < input.count else { throw failure(.unexpectedEnd) }
            guard let digit = hexadecimalDigit(input[index]) else { throw failure(.invalidEscape) }
            unit = unit << 4 | digit
            index &+= 1
        }
        return unit
    }

    /// Steps over all scalars beyond ASCII that follow each other here (RFC 3629 §4).
    private mutating func scanMultibyteScalars() throws(JSONParseError) {
        while index < input.count, input[index] >= 0x80 {
            let (length, second) = try Self.shape(of: input[index], at: index)
            for offset in 1..<length {
                let position = index &+ offset
                guard position < input.count else { throw JSONParseError(kind: .unexpectedEnd, offset: position) }
                guard (offset == 1 ? second : 0x80...0xBF) ~= input[position] else {
                    throw JSONParseError(kind: .invalidUTF8, offset: index)
                }
            }
            index &+= length
        }
    }

    /// How many bytes a scalar has by its first one, and what the second may be: the table of RFC 3629 §4, which leaves
    /// out overlong forms, surrogates and all beyond U+10FFFF.
    private static func shape(of lead: UInt8, at offset: Int) throws(JSONParseError) -> (Int, ClosedRange<UInt8>) {
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: throw JSONParseError(kind: .invalidUTF8, offset: offset)
        }
    }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}

/// Writes the content of a string that ``JSONCursor/scanString()`` accepted, without its escapes; returns the length.
private func unescape(_ content: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var written = 0
    func put(_ byte: UInt8) {
        output[written] = byte
        written &+= 1
    }
    func unit(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | (hexadecimalDigit(content[index &+ $1]) ?? 0) }
    }
    var index = 0
    while index < content.count {
        let byte = content[index]
        index &+= 1
        guard byte == UInt8(ascii: "\\") else {
            put(byte)
            continue
        }
        let escape = content[index]
        index &+= 1
        guard escape == UInt8(ascii: "u") else {
            put(controlOrSelf(escape))
            continue
        }
        var scalar = unit(at: index)
        index &+= 4
        if 0xD800...0xDBFF ~= scalar {
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit(at: index &+ 2) - 0xDC00)
            index &+= 6
        }
        guard let valid = Unicode.Scalar(scalar) else { continue }
        for byte in UTF8.encode(valid) ?? UTF8.encodedReplacementCharacter { put(byte) }
    }
    return written
}

private func controlOrSelf(_ escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: escape
    }
}
