package import JSON

extension YAMLNode {
    /// The same in JSON, by the core schema. `onStrangeNumber` gets what JSON cannot say (`.nan`, `.inf`); it becomes null.
    package func jsonValue(onStrangeNumber: (YAMLNode) -> Void = { _ in }) -> JSONValue {
        switch content {
        case .sequence(let items): return .array(items.map { $0.jsonValue(onStrangeNumber: onStrangeNumber) })
        case .mapping(let pairs):
            var object = JSONObject()
            for pair in pairs {
                object[pair.key.scalar?.text ?? ""] = pair.value.jsonValue(onStrangeNumber: onStrangeNumber)
            }
            return .object(object)
        case .scalar(let scalar):
            switch scalar.resolved {
            case .null: return .null
            case .boolean(let value): return .bool(value)
            case .integer(let value?): return .number(JSONNumber(value))
            case .integer(nil): return Double(scalar.text).flatMap(JSONNumber.init).map { .number($0) } ?? .null
            case .text: return .string(scalar.text)
            case .number(let value):
                if let number = JSONNumber(value) { return .number(number) }
                onStrangeNumber(self)
                return .null
            }
        }
    }
}
