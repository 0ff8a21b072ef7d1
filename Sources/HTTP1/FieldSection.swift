import Wire

/// The field lines of a head or trailer section as they come, checked (RFC 9112 §5).
struct FieldSection: Sendable {
    enum Folding {
        /// A server must refuse `obs-fold` or replace it; refusing leaves nothing to disagree about.
        case refused
        /// A user agent must replace it by a space (RFC 9112 §5.2).
        case replaced
    }

    private let maximumCount: Int
    private let folding: Folding
    private(set) var headers = HTTPHeaders()

    init(maximumCount: Int, folding: Folding) {
        self.maximumCount = maximumCount
        self.folding = folding
    }

    /// Takes one line without its ending. Returns false at the empty line that ends the section.
    mutating func take(line: UnsafeRawBufferPointer) throws(HTTPParseError) -> Bool {
        guard let first = line.first else { return false }
        if FieldCharacters.isWhitespace(first) {
            try unfold(line)
            return true
        }
        guard headers.fields.count < maximumCount else {
            throw HTTPParseError(.tooManyFields, "There are more than \(maximumCount) header fields.")
        }
        guard let colon = line.firstOffset(of: 0x3A, in: 0..<line.count) else {
            throw HTTPParseError(.invalidFieldName, "A header line has no colon.")
        }
        // Whitespace before the colon is no token either, and is refused with the rest (RFC 9112 §5.1).
        guard FieldCharacters.isToken(line[..<colon]) else {
            throw HTTPParseError(
                .invalidFieldName, "A header field's name is empty or holds a character that it must not.")
        }
        let value = try checked(FieldCharacters.trimmed(line[(colon + 1)...]))
        headers.add(String(decoding: line[..<colon], as: UTF8.self), value)
        return true
    }

    private mutating func unfold(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        guard folding == .replaced, let last = headers.fields.indices.last else {
            throw HTTPParseError(.obsoleteLineFolding, "A header line starts with whitespace.")
        }
        let more = try checked(FieldCharacters.trimmed(line[...]))
        if !more.isEmpty {
            headers.fields[last].value += headers.fields[last].value.isEmpty ? more : " " + more
        }
    }

    /// Bytes that are not UTF-8 become U+FFFD.
    private func checked(_ value: UnsafeRawBufferPointer) throws(HTTPParseError) -> String {
        guard FieldCharacters.isFieldContent(value) else {
            throw HTTPParseError(.invalidFieldValue, "A header field's value holds a control character.")
        }
        return String(decoding: value, as: UTF8.self)
    }
}
