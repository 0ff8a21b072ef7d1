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
