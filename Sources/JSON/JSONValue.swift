/// Any JSON value (RFC 8259). Equality is structural; numbers compare by their text.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A number as it was written, so that nothing is lost on the way through: `1e400`, `0.10` and 20-digit integers stay.
package struct JSONNumber: Sendable, Hashable {
    /// Valid RFC 8259 number text.
    package let text: String

    /// `text` must be a valid RFC 8259 number.
    package init(validated text: String) {
        self.text = text
    }

    package init(_ value: Int) {
        text = String(value)
    }

    /// nil for NaN and infinities, which JSON cannot express.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text =
            if let whole = Int64(exactly: value), abs(whole) < 1_000_000_000_000_000 { String(whole) } else {
                "\(value)"
            }
    }

    /// Exact integer value; nil where the number has a fraction or does not fit.
    package var int: Int? {
        if let exact = Int(text) { return exact }
        return double.flatMap(Int.init(exactly:))
    }

    /// Nearest double; infinite where the number is too large for one.
    package var double: Double? { Double(text) }
}

/// Members in the order they came. A name stands once: where a text repeats it, the last value wins (in the first one's place).
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSONValue
    }

    package private(set) var members: [Member]

    package init() {
        members = []
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = []
        for (name, value) in elements { self[name] = value }
    }

    package subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}

extension JSONValue {
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var int: Int? { if case .number(let value) = self { value.int } else { nil } }
    package var double: Double? { if case .number(let value) = self { value.double } else { nil } }
    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    package var isNull: Bool { self == .null }

    /// The member of that name, where this is an object that has it.
    package subscript(name: String) -> JSONValue? { object?[name] }
}
