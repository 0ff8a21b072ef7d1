package import JSON
import JSONRPC

/// A function that a client offers to the model: `{"type": "function", "function": {"name": …, "description": …, "parameters": …}}`.
package struct SessionTool: Sendable, Hashable {
    package var name: String
    /// All of it, as it came.
    package var definition: JSONObject

    /// The most characters that a function's name may have, at the AI service.
    package static let maximumNameLength = 64

    init(_ value: JSONValue, path: String) throws(JSONRPCError) {
        guard case .object(let definition) = value else {
            throw .invalidParam(path, "`\(path)` must be an object, not \(value.kind.phrase)")
        }
        let tool = ParamFields(definition, path: path)
        guard try tool.requiredString("type") == "function" else {
            throw .invalidParam("\(path).type", "`\(path).type` must be \"function\"")
        }
        let function = ParamFields(try tool.requiredObject("function"), path: "\(path).function")
        name = try function.requiredString("name")
        guard Self.isValid(name: name) else {
            throw .invalidParam(
                "\(path).function.name",
                "`\(path).function.name` must be 1 to \(Self.maximumNameLength) letters, digits, `_` and `-`")
        }
        _ = try function.optionalString("description")
        _ = try function.optionalObject("parameters")
        self.definition = definition
    }

    private static func isValid(name: String) -> Bool {
        guard 1...maximumNameLength ~= name.utf8.count else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
