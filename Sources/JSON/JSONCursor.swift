/// Reads one JSON text value by value, in place, without building a tree: for hot paths that pick a few members out.
///
/// As strict as ``JSONParser``: what is skipped is checked like what is read. Make one with
/// ``withJSONCursor(over:maximumDepth:_:)-swift.function``; it must not outlive the bytes. After an error it is of no further use.
///
///     try withJSONCursor(over: bytes) { (cursor) throws(JSONParseError) in
///         try cursor.readObject { (name, cursor) throws(JSONParseError) in
///             if name == "model" { model = try cursor.readStringOrNull() }
///         }
///     }
package struct JSONCursor {
    let input: UnsafeRawBufferPointer
    var index = 0
    /// How many arrays and objects may still be opened inside each other.
    var remainingDepth: Int

    /// Bytes before the cursor. In front of a value, after ``peekKind()`` or in the closures below: where the value starts.
    package var offset: Int { index }

    init(_ input: UnsafeRawBufferPointer, maximumDepth: Int) throws(JSONParseError) {
        self.input = input
        remainingDepth = min(maximumDepth, JSONParser.maximumDepth)
        if input.starts(with: [0xEF, 0xBB, 0xBF]) { throw failure(.byteOrderMark) }
    }

    /// What comes next, without reading it.
    package mutating func peekKind() throws(JSONParseError) -> JSONKind {
        skipWhitespace()
        guard index < input.count else { throw failure(.unexpectedEnd) }
        switch input[index] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "+"), UInt8(ascii: "."): throw failure(.invalidNumber)
        default: throw failure(.unexpectedCharacter)
        }
    }

    /// Reads an object. `body` gets each member's name, with the cursor in front of the value; a value that it leaves
    /// unread is skipped. A name may come twice, as written.
    package mutating func readObject(
        _ body: (JSONName, inout JSONCursor) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        try expect(.object)
        try open()
        var isFirst = true
        while let name = try nextName(&isFirst) {
            let start = index
            try body(name, &self)
            if index == start { try skipValue() }
        }
    }

    /// Reads an array. `body` is called with the cursor in front of each element; one that it leaves unread is skipped.
    package mutating func readArray(
        _ body: (inout JSONCursor) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        try expect(.array)
        try open()
        var isFirst = true
        while try nextElement(&isFirst) {
            let start = index
            try body(&self)
            if index == start { try skipValue() }
        }
    }

    package mutating func readString() throws(JSONParseError) -> String {
        try expect(.string)
        return string(of: try scanString())
    }

    /// nil for `null`.
    package mutating func readStringOrNull() throws(JSONParseError) -> String? {
        guard try !readNullIfNext() else { return nil }
        return try readString()
    }

    package mutating func readNumber() throws(JSONParseError) -> JSONNumber {
        try expect(.number)
        let range = try scanNumber()
        return JSONNumber(validated: String(decoding: input[range], as: UTF8.self))
    }

    package mutating func readBool() throws(JSONParseError) -> Bool {
        try expect(.bool)
        let value = input[index] == UInt8(ascii: "t")
        try scanLiteral(value ? "true" : "false")
        return value
    }

    /// Reads `null` where it comes next, and tells whether it did.
    package mutating func readNullIfNext() throws(JSONParseError) -> Bool {
        guard try peekKind() == .null else { return false }
        try scanLiteral("null")
        return true
    }

    /// Any value, as a tree. Of members with one name the last wins.
    package mutating func readValue() throws(JSONParseError) -> JSONValue {
        switch try peekKind() {
        case .null:
            try scanLiteral("null")
            return .null
        case .bool: return .bool(try readBool())
        case .number: return .number(try readNumber())
        case .string: return .string(string(of: try scanString()))
        case .array: return .array(try readElements())
        case .object: return .object(try readMembers())
        }
    }

    /// Passes over any value, checking it.
    package mutating func skipValue() throws(JSONParseError) {
        switch try peekKind() {
        case .null: try scanLiteral("null")
        case .bool: _ = try readBool()
        case .number: _ = try scanNumber()
        case .string: _ = try scanString()
        case .array:
            try open()
            var isFirst = true
            while try nextElement(&isFirst) { try skipValue() }
        case .object:
            try open()
            var isFirst = true
            while try skipName(&isFirst) { try skipValue() }
        }
    }
}

/// Gives `body` a cursor at the start of the text `bytes`, and checks that nothing but whitespace follows what it read.
package func withJSONCursor<Result>(
    over bytes: UnsafeRawBufferPointer, maximumDepth: Int = JSONParser.maximumDepth,
    _ body: (inout JSONCursor) throws(JSONParseError) -> Result
) throws(JSONParseError) -> Result {
    var cursor = try JSONCursor(bytes, maximumDepth: maximumDepth)
    let result = try body(&cursor)
    try cursor.finish()
    return result
}

package func withJSONCursor<Result>(
    over bytes: Span<UInt8>, maximumDepth: Int = JSONParser.maximumDepth,
    _ body: (inout JSONCursor) throws(JSONParseError) -> Result
) throws(JSONParseError) -> Result {
    try bytes.withUnsafeBytes { (bytes) throws(JSONParseError) in
        try withJSONCursor(over: bytes, maximumDepth: maximumDepth, body)
    }
}
