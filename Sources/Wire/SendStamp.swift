/// The time that a chunk was sent, within its text: `[00000000001234567890]`, monotonic nanoseconds (`CLOCK_MONOTONIC`, the same
/// for all processes of a machine). A scripted upstream writes it, a benchmark reads it at the other end.
package enum SendStamp {
    package static let digits = 20
    package static let bytes = digits + 2

    /// The first time that stands in the text.
    package static func nanoseconds(in text: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var count = -1
        for byte in text {
            switch byte {
            case UInt8(ascii: "["):
                value = 0
                count = 0
            case 0x30...0x39 where count >= 0 && count < digits:
                value = value &* 10 &+ UInt64(byte - 0x30)
                count += 1
            case UInt8(ascii: "]") where count == digits: return value
            default: count = -1
            }
        }
        return nil
    }

    /// Writes the digits in place.
    package static func write(_ nanoseconds: UInt64, to bytes: inout [UInt8], at offset: Int) {
        var rest = nanoseconds
        for index in (offset..<offset + digits).reversed() {
            bytes[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }
}
