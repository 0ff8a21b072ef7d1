/// Why bytes are not the JSON that was asked for, and where.
package struct JSONParseError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The input ended inside a value, or is empty.
        case unexpectedEnd
        /// A byte that the grammar does not allow here.
        case unexpectedCharacter
        /// A number that RFC 8259 §6 does not allow: `01`, `1.`, `.5`, `1e`, `+1`.
        case invalidNumber
        /// A backslash before anything but `"\/bfnrt`, or `u` and four hexadecimal digits.
        case invalidEscape
        /// `\uD800`–`\uDFFF` that is not a high half followed by a low one. RFC 8259 §8.2 leaves these to the
        /// implementation, and §9 lets it limit what strings contain: a Swift string holds Unicode scalar values only, so
        /// they are refused, not replaced.
        case loneSurrogate
        /// A raw U+0000–U+001F inside a string.
        case controlCharacter
        /// Not UTF-8: overlong, a surrogate, beyond U+10FFFF, or cut short.
        case invalidUTF8
        /// A byte order mark in front (RFC 8259 §8.1 allows refusing it).
        case byteOrderMark
        /// Arrays and objects nested deeper than the limit, which RFC 8259 §9 allows to set.
        case tooDeep
        /// Something other than whitespace after the value.
        case trailingCharacters
        /// Valid so far, but not the kind of value that the reader asked for.
        case unexpectedKind(JSONKind, expected: JSONKind)
    }

    package var kind: Kind
    /// Bytes before the fault.
    package var offset: Int

    package init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension JSONParseError: CustomStringConvertible {
    package var description: String { "\(kind) at byte \(offset)" }
}

extension JSONParseError.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "unexpected end"
        case .unexpectedCharacter: "unexpected character"
        case .invalidNumber: "invalid number"
        case .invalidEscape: "invalid escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "raw control character in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .byteOrderMark: "byte order mark"
        case .tooDeep: "nested too deep"
        case .trailingCharacters: "something after the value"
        case .unexpectedKind(let found, let expected): "\(found.rawValue) instead of \(expected.rawValue)"
        }
    }
}
