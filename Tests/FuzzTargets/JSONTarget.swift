import JSON

/// A JSON text: the ways to read it agree on whether it is one and on where it is not, and what was read and written
/// again reads the same.
func checkJSON(_ input: [UInt8]) throws(Finding) {
    let parsed = result { () throws(JSONParseError) in try JSONParser.parse(input, maximumDepth: 20) }
    let walked = result { () throws(JSONParseError) in
        try withJSONCursor(over: input.span, maximumDepth: 20) { (cursor) throws(JSONParseError) in
            try walk(&cursor)
        }
    }
    let skipped = result { () throws(JSONParseError) in
        try withJSONCursor(over: input.span, maximumDepth: 20) { (cursor) throws(JSONParseError) in
            try cursor.skipValue()
            return JSONValue.null
        }
    }
    switch (parsed, walked, skipped) {
    case (.success(let value), .success(let walkedValue), .success):
        guard value == walkedValue else { throw Finding("parser: \(value), cursor: \(walkedValue)") }
        let again = result { () throws(JSONParseError) in try JSONParser.parse(value.encoded()) }
        guard case .success(value) = again else { throw Finding("\(value) is written as \(value.jsonText): \(again)") }
    case (.failure(let error), .failure(let walkedError), .failure(let skippedError)):
        guard error == walkedError, error == skippedError else {
            throw Finding("parser: \(error), cursor: \(walkedError), skipping: \(skippedError)")
        }
    default:
        throw Finding("parser: \(parsed), cursor: \(walked), skipping: \(skipped)")
    }
}

private func result(_ body: () throws(JSONParseError) -> JSONValue) -> Result<JSONValue, JSONParseError> {
    do throws(JSONParseError) {
        return .success(try body())
    } catch {
        return .failure(error)
    }
}

/// Builds the tree from the cursor's single steps.
private func walk(_ cursor: inout JSONCursor) throws(JSONParseError) -> JSONValue {
    switch try cursor.peekKind() {
    case .null: return try cursor.readValue()
    case .bool: return .bool(try cursor.readBool())
    case .number: return .number(try cursor.readNumber())
    case .string: return .string(try cursor.readString())
    case .array:
        var elements: [JSONValue] = []
        try cursor.readArray { (cursor) throws(JSONParseError) in elements.append(try walk(&cursor)) }
        return .array(elements)
    case .object:
        var object = JSONObject()
        try cursor.readObject { (name, cursor) throws(JSONParseError) in
            let name = name.string
            object.set(name, to: try walk(&cursor))
        }
        return .object(object)
    }
}
