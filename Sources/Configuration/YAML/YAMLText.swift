package import JSON

/// Values written as YAML, in a way that our reader and those of YAML 1.1 read alike.
package enum YAMLText {
    /// What stands in the place of a secret.
    static let asterisks = "********"
    /// The same as a value.
    package static let mask = quoted(asterisks)

    /// Whether secrets in a text were masked. Lines of asterisks, and headlines between them, are none.
    static func isMasked(_ text: String) -> Bool {
        text.contains(asterisks)
            && text.split(whereSeparator: \.isNewline).contains { line in
                let line = line.drop(while: \.isWhitespace)
                let isFramed = text != asterisks && line.first == "*" && line.last { !$0.isWhitespace } == "*"
                return !isFramed && line.split { $0 != "*" }.contains { $0.count == asterisks.count }
            }
    }

    /// A value on one line. `${` is protected from being read as a reference.
    package static func flow(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): literal(text, inFlow: true)
        case .array(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .object(let object):
            "{"
                + object.members.map { "\(name($0.name)): \(flow($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    /// Text as a scalar on one line. `${` is protected from being read as a reference.
    package static func literal(_ text: String, inFlow: Bool = false) -> String {
        quotedOrPlain(text.replacingReferences, inFlow: inFlow)
    }

    /// Lines of a literal block scalar without their indentation, the first one its header; nil where the text has one line
    /// or cannot be written so.
    package static func block(_ text: String) -> [String]? {
        guard text.contains("\n"), !text.hasSuffix("\n\n"), let first = text.first, first != " ", first != "\n" else {
            return nil
        }
        guard text.unicodeScalars.allSatisfy({ $0 == "\n" || isPrintable($0) }) else { return nil }
        let lines = text.replacingReferences.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return text.hasSuffix("\n") ? ["|"] + lines.dropLast() : ["|-"] + lines
    }

    /// A name in a mapping. References have no meaning in names.
    static func name(_ text: String) -> String { quotedOrPlain(text, inFlow: true) }

    private static func quotedOrPlain(_ text: String, inFlow: Bool) -> String {
        isPlain(text, inFlow: inFlow) ? text : quoted(text)
    }

    /// Between double quotes (YAML 1.2.2 §5.7), as it is.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default: result += escape(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }

    /// What is neither invisible nor a break.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0..<0xA1, 0xFEFF, 0xFFF0...0xFFFF: false
        default:
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
            // Joined emoji need theirs.
            case .format: scalar == "\u{200D}"
            default: true
            }
        }
    }

    private static func isPlain(_ text: String, inFlow: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        let isWord: (Unicode.Scalar) -> Bool = { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        guard isWord(first) || first == "/" || first == "." || first == "_", last != " ", last != ":" else {
            return false
        }
        guard text.unicodeScalars.allSatisfy(isPrintable), CoreSchemaValue(text) == .text,
            !CoreSchemaValue.isOldBoolean(text), CoreSchemaValue.olderReading(of: text) == nil
        else { return false }
        let isCut = text.contains(": ") || text.contains(" #")
        return !isCut && !(inFlow && text.contains { ",[]{}:\"'".contains($0) })
    }
}

extension String {
    /// With each `${` written so that it stands for itself.
    fileprivate var replacingReferences: String {
        let bytes = Array(utf8)
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isReference =
                byte == UInt8(ascii: "$") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "{")
            if isReference { result.append(byte) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
