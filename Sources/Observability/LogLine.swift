/// Renders one line of the log, without looking at levels or limits.
struct LogLine {
    /// Longest text of a message or a field, in bytes of UTF-8; what is over it is cut off and marked by an ellipsis.
    static let maximumTextBytes = 4_096

    let format: LogFormat
    let redactor: SecretRedactor

    /// Ends in a line feed and has none elsewhere.
    func bytes(_ level: LogLevel, _ message: String, _ fields: LogFields, at time: Timestamp) -> [UInt8] {
        switch format {
        case .text: text(level, message, fields, time)
        case .json: json(level, message, fields, time)
        }
    }

    private func text(_ level: LogLevel, _ message: String, _ fields: LogFields, _ time: Timestamp) -> [UInt8] {
        var line: [UInt8] = []
        line += time.rfc3339.utf8
        line.append(UInt8(ascii: " "))
        line += level.rawValue.utf8
        line += repeatElement(UInt8(ascii: " "), count: 8 - level.rawValue.utf8.count)
        Self.appendEscaped(printable(message), to: &line, quotes: false)
        for (name, value) in fields {
            line.append(UInt8(ascii: " "))
            line += name.utf8
            line.append(UInt8(ascii: "="))
            if case .string(let text) = value {
                Self.appendWord(printable(text), to: &line)
            } else {
                line += Self.literal(value).utf8
            }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func json(_ level: LogLevel, _ message: String, _ fields: LogFields, _ time: Timestamp) -> [UInt8] {
        var line: [UInt8] = []
        line += "{\"time\":\"\(time.rfc3339)\",\"level\":\"\(level.rawValue)\",\"message\":".utf8
        Self.appendQuoted(printable(message), to: &line)
        for (name, value) in fields {
            line.append(UInt8(ascii: ","))
            Self.appendQuoted(name, to: &line)
            line.append(UInt8(ascii: ":"))
            switch value {
            case .string(let text): Self.appendQuoted(printable(text), to: &line)
            case .double(let number) where !number.isFinite: line += "null".utf8
            default: line += Self.literal(value).utf8
            }
        }
        line += "}\n".utf8
        return line
    }

    /// Without secrets, and cut to the limit at the end of a character.
    private func printable(_ text: String) -> String {
        let text = redactor.redacted(text)
        guard text.utf8.count > Self.maximumTextBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: Self.maximumTextBytes)
        while String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "…"
    }

    private static func literal(_ value: LogValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        }
    }

    /// Bare where no reader can misread it, else quoted as in JSON.
    private static func appendWord(_ text: String, to line: inout [UInt8]) {
        let isPlain = text.utf8.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
                && byte != UInt8(ascii: "\\")
        }
        if isPlain, !text.isEmpty {
            line += text.utf8
        } else {
            appendQuoted(text, to: &line)
        }
    }

    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &line, quotes: true)
        line.append(UInt8(ascii: "\""))
    }

    /// Control characters become escapes, so that nothing in a text can end the line or drive a terminal.
    private static func appendEscaped(_ text: String, to line: inout [UInt8], quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): line += "\\n".utf8
            case UInt8(ascii: "\r"): line += "\\r".utf8
            case UInt8(ascii: "\t"): line += "\\t".utf8
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                if quotes { line.append(UInt8(ascii: "\\")) }
                line.append(byte)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                line += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: line.append(byte)
            }
        }
    }
}
