/// Appends single JSON tokens to a buffer: what ``JSONWriter`` is made of, for hot paths that lay the rest out themselves.
package enum JSONText {
    /// Appends `text` as a JSON string. Only what must be escaped is: `"`, `\` and U+0000–U+001F (RFC 8259 §7).
    package static func append(_ text: String, to output: inout [UInt8]) {
        let utf8 = text.utf8Span.span
        output.append(UInt8(ascii: "\""))
        utf8.withUnsafeBytes { appendEscaped($0, to: &output) }
        output.append(UInt8(ascii: "\""))
    }

    package static func append(_ value: Int, to output: inout [UInt8]) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        // 20 digits are the most that 64 bits need.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = digits.count
            var rest = value.magnitude
            repeat {
                start &-= 1
                digits.initializeElement(at: start, to: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            output.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    private static func appendEscaped(_ utf8: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var start = 0
        while true {
            let stop = SpecialBytes.firstToEscape(in: utf8, from: start)
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[start..<stop]))
            guard stop < utf8.count else { return }
            appendEscape(of: utf8[stop], to: &output)
            start = stop &+ 1
        }
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        default:
            output.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 0x0F] {
                output.append(digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10)
            }
        }
    }
}
