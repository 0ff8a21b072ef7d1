/// Reads a whole JSON text into a ``JSONValue``: exactly RFC 8259, as strict as ``JSONCursor``, on which it stands.
package enum JSONParser {
    /// How deep arrays and objects may nest: `[[]]` is 2. One level more is ``JSONParseError/Kind/tooDeep``.
    package static let maximumDepth = 512

    /// - Parameter maximumDepth: a lower limit; a higher one than ``maximumDepth`` is not granted.
    package static func parse(
        _ bytes: Span<UInt8>, maximumDepth: Int = maximumDepth
    ) throws(JSONParseError) -> JSONValue {
        try withJSONCursor(over: bytes, maximumDepth: maximumDepth) { (cursor) throws(JSONParseError) in
            try cursor.readValue()
        }
    }

    package static func parse(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = maximumDepth
    ) throws(JSONParseError) -> JSONValue {
        try withJSONCursor(over: bytes, maximumDepth: maximumDepth) { (cursor) throws(JSONParseError) in
            try cursor.readValue()
        }
    }

    package static func parse(_ bytes: [UInt8], maximumDepth: Int = maximumDepth) throws(JSONParseError) -> JSONValue {
        try parse(bytes.span, maximumDepth: maximumDepth)
    }

    package static func parse(_ text: String, maximumDepth: Int = maximumDepth) throws(JSONParseError) -> JSONValue {
        try parse(text.utf8Span.span, maximumDepth: maximumDepth)
    }
}
