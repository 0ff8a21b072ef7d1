/// Identifiers that nobody can guess, from the system's generator.
package enum RandomIdentifier {
    /// A random UUID (RFC 9562 §5.4, version 4) in lower case.
    package static func uuid() -> String {
        var random = SystemRandomNumberGenerator()
        let high = (random.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let low = (random.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let digits = hexadecimal(high) + hexadecimal(low)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(0x2D) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// 256 random bits as 64 hexadecimal digits.
    package static func token() -> String {
        var random = SystemRandomNumberGenerator()
        return String(decoding: (0..<4).flatMap { _ in hexadecimal(random.next()) }, as: UTF8.self)
    }

    private static func hexadecimal(_ value: UInt64) -> [UInt8] {
        stride(from: 60, through: 0, by: -4).map { shift in
            let digit = UInt8(value >> UInt64(shift) & 0xF)
            return digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }
}

extension String {
    /// Whether both are the same, in a time that does not tell where they differ.
    package func equalsInConstantTime(_ other: String) -> Bool {
        let left = Array(utf8)
        let right = Array(other.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
