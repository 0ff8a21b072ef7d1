/// Header fields in the order they came; names compare without case (RFC 9110 §5.1).
package struct HTTPHeaders: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var fields: [Field]

    package init(_ fields: [(String, String)] = []) {
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first field of that name.
    package func first(_ name: String) -> String? {
        fields.first { Self.sameName($0.name, name) }?.value
    }

    package func all(_ name: String) -> [String] {
        fields.filter { Self.sameName($0.name, name) }.map(\.value)
    }

    package mutating func removeAll(_ name: String) {
        fields.removeAll { Self.sameName($0.name, name) }
    }

    /// Whether a field of that name lists `token`, compared without case: `Connection: keep-alive, Upgrade`.
    package func lists(_ token: String, in name: String) -> Bool {
        fields.contains { field in
            Self.sameName(field.name, name)
                && Self.listElements(of: field.value).contains { Self.sameName($0, token) }
        }
    }

    /// The elements of a comma-separated list without the whitespace around them (RFC 9110 §5.6.1); empty ones are kept.
    package static func listElements(of value: String) -> [String] {
        value.utf8.split(separator: 0x2C, omittingEmptySubsequences: false).map { element in
            let start = element.drop { $0 == 0x20 || $0 == 0x09 }
            let length = start.count - start.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
            return String(Substring(start.prefix(length)))
        }
    }

    /// ASCII letters only: header names are tokens.
    package static func sameName(_ left: String, _ right: String) -> Bool {
        // Not by `==` of strings: to Unicode the Kelvin sign is a K.
        let left = left.utf8
        let right = right.utf8
        return left.count == right.count && left.elementsEqual(right) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
