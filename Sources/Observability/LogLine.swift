import JSON

/// Renders one line of the log, without looking at levels or limits.
struct LogLine {
    /// Longest text of a message or a field, in bytes of UTF-8; what is over it is cut off and marked by an ellipsis.
    static let maximumTextBytes = 4_096

    /// What fields must not be called.
    private static let ownNames: Set = ["time", "level", "message"]

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
        var line = Array(time.rfc3339.utf8)
        line.append(UInt8(ascii: " "))
        line += level.rawValue.utf8
        line += repeatElement(UInt8(ascii: " "), count: 8 - level.rawValue.utf8.count)
        Self.append(printable(message), to: &line, quotedWhere: { $0 < 0x20 })
        for (name, value) in fields {
            line.append(UInt8(ascii: " "))
            line += name.utf8
            line.append(UInt8(ascii: "="))
            switch value {
            case .string(let text): Self.append(printable(text), to: &line, quotedWhere: Self.misleads)
            case .integer(let number): line += String(number).utf8
            case .double(let number): line += "\(number)".utf8
            case .bool(let flag): line += (flag ? "true" : "false").utf8
            }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func json(_ level: LogLevel, _ message: String, _ fields: LogFields, _ time: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("time")
        writer.string(time.rfc3339)
        writer.name("level")
        writer.string(level.rawValue)
        writer.name("message")
        writer.string(printable(message))
        for (name, value) in fields {
            assert(!Self.ownNames.contains(name), "the field `\(name)` would stand twice in the line")
            writer.name(name)
            switch value {
            case .string(let text): writer.string(printable(text))
            case .integer(let number): writer.integer(number)
            case .double(let number): writer.double(number)
            case .bool(let flag): writer.bool(flag)
            }
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// Without secrets, and cut to the limit at the end of a character.
    private func printable(_ text: String) -> String {
        let text = redactor.redacted(text)
        guard text.utf8.count > Self.maximumTextBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: Self.maximumTextBytes)
        while String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "…"
    }

    /// Bytes that make it unclear where a field's bare text ends.
    private static func misleads(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\\")
    }

    /// Bare, or quoted as in JSON where it is empty or has one of the bytes told of. Control characters are escaped
    /// then, so that nothing in a text can end the line or drive a terminal.
    private static func append(_ text: String, to line: inout [UInt8], quotedWhere mustQuote: (UInt8) -> Bool) {
        if text.isEmpty || text.utf8.contains(where: mustQuote) {
            JSONText.append(text, to: &line)
        } else {
            line += text.utf8
        }
    }
}
