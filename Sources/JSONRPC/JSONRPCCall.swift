package import JSON

/// One thing that a client sent, as a server sees it.
package enum JSONRPCCall: Sendable, Hashable {
    case request(JSONRPCRequest)
    /// Not a request object. The response is to be sent for it.
    case invalid(JSONRPCResponse)
}

/// What a server makes of one message from a client.
package enum JSONRPCCalls: Sendable, Hashable {
    /// Answered by one response, or by none where it is a notification.
    case single(JSONRPCCall)
    /// Never empty. Answered by one array of the responses, in any order, or by nothing where there are none.
    case batch([JSONRPCCall])

    /// The most calls that a batch may hold unless told otherwise. A larger one is refused as a whole.
    package static let maximumBatchCount = 100

    /// Whatever `bytes` are, there is something to answer or to carry out: what is no JSON, or no request, becomes
    /// ``JSONRPCCall/invalid(_:)``.
    package init(decoding bytes: UnsafeRawBufferPointer, maximumBatchCount: Int = maximumBatchCount) {
        do throws(JSONParseError) {
            self.init(try JSONParser.parse(bytes), maximumBatchCount: maximumBatchCount)
        } catch {
            self = .single(.invalid(JSONRPCResponse(id: .null, error: .parseError(error))))
        }
    }

    package init(decoding bytes: [UInt8], maximumBatchCount: Int = maximumBatchCount) {
        self = bytes.withUnsafeBytes { JSONRPCCalls(decoding: $0, maximumBatchCount: maximumBatchCount) }
    }

    package init(_ value: JSONValue, maximumBatchCount: Int = maximumBatchCount) {
        guard case .array(let elements) = value else {
            self = .single(JSONRPCCall(value))
            return
        }
        if elements.isEmpty {
            self = .single(.invalid(JSONRPCResponse(id: .null, error: .invalidRequest("a batch must not be empty"))))
        } else if elements.count > maximumBatchCount {
            let error = JSONRPCError.batchTooLarge(count: elements.count, maximum: maximumBatchCount)
            self = .single(.invalid(JSONRPCResponse(id: .null, error: error)))
        } else {
            self = .batch(elements.map { JSONRPCCall($0) })
        }
    }
}

extension JSONRPCCall {
    /// One request, by itself or as a member of a batch.
    package init(_ value: JSONValue) {
        guard case .object(let object) = value else {
            self = .refused("a request must be an object, not \(value.kind.phrase)", id: .null)
            return
        }
        var id: JSONRPCID?
        if let given = object["id"] {
            guard let valid = JSONRPCID(given) else {
                self = .refused("`id` must be a string, a number or null, not \(given.kind.phrase)", id: .null)
                return
            }
            id = valid
        }
        guard object["jsonrpc"] == "2.0" else {
            self = .refused("`jsonrpc` must be the string \"2.0\"", id: id)
            return
        }
        guard case .string(let method)? = object["method"] else {
            let found = object["method"].map { "not \($0.kind.phrase)" } ?? "and is missing"
            self = .refused("`method` must be a string, \(found)", id: id)
            return
        }
        self = .request(JSONRPCRequest(id: id, method: method, params: object["params"]))
    }

    private static func refused(_ detail: String, id: JSONRPCID?) -> JSONRPCCall {
        .invalid(JSONRPCResponse(id: id ?? .null, error: .invalidRequest(detail)))
    }
}
