import JSON
import JSONRPC

/// Reads the members of a params object, each refused with -32602 and its name where it is not what it must be.
/// An optional one may be absent or null.
struct ParamFields {
    private let object: JSONObject
    /// What stands in front of the names in errors: `sessionParams.`, or nothing.
    private let path: String

    init(params: JSONValue?) throws(JSONRPCError) {
        guard case .object(let object)? = params else {
            let found = params.map { "not \($0.kind.phrase)" } ?? "and are missing"
            throw .invalidParam("params", "`params` must be an object, \(found)")
        }
        self.object = object
        path = ""
    }

    init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path + "."
    }

    func requiredString(_ name: String) throws(JSONRPCError) -> String {
        guard let text = try optionalString(name) else { throw missing(name, .string) }
        return text
    }

    func optionalString(_ name: String) throws(JSONRPCError) -> String? {
        guard let value = given(name) else { return nil }
        guard case .string(let text) = value else { throw mismatch(name, "a string", value) }
        return text
    }

    func requiredBoolean(_ name: String) throws(JSONRPCError) -> Bool {
        guard let value = given(name) else { throw missing(name, .bool) }
        guard case .bool(let flag) = value else { throw mismatch(name, "a boolean", value) }
        return flag
    }

    /// Any JSON, null too.
    func requiredValue(_ name: String) throws(JSONRPCError) -> JSONValue {
        guard let value = object[name] else { throw .invalidParam(path + name, "`\(path)\(name)` is missing") }
        return value
    }

    func optionalCount(_ name: String) throws(JSONRPCError) -> Int? {
        guard let value = given(name) else { return nil }
        guard let count = value.int, count >= 0 else {
            guard case .number(let number) = value else { throw mismatch(name, "a whole number", value) }
            throw .invalidParam(path + name, "`\(path)\(name)` must be a whole number of 0 or more, not \(number.text)")
        }
        return count
    }

    func optionalObject(_ name: String) throws(JSONRPCError) -> JSONObject? {
        guard let value = given(name) else { return nil }
        guard case .object(let object) = value else { throw mismatch(name, "an object", value) }
        return object
    }

    func requiredObject(_ name: String) throws(JSONRPCError) -> JSONObject {
        guard let object = try optionalObject(name) else { throw missing(name, .object) }
        return object
    }

    /// The elements, each with its place: `tools[0]`.
    func optionalArray(_ name: String) throws(JSONRPCError) -> [(path: String, value: JSONValue)]? {
        guard let value = given(name) else { return nil }
        guard case .array(let elements) = value else { throw mismatch(name, "an array", value) }
        return elements.enumerated().map { ("\(path)\(name)[\($0.offset)]", $0.element) }
    }

    private func given(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    private func missing(_ name: String, _ kind: JSONKind) -> JSONRPCError {
        .invalidParam(path + name, "`\(path)\(name)` is missing; it must be \(kind.phrase)")
    }

    private func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> JSONRPCError {
        .invalidParam(path + name, "`\(path)\(name)` must be \(expected), not \(value.kind.phrase)")
    }
}
