package import JSON

/// One thing that a server sent, as a client sees it.
package enum JSONRPCReply: Sendable, Hashable {
    case response(JSONRPCResponse)
    /// A request without an id.
    case notification(method: String, params: JSONValue?)

    /// Everything in one message: more than one where it answers a batch.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(JSONRPCReplyError) -> [JSONRPCReply] {
        let value: JSONValue
        do throws(JSONParseError) {
            value = try JSONParser.parse(bytes)
        } catch {
            throw .notJSON(error)
        }
        guard case .array(let elements) = value else { return [try JSONRPCReply(value)] }
        var replies: [JSONRPCReply] = []
        for element in elements { replies.append(try JSONRPCReply(element)) }
        return replies
    }

    package static func decode(_ bytes: [UInt8]) throws(JSONRPCReplyError) -> [JSONRPCReply] {
        try bytes.span.withUnsafeBytes { (bytes) throws(JSONRPCReplyError) in try decode(bytes) }
    }

    package init(_ value: JSONValue) throws(JSONRPCReplyError) {
        guard value["jsonrpc"] == "2.0" else { throw .notAReply("`jsonrpc` is not \"2.0\"") }
        if let method = value["method"] {
            guard case .string(let method) = method, value["id"] == nil else {
                throw .notAReply("a server sends notifications, not requests")
            }
            self = .notification(method: method, params: value["params"])
            return
        }
        guard let id = value["id"].flatMap(JSONRPCID.init) else { throw .notAReply("a response without an id") }
        switch (value["result"], value["error"]) {
        case (let result?, nil): self = .response(JSONRPCResponse(id: id, result: result))
        case (nil, let error?):
            guard let error = JSONRPCError(error) else { throw .notAReply("`error` is not an error object") }
            self = .response(JSONRPCResponse(id: id, error: error))
        default: throw .notAReply("a response must have either a result or an error")
        }
    }
}

/// Why what a server sent is not JSON-RPC.
package enum JSONRPCReplyError: Error, Sendable, Hashable {
    case notJSON(JSONParseError)
    case notAReply(String)
}

extension JSONRPCReplyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "not JSON: \(error)"
        case .notAReply(let detail): "not JSON-RPC: \(detail)"
        }
    }
}
