/// The grammar between values: whitespace, brackets, commas, colons, depth.
extension JSONCursor {
    mutating func finish() throws(JSONParseError) {
        if index == 0 { try skipValue() }
        skipWhitespace()
        guard index == input.count else { throw failure(.trailingCharacters) }
    }

    /// RFC 8259 §2: space, tab, line feed, carriage return.
    mutating func skipWhitespace() {
        while index < input.count {
            switch input[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index &+= 1
            default: return
            }
        }
    }

    mutating func expect(_ kind: JSONKind) throws(JSONParseError) {
        let found = try peekKind()
        guard found == kind else { throw failure(.unexpectedKind(found, expected: kind)) }
    }

    /// Steps over the bracket that the cursor stands at, one level down.
    mutating func open() throws(JSONParseError) {
        guard remainingDepth > 0 else { throw failure(.tooDeep) }
        remainingDepth &-= 1
        index &+= 1
    }

    /// To the next element; false where the array ended instead.
    mutating func nextElement(_ isFirst: inout Bool) throws(JSONParseError) -> Bool {
        guard try !closes(with: UInt8(ascii: "]"), isFirst: isFirst) else { return false }
        isFirst = false
        skipWhitespace()
        return true
    }

    /// To the next member's value; nil where the object ended instead.
    mutating func nextName(_ isFirst: inout Bool) throws(JSONParseError) -> JSONName? {
        guard let scanned = try scanName(&isFirst) else { return nil }
        return JSONName(
            raw: UnsafeRawBufferPointer(rebasing: input[scanned.content]),
            unescaped: scanned.hasEscapes ? string(of: scanned) : nil)
    }

    /// Like ``nextName(_:)`` for names that nobody looks at.
    mutating func skipName(_ isFirst: inout Bool) throws(JSONParseError) -> Bool {
        try scanName(&isFirst) != nil
    }

    mutating func readElements() throws(JSONParseError) -> [JSONValue] {
        try open()
        var elements: [JSONValue] = []
        var isFirst = true
        while try nextElement(&isFirst) { elements.append(try readValue()) }
        return elements
    }

    mutating func readMembers() throws(JSONParseError) -> JSONObject {
        try open()
        var object = JSONObject()
        var isFirst = true
        while let name = try scanName(&isFirst) { object.set(string(of: name), to: try readValue()) }
        return object
    }

    private mutating func scanName(_ isFirst: inout Bool) throws(JSONParseError) -> ScannedString? {
        guard try !closes(with: UInt8(ascii: "}"), isFirst: isFirst) else { return nil }
        isFirst = false
        skipWhitespace()
        try requireByte(UInt8(ascii: "\""))
        let name = try scanString()
        skipWhitespace()
        try requireByte(UInt8(ascii: ":"))
        index &+= 1
        skipWhitespace()
        return name
    }

    /// Steps over the closing bracket (true), or over the comma that must stand before all members but the first (false).
    private mutating func closes(with bracket: UInt8, isFirst: Bool) throws(JSONParseError) -> Bool {
        skipWhitespace()
        guard index < input.count else { throw failure(.unexpectedEnd) }
        if input[index] == bracket {
            index &+= 1
            remainingDepth &+= 1
            return true
        }
        if isFirst { return false }
        try requireByte(UInt8(ascii: ","))
        index &+= 1
        return false
    }

    private func requireByte(_ byte: UInt8) throws(JSONParseError) {
        guard index < input.count else { throw failure(.unexpectedEnd) }
        guard input[index] == byte else { throw failure(.unexpectedCharacter) }
    }

    mutating func scanLiteral(_ literal: StaticString) throws(JSONParseError) {
        for offset in 0..<literal.utf8CodeUnitCount {
            guard index < input.count else { throw failure(.unexpectedEnd) }
            guard input[index] == literal.utf8Start[offset] else { throw failure(.unexpectedCharacter) }
            index &+= 1
        }
    }

    func failure(_ kind: JSONParseError.Kind) -> JSONParseError {
        JSONParseError(kind: kind, offset: index)
    }
}
