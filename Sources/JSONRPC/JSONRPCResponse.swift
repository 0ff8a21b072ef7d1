package import JSON

/// The answer to a request (JSON-RPC 2.0 §5).
package struct JSONRPCResponse: Sendable, Hashable {
    package var id: JSONRPCID
    package var outcome: Result<JSONValue, JSONRPCError>

    package init(id: JSONRPCID, outcome: Result<JSONValue, JSONRPCError>) {
        self.id = id
        self.outcome = outcome
    }

    package init(id: JSONRPCID, result: JSONValue) {
        self.init(id: id, outcome: .success(result))
    }

    package init(id: JSONRPCID, error: JSONRPCError) {
        self.init(id: id, outcome: .failure(error))
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("jsonrpc")
        writer.string("2.0")
        writer.name("id")
        writer.value(id.json)
        switch outcome {
        case .success(let result):
            writer.name("result")
            writer.value(result)
        case .failure(let error):
            writer.name("error")
            error.write(to: &writer)
        }
        writer.endObject()
    }

    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The answer to a batch; nil, where nothing is to be answered, since an empty array must not be sent (§6).
    package static func encodedBatch(_ responses: [JSONRPCResponse]) -> [UInt8]? {
        guard !responses.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for response in responses { response.write(to: &writer) }
        writer.endArray()
        return writer.bytes
    }
}
