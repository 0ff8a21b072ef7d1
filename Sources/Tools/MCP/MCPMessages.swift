import JSON
import JSONSchema

/// A tool as an MCP server describes it.
struct MCPToolDescription: Sendable, Hashable {
    var name: String
    var description: String
    var inputSchema: JSONObject

    /// What of a tool's description is taken, in bytes of JSON; a larger one is left out.
    static let maximumBytes = 64 << 10

    /// Why a tool is left out.
    struct Fault: Error, CustomStringConvertible {
        /// Of the tool; nil where it is not known.
        private let name: String?
        private let reason: String
        /// What of a name is shown.
        private static let shownCharacters = 80

        init(_ reason: String, name: String? = nil) {
            self.reason = reason
            self.name = name
        }

        var description: String {
            let tool = name.map { "its tool `\($0.prefix(Self.shownCharacters))`" } ?? "one of its tools"
            return "\(tool) is left out: \(reason)"
        }
    }

    /// - Throws: where the tool cannot be offered: one whose schema is none would have an AI service refuse whole requests.
    init(_ value: JSONValue) throws(Fault) {
        guard let name = value["name"]?.string, !name.isEmpty else { throw Fault("it has no name") }
        guard value.encoded().count <= Self.maximumBytes else {
            throw Fault("it has more than \(Self.maximumBytes >> 10) KiB", name: name)
        }
        self.name = name
        description = value["description"]?.string ?? value["title"]?.string ?? ""
        inputSchema = [:]
        guard let schema = value["inputSchema"], !schema.isNull else { return }
        guard let object = schema.object, object["type"] ?? "object" == "object" else {
            throw Fault("its `inputSchema` is not an object's", name: name)
        }
        if let fault = JSONSchemaForm.faults(of: schema, maximumCount: 1).first {
            throw Fault("in its `inputSchema`, `\(fault.pointer)` must be \(fault.expected)", name: name)
        }
        inputSchema = object
    }
}

/// The revisions of the Model Context Protocol.
enum MCPRevision {
    /// Without a handshake: each request says who asks, and in which revision.
    static let stateless = "2026-07-28"
    /// With an `initialize` handshake, newest first.
    static let withHandshake = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
    /// The error of a server that does not speak the revision asked for; it names those that it speaks.
    static let unsupportedErrorCode = -32022
}

/// Writes the messages of a client.
struct MCPMessageWriter {
    /// In `clientInfo`.
    static let clientName = "ailoopctl"

    /// The newest revision wants this in every request.
    var isStateless = false
    /// `debug`, `info`, …: which of its log messages the server is to send.
    let logLevel: String

    func request(_ id: Int, _ method: String, _ params: JSONObject = [:], progressToken: Int? = nil) -> [UInt8] {
        var params = params
        var meta = isStateless ? envelope : [:]
        if let progressToken { meta["progressToken"] = .number(JSONNumber(progressToken)) }
        if !meta.isEmpty { params["_meta"] = .object(meta) }
        return line([
            "jsonrpc": "2.0", "id": .number(JSONNumber(id)), "method": .string(method), "params": .object(params),
        ])
    }

    func notification(_ method: String, _ params: JSONObject = [:]) -> [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0", "method": .string(method)]
        if !params.isEmpty { message["params"] = .object(params) }
        return line(message)
    }

    func answer(_ id: JSONValue, _ result: JSONObject) -> [UInt8] {
        line(["jsonrpc": "2.0", "id": id, "result": .object(result)])
    }

    func refusal(_ id: JSONValue, method: String) -> [UInt8] {
        let error: JSONValue = ["code": -32601, "message": .string("Method not found: \(method)")]
        return line(["jsonrpc": "2.0", "id": id, "error": error])
    }

    var clientInfo: JSONValue { ["name": .string(Self.clientName), "version": "1"] }

    private var envelope: JSONObject {
        [
            "io.modelcontextprotocol/protocolVersion": .string(MCPRevision.stateless),
            "io.modelcontextprotocol/clientInfo": clientInfo, "io.modelcontextprotocol/clientCapabilities": [:],
            "io.modelcontextprotocol/logLevel": .string(logLevel),
        ]
    }

    /// JSON text holds no line feeds of its own.
    private func line(_ message: JSONObject) -> [UInt8] { JSONValue.object(message).encoded() + [0x0A] }
}
