package import JSON

/// One member of the params, the result or the error data of a method or notification, as the tables list it.
package struct FieldSpecification: Sendable, Hashable {
    /// With its path where it stands inside another one: `sessionParams.model`.
    package var name: String
    package var type: FieldType
    package var isRequired: Bool
    /// For the reference: a phrase without a full stop.
    package var summary: String

    static func required(_ name: String, _ type: FieldType, _ summary: String) -> FieldSpecification {
        FieldSpecification(name: name, type: type, isRequired: true, summary: summary)
    }

    static func optional(_ name: String, _ type: FieldType, _ summary: String) -> FieldSpecification {
        FieldSpecification(name: name, type: type, isRequired: false, summary: summary)
    }
}

/// What a member's value may be; the raw value is what the reference calls it.
package enum FieldType: String, Sendable, Hashable, CaseIterable {
    case string
    /// A whole number, 0 or more.
    case integer
    case number
    case boolean
    case object
    case array
    case strings = "array of strings"
    case objects = "array of objects"
    case any = "any JSON"

    /// Whether values of that kind can be right; of integers and arrays the value itself is to be looked at, too.
    package func accepts(_ kind: JSONKind) -> Bool {
        switch self {
        case .string: kind == .string
        case .integer, .number: kind == .number
        case .boolean: kind == .bool
        case .object: kind == .object
        case .array, .strings, .objects: kind == .array
        case .any: true
        }
    }
}
