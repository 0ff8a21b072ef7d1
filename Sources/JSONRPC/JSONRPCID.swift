package import JSON

/// What ties a response to its request (JSON-RPC 2.0 §4). Numbers are given back as they were written.
package enum JSONRPCID: Sendable, Hashable {
    case string(String)
    case number(JSONNumber)
    case null

    /// nil for values that cannot be ids: booleans, arrays, objects.
    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .number(let number): self = .number(number)
        case .null: self = .null
        case .bool, .array, .object: return nil
        }
    }

    package var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .number(let number): .number(number)
        case .null: .null
        }
    }
}

extension JSONRPCID: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    package init(stringLiteral value: String) { self = .string(value) }
}
