package import JSON

/// A JSON-RPC error object (JSON-RPC 2.0 §5.1). Ours carry `data: {kind, detail, …}`; one received may carry anything.
package struct JSONRPCError: Error, Sendable, Hashable {
    package var code: JSONRPCErrorCode
    package var message: String
    package var data: JSONValue?

    package init(code: JSONRPCErrorCode, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// An error of ours.
    ///
    /// - Parameters:
    ///   - kind: a word for programs, from a documented closed list.
    ///   - detail: a sentence for a person; it also follows the standard words in `message`.
    ///   - more: further members of `data`.
    package init(_ code: JSONRPCErrorCode, kind: String, detail: String, more: JSONObject = [:]) {
        var data: JSONObject = ["kind": .string(kind), "detail": .string(detail)]
        for member in more.members { data.set(member.name, to: member.value) }
        self.init(code: code, message: "\(code.standardMessage): \(detail)", data: .object(data))
    }

    package var kind: String? { data?["kind"]?.string }
    package var detail: String? { data?["detail"]?.string }
}

extension JSONRPCError {
    /// nil where `value` is not an error object.
    package init?(_ value: JSONValue) {
        guard let code = value["code"]?.int, let message = value["message"]?.string else { return nil }
        self.init(code: JSONRPCErrorCode(rawValue: code), message: message, data: value["data"])
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("code")
        writer.integer(code.rawValue)
        writer.name("message")
        writer.string(message)
        if let data {
            writer.name("data")
            writer.value(data)
        }
        writer.endObject()
    }
}

/// Kinds of the errors that arise before a method is known.
extension JSONRPCError {
    package static let parseErrorKind = "parseError"
    package static let invalidRequestKind = "invalidRequest"
    package static let batchTooLargeKind = "batchTooLarge"

    static func parseError(_ error: JSONParseError) -> JSONRPCError {
        JSONRPCError(
            .parseError, kind: parseErrorKind, detail: "the message is not JSON: \(error)",
            more: ["offset": .number(JSONNumber(error.offset))])
    }

    static func invalidRequest(_ detail: String) -> JSONRPCError {
        JSONRPCError(.invalidRequest, kind: invalidRequestKind, detail: detail)
    }

    static func batchTooLarge(count: Int, maximum: Int) -> JSONRPCError {
        JSONRPCError(
            .invalidRequest, kind: batchTooLargeKind, detail: "a batch of \(count) is larger than \(maximum)",
            more: ["maximum": .number(JSONNumber(maximum))])
    }
}
