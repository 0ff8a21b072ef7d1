import JSON

/// The client's side of the Model Context Protocol, towards one server: messages in, messages and what they mean out.
///
///     new ──▶ discovering ──────── it speaks the newest revision ────────▶ listing ──▶ ready
///                  └── an error, or nothing in time ──▶ initializing ───────▶ ┘
///     any ──▶ failed
///
/// A server is first asked for the newest revision, which has no handshake. Whatever it answers that is no yes, and also
/// silence, makes it one of the older revisions.
struct MCPClient {
    enum Phase: Hashable { case new, discovering, initializing, listing, ready, failed }

    enum Output: Hashable {
        /// A line.
        case send([UInt8])
        /// ``handshakeTimedOut()`` is to be called, unless its tools are told before.
        case startTimer
        /// All tools that there are; the first time it means that the server is ready.
        case tools([MCPToolDescription])
        case callEnded(Int, ToolOutput)
        case progress(Int)
        /// In the words of the protocol: `debug`, `info`, `notice`, `warning`, `error`, …
        case log(level: String, String)
        /// The server is not to be used: why.
        case failed(String)
    }

    /// Tools of one server; further ones are left out.
    static let maximumTools = 256
    static let maximumPages = 100
    /// What is told of a message that makes no sense.
    private static let maximumQuotedBytes = 200

    private enum Request { case discover, initialize, setLevel, list, listen, call, ping }

    private(set) var phase = Phase.new
    private var writer: MCPMessageWriter
    private var requests: [Int: Request] = [:]
    private var nextID = 1
    private var listed: [MCPToolDescription] = []
    private var leftOutCount = 0
    private var pageCount = 0
    /// Of the page that is being waited for.
    private var cursor: String?
    /// The request for the page that is being waited for; nil: the list is not being read.
    private var listRequestID: Int?
    /// The list changed while it was read.
    private var mustListAgain = false

    init(logLevel: String) {
        writer = MCPMessageWriter(logLevel: logLevel)
    }

    // MARK: Beginning

    /// - Parameter withHandshake: the server is known to be of an older revision, or to end when it is asked.
    mutating func start(withHandshake: Bool) -> [Output] {
        if withHandshake { return initialize() }
        phase = .discovering
        // The question is put in the newest revision.
        writer.isStateless = true
        let line = writer.request(makeID(.discover), "server/discover")
        writer.isStateless = false
        return [.send(line), .startTimer]
    }

    mutating func handshakeTimedOut() -> [Output] {
        switch phase {
        case .discovering: initialize()
        case .initializing: fail("it does not answer `initialize`")
        case .listing, .ready: listRequestID == nil ? [] : listingFailed("no answer in time")
        case .new, .failed: []
        }
    }

    private mutating func initialize() -> [Output] {
        phase = .initializing
        let params: JSONObject = [
            "protocolVersion": .string(MCPRevision.withHandshake[0]), "capabilities": [:],
            "clientInfo": writer.clientInfo,
        ]
        return [.send(writer.request(makeID(.initialize), "initialize", params)), .startTimer]
    }

    private mutating func makeID(_ request: Request) -> Int {
        defer { nextID += 1 }
        requests[nextID] = request
        return nextID
    }

    private mutating func fail(_ reason: String) -> [Output] {
        phase = .failed
        return [.failed(reason)]
    }

    // MARK: Calls

    /// Once it is ready. The id comes back with the call's end.
    mutating func call(_ tool: String, _ arguments: JSONObject) -> (id: Int, line: [UInt8]) {
        let id = makeID(.call)
        let params: JSONObject = ["name": .string(tool), "arguments": .object(arguments)]
        return (id, writer.request(id, "tools/call", params, progressToken: id))
    }

    /// nil where the call is over.
    mutating func cancel(_ id: Int) -> [UInt8]? {
        guard requests.removeValue(forKey: id) != nil else { return nil }
        return writer.notification(
            "notifications/cancelled", ["requestId": .number(JSONNumber(id)), "reason": "cancelled by the client"])
    }

    /// A question that every server that lives answers, be it by an error.
    mutating func ping() -> [UInt8] {
        writer.request(makeID(.ping), "ping")
    }

    // MARK: Messages

    /// Of a message that is longer than `limit` bytes only the ends are known. Where it is the answer of a request, that one
    /// fails.
    mutating func receiveTooLong(start: [UInt8], end: [UInt8], limit: Int) -> [Output] {
        guard phase != .failed else { return [] }
        let size = "more than \(limit >> 20) MiB"
        let warning = Output.log(level: "warning", "a message of \(size) is passed over")
        guard let id = MCPMessageID.number(ofAnswerFrom: start, to: end) else { return [warning] }
        let error: JSONValue = ["message": .string("the answer has \(size), which is too much; ask for less")]
        return [warning] + receive(["id": .number(JSONNumber(id)), "error": error])
    }

    mutating func receive(_ line: [UInt8]) -> [Output] {
        guard phase != .failed else { return [] }
        guard let message = try? JSONParser.parse(line) else {
            let start = String(decoding: line.prefix(Self.maximumQuotedBytes), as: UTF8.self)
            return [.log(level: "warning", "it wrote what is no message: \(start)")]
        }
        // Revision 2025-03-26 knows batches.
        if let batch = message.array { return batch.flatMap { receive($0) } }
        return receive(message)
    }

    private mutating func receive(_ message: JSONValue) -> [Output] {
        if let method = message["method"]?.string {
            guard let id = message["id"], !id.isNull else {
                return receiveNotification(method, message["params"] ?? [:])
            }
            // Of the newest revision servers ask nothing.
            if method == "ping" { return [.send(writer.answer(id, [:]))] }
            return writer.isStateless ? [] : [.send(writer.refusal(id, method: method))]
        }
        guard let id = MCPMessageID.number(message["id"]), let request = requests.removeValue(forKey: id) else {
            return []
        }
        let result = message["result"]
        var error = message["error"]
        if result == nil, error == nil { error = ["message": "the answer has neither result nor error"] }
        switch request {
        case .discover: return receiveDiscovery(result, error)
        case .initialize: return receiveInitialization(result, error)
        case .setLevel, .listen, .ping: return []
        case .list:
            // A page of a list that was given up.
            guard id == listRequestID else { return [] }
            return receiveTools(result, error)
        case .call:
            if let error { return [.callEnded(id, MCPContent.output(ofError: error))] }
            return [.callEnded(id, MCPContent.output(of: result ?? [:]))]
        }
    }

    private mutating func receiveNotification(_ method: String, _ params: JSONValue) -> [Output] {
        switch method {
        case "notifications/progress":
            guard let id = MCPMessageID.number(params["progressToken"]), requests[id] == .call else { return [] }
            return [.progress(id)]
        case "notifications/message":
            let data = params["data"].map { $0.string ?? $0.jsonText } ?? ""
            let logger = params["logger"]?.string.map { "\($0): " } ?? ""
            return [.log(level: params["level"]?.string ?? "info", logger + data)]
        case "notifications/tools/list_changed":
            switch phase {
            case .ready where listRequestID == nil: return list()
            case .ready, .listing:
                mustListAgain = true
                return []
            case .new, .discovering, .initializing, .failed: return []
            }
        default: return []
        }
    }

    // MARK: Handshakes

    private mutating func receiveDiscovery(_ result: JSONValue?, _ error: JSONValue?) -> [Output] {
        // An answer after its time may still say that it speaks the newest revision.
        guard phase == .discovering || phase == .initializing else { return [] }
        let versions = result?["supportedVersions"]?.array?.compactMap(\.string) ?? Self.supportedVersions(error)
        if versions.contains(MCPRevision.stateless) { return becomeStateless(result?["capabilities"]) }
        guard phase == .discovering else { return [] }
        return initialize()
    }

    /// Those that an error names.
    private static func supportedVersions(_ error: JSONValue?) -> [String] {
        guard error?["code"]?.int == MCPRevision.unsupportedErrorCode else { return [] }
        return error?["data"]?["supported"]?.array?.compactMap(\.string) ?? []
    }

    /// - Parameter capabilities: nil where they are not known.
    private mutating func becomeStateless(_ capabilities: JSONValue?) -> [Output] {
        writer.isStateless = true
        var outputs: [Output] = []
        if capabilities == nil || capabilities?["tools"]?["listChanged"]?.bool == true {
            let params: JSONObject = ["notifications": ["toolsListChanged": true]]
            outputs.append(.send(writer.request(makeID(.listen), "subscriptions/listen", params)))
        }
        return outputs + list()
    }

    private mutating func receiveInitialization(_ result: JSONValue?, _ error: JSONValue?) -> [Output] {
        guard phase == .initializing else { return [] }
        if let error {
            if Self.supportedVersions(error).contains(MCPRevision.stateless) { return becomeStateless(nil) }
            return fail("it refuses `initialize`: \(error["message"]?.string ?? error.jsonText)")
        }
        let version = result?["protocolVersion"]?.string ?? ""
        guard MCPRevision.withHandshake.contains(version) else {
            return fail(
                "it speaks revision \(version.prefix(40)) of the protocol; known are \(MCPRevision.stateless) and "
                    + MCPRevision.withHandshake.joined(separator: ", "))
        }
        var outputs: [Output] = [.send(writer.notification("notifications/initialized"))]
        let capabilities = result?["capabilities"] ?? [:]
        if capabilities["logging"] != nil {
            let params: JSONObject = ["level": .string(writer.logLevel)]
            outputs.append(.send(writer.request(makeID(.setLevel), "logging/setLevel", params)))
        }
        guard capabilities["tools"] != nil else {
            phase = .ready
            return outputs + [.tools([])]
        }
        return outputs + list()
    }

    // MARK: Tools

    private mutating func list() -> [Output] {
        if phase != .ready { phase = .listing }
        listed = []
        leftOutCount = 0
        pageCount = 0
        mustListAgain = false
        return requestPage(nil)
    }

    private mutating func requestPage(_ cursor: String?) -> [Output] {
        self.cursor = cursor
        let id = makeID(.list)
        listRequestID = id
        let params: JSONObject = cursor.map { ["cursor": .string($0)] } ?? [:]
        return [.send(writer.request(id, "tools/list", params)), .startTimer]
    }

    private mutating func receiveTools(_ result: JSONValue?, _ error: JSONValue?) -> [Output] {
        guard let values = result?["tools"]?.array, error == nil else {
            return listingFailed(error?["message"]?.string ?? "the answer has none")
        }
        var outputs: [Output] = []
        for value in values {
            guard listed.count + leftOutCount < Self.maximumTools else {
                outputs.append(.log(level: "warning", "more than \(Self.maximumTools) tools; the rest is left out"))
                break
            }
            do throws(MCPToolDescription.Fault) {
                let tool = try MCPToolDescription(value)
                if listed.contains(where: { $0.name == tool.name }) {
                    throw MCPToolDescription.Fault("it has another tool of this name", name: tool.name)
                }
                listed.append(tool)
            } catch {
                leftOutCount += 1
                outputs.append(.log(level: "warning", "\(error)"))
            }
        }
        pageCount += 1
        // One that names the page it is on would go on for ever.
        if let next = result?["nextCursor"]?.string, next != cursor, pageCount < Self.maximumPages,
            listed.count + leftOutCount < Self.maximumTools
        {
            return outputs + requestPage(next)
        }
        phase = .ready
        return outputs + [.tools(listed)] + listingEnded()
    }

    /// Once it is ready, the tools that are known go on to be used.
    private mutating func listingFailed(_ reason: String) -> [Output] {
        let sentence = "it does not tell its tools: \(reason)"
        guard phase == .ready else { return fail(sentence) }
        return [.log(level: "warning", sentence)] + listingEnded()
    }

    private mutating func listingEnded() -> [Output] {
        if let id = listRequestID { requests[id] = nil }
        listRequestID = nil
        return mustListAgain ? list() : []
    }
}
