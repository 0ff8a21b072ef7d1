package import JSON

/// A call of a method (JSON-RPC 2.0 §4). Without an id it is a notification: carried out and never answered.
package struct JSONRPCRequest: Sendable, Hashable {
    package var id: JSONRPCID?
    package var method: String
    package var params: JSONValue?

    package init(id: JSONRPCID?, method: String, params: JSONValue? = nil) {
        self.id = id
        self.method = method
        self.params = params
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("jsonrpc")
        writer.string("2.0")
        if let id {
            writer.name("id")
            writer.value(id.json)
        }
        writer.name("method")
        writer.string(method)
        if let params {
            writer.name("params")
            writer.value(params)
        }
        writer.endObject()
    }

    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}
