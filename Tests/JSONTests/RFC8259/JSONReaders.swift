import JSON

/// Every way to read a whole text. Those that look at what they read return it, the others nil.
struct JSONReader: Sendable {
    let name: String
    let read: @Sendable (_ bytes: [UInt8], _ maximumDepth: Int) throws(JSONParseError) -> JSONValue?

    static let all = [
        JSONReader(name: "parser of an array") { bytes, depth throws(JSONParseError) in
            try JSONParser.parse(bytes, maximumDepth: depth)
        },
        JSONReader(name: "parser of a span") { bytes, depth throws(JSONParseError) in
            try JSONParser.parse(bytes.span, maximumDepth: depth)
        },
        JSONReader(name: "parser of memory") { bytes, depth throws(JSONParseError) in
            try inMemoryOfItsOwn(bytes) { (memory) throws(JSONParseError) in
                try JSONParser.parse(memory, maximumDepth: depth)
            }
        },
        JSONReader(name: "cursor, step by step") { bytes, depth throws(JSONParseError) in
            try inMemoryOfItsOwn(bytes) { (memory) throws(JSONParseError) in
                try withJSONCursor(over: memory, maximumDepth: depth, walk)
            }
        },
        JSONReader(name: "cursor that skips") { bytes, depth throws(JSONParseError) in
            try withJSONCursor(over: bytes.span, maximumDepth: depth) { (cursor) throws(JSONParseError) in
                try cursor.skipValue()
            }
            return nil
        },
        JSONReader(name: "cursor that leaves everything unread") { bytes, depth throws(JSONParseError) in
            try withJSONCursor(over: bytes.span, maximumDepth: depth) { (_) throws(JSONParseError) in }
            return nil
        },
        JSONReader(name: "cursor that leaves members and elements unread") { bytes, depth throws(JSONParseError) in
            try withJSONCursor(over: bytes.span, maximumDepth: depth) { (cursor) throws(JSONParseError) in
                switch try cursor.peekKind() {
                case .object: try cursor.readObject { (_, _) throws(JSONParseError) in }
                case .array: try cursor.readArray { (_) throws(JSONParseError) in }
                case .null, .bool, .number, .string: try cursor.skipValue()
                }
            }
            return nil
        },
    ]

    /// What comes of `bytes`.
    func result(_ bytes: [UInt8], maximumDepth: Int = JSONParser.maximumDepth) -> Result<JSONValue?, JSONParseError> {
        do throws(JSONParseError) {
            return .success(try read(bytes, maximumDepth))
        } catch {
            return .failure(error)
        }
    }
}

/// Memory that ends with the text, so that a sanitizer sees who reads on.
private func inMemoryOfItsOwn(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(JSONParseError) -> JSONValue
) throws(JSONParseError) -> JSONValue {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(memory))
}

/// Builds the tree by the cursor's single steps.
private func walk(_ cursor: inout JSONCursor) throws(JSONParseError) -> JSONValue {
    switch try cursor.peekKind() {
    case .null:
        _ = try cursor.readNullIfNext()
        return .null
    case .bool: return .bool(try cursor.readBool())
    case .number: return .number(try cursor.readNumber())
    case .string: return try cursor.readStringOrNull().map { .string($0) } ?? .null
    case .array:
        var elements: [JSONValue] = []
        try cursor.readArray { (cursor) throws(JSONParseError) in elements.append(try walk(&cursor)) }
        return .array(elements)
    case .object:
        var object = JSONObject()
        try cursor.readObject { (name, cursor) throws(JSONParseError) in
            object.set(name.string, to: try walk(&cursor))
        }
        return .object(object)
    }
}
