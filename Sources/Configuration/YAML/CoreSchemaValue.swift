/// What a plain scalar is by the YAML 1.2 core schema (YAML 1.2.2 §10.3.2).
package enum CoreSchemaValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// nil: a whole number that does not fit 64 bits.
    case integer(Int?)
    case number(Double)
    case text

    package init(_ scalar: String) {
        switch scalar {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        case ".nan", ".NaN", ".NAN": self = .number(.nan)
        default: self = Self.number(scalar) ?? .text
        }
    }

    /// YAML 1.1 read these words as booleans, and many tools still do.
    package static func isOldBoolean(_ scalar: String) -> Bool {
        ["y", "n", "yes", "no", "on", "off"].contains(scalar.lowercased())
    }

    /// What YAML 1.1 made of a plain scalar that the core schema reads otherwise (https://yaml.org/type/, `int` and
    /// `timestamp`), as a phrase; nil where the two agree.
    package static func olderReading(of scalar: String) -> String? {
        let sign = scalar.hasPrefix("-") ? "-" : ""
        let digits = Array(scalar.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") })
        guard digits.count <= maximumOlderLength, let first = digits.first, isDigit(first) else { return nil }
        let isNumeric: (UInt8) -> Bool = { isDigit($0) || $0 == UInt8(ascii: "_") }
        let plain = digits.filter { $0 != UInt8(ascii: "_") }
        if digits.allSatisfy(isNumeric) {
            guard plain.count > 1, first == UInt8(ascii: "0") else {
                return plain.count < digits.count ? "the number \(sign)\(String(decoding: plain, as: UTF8.self))" : nil
            }
            guard plain.allSatisfy(isOctalDigit) else { return nil }
            let text = String(decoding: plain, as: UTF8.self)
            guard let octal = Int(text, radix: 8), octal != Int(text) else { return nil }
            return "the octal number \(sign)\(octal)"
        }
        if plain.starts(with: "0b".utf8), plain.count > 2, plain.dropFirst(2).allSatisfy({ $0 == 0x30 || $0 == 0x31 }) {
            return "a binary number"
        }
        let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        if parts.count > 1, first != UInt8(ascii: "0"), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }),
            parts.dropFirst().allSatisfy({ $0.count <= 2 && $0[$0.startIndex] < UInt8(ascii: "6") })
        {
            return "a number to the base 60"
        }
        let date = digits.prefix(10)
        let isDate =
            date.count == 10 && date[4] == UInt8(ascii: "-") && date[7] == UInt8(ascii: "-")
            && [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy { isDigit(date[$0]) }
        return isDate && (digits.count == 10 || [0x54, 0x74, 0x20].contains(digits[10])) ? "a date" : nil
    }

    /// What is longer is no number of anybody's.
    private static let maximumOlderLength = 64

    private static func number(_ scalar: String) -> CoreSchemaValue? {
        let text = Array(scalar.utf8)
        if text.starts(with: Array("0o".utf8)), text.count > 2, text.dropFirst(2).allSatisfy(isOctalDigit) {
            return .integer(Int(scalar.dropFirst(2), radix: 8))
        }
        if text.starts(with: Array("0x".utf8)), text.count > 2, text.dropFirst(2).allSatisfy(isHexadecimalDigit) {
            return .integer(Int(scalar.dropFirst(2), radix: 16))
        }
        let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
        let unsigned = isSigned ? text[1...] : text[...]
        if !unsigned.isEmpty, unsigned.allSatisfy(isDigit) { return .integer(Int(scalar)) }
        if [".inf", ".Inf", ".INF"].contains(String(decoding: unsigned, as: UTF8.self)) {
            return .number(text.first == UInt8(ascii: "-") ? -.infinity : .infinity)
        }
        return isDecimal(unsigned) ? Double(scalar).map { .number($0) } : nil
    }

    /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        let whole = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigit).count
            guard whole + fraction > 0 else { return false }
            rest = rest.dropFirst(fraction)
        } else if whole == 0 {
            return false
        }
        guard let exponentMark = rest.first else { return true }
        guard exponentMark == UInt8(ascii: "e") || exponentMark == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isOctalDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) }
    private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
