package import Wire

/// `chunk-size [ chunk-ext ]` without its line ending (RFC 9112 §7.1).
enum ChunkLine {
    /// The size. Extensions are passed over: none is known here, as the standard allows.
    static func size(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) -> Int {
        var size = 0
        var offset = 0
        while offset < line.count, let digit = hexadecimalDigit(line[offset]) {
            guard size <= Int.max >> 4 else {
                throw HTTPParseError(.invalidChunk, "A chunk size is too large to be counted.")
            }
            size = size << 4 | digit
            offset += 1
        }
        guard offset > 0 else { throw HTTPParseError(.invalidChunk, "A chunk size is no hexadecimal number.") }
        guard offset < line.count else { return size }
        let rest = UnsafeRawBufferPointer(rebasing: line[offset...])
        guard FieldCharacters.isFieldContent(rest), rest.first(where: { !FieldCharacters.isWhitespace($0) }) == 0x3B
        else {
            throw HTTPParseError(.invalidChunk, "A chunk size is followed by something that is no extension.")
        }
        return size
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }
}

/// Writes the chunked transfer coding (RFC 9112 §7.1).
package enum ChunkedBody {
    /// One chunk; nothing where `content` is empty, as an empty chunk would end the body.
    package static func append(_ content: UnsafeRawBufferPointer, to output: inout ByteQueue) {
        guard !content.isEmpty else { return }
        appendSize(content.count, to: &output)
        output.append(contentsOf: content)
        output.append(contentsOf: "\r\n")
    }

    package static func append(_ content: [UInt8], to output: inout ByteQueue) {
        content.withUnsafeBytes { append($0, to: &output) }
    }

    /// The last chunk and an empty trailer section.
    package static func appendEnd(to output: inout ByteQueue) {
        output.append(contentsOf: "0\r\n\r\n")
    }

    private static func appendSize(_ size: Int, to output: inout ByteQueue) {
        var shift = (Int.bitWidth - 1 - size.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: size >> shift & 15)
            output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
        output.append(0x0D)
        output.append(0x0A)
    }
}
