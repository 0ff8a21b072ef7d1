extension JSONCursor {
    /// Steps over a number (RFC 8259 §6): minus, integer without leading zeros, fraction, exponent.
    mutating func scanNumber() throws(JSONParseError) -> Range<Int> {
        let start = index
        if byteHere == UInt8(ascii: "-") { index &+= 1 }
        if byteHere == UInt8(ascii: "0") {
            index &+= 1
        } else {
            try scanDigits()
        }
        if byteHere == UInt8(ascii: ".") {
            index &+= 1
            try scanDigits()
        }
        if let exponent = byteHere, exponent | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            if let sign = byteHere, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index &+= 1 }
            try scanDigits()
        }
        // `01`, `1.2.3`, `0x10`: the number is at fault, not what would have to follow it.
        if let next = byteHere, Self.continuesNumber(next) { throw failure(.invalidNumber) }
        return start..<index
    }

    private mutating func scanDigits() throws(JSONParseError) {
        let start = index
        while let byte = byteHere, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index &+= 1 }
        guard index == start else { return }
        throw failure(index < input.count ? .invalidNumber : .unexpectedEnd)
    }

    private var byteHere: UInt8? { index < input.count ? input[index] : nil }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
