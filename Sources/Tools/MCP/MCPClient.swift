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
        /// Of the call with this number.
        case callEnded(Int, ToolOutput)
        case progress(Int)
        /// ``listingPauseEnded()`` is to be called after a moment, see ``MCPServer/listingPause``.
        case startListingPause
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

    private enum Request: Hashable {
        case discover, initialize, setLevel, list, listen, ping
        /// With the number that its caller gave it.
        case call(Int)
    }

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
    /// A list was read just now: a server that changes it all the time is not asked all the time.
    private var pausesListing = false
    /// The list changed while it was read, or since.
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

    /// Once it is ready. The number comes back with the call's end.
    mutating func call(_ number: Int, _ tool: String, _ arguments: JSONObject) -> [UInt8] {
        let id = makeID(.call(number))
        let params: JSONObject = ["name": .string(tool), "arguments": .object(arguments)]
        return writer.request(id, "tools/call", params, progressToken: id)
    }

    /// nil where the call is over.
    mutating func cancel(_ number: Int) -> [UInt8]? {
        guard let id = requests.first(where: { $0.value == .call(number) })?.key else { return nil }
        requests[id] = nil
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
        case .call(let number):
            if let error { return [.callEnded(number, MCPContent.output(ofError: error))] }
            return [.callEnded(number, MCPContent.output(of: result ?? [:]))]
        }
    }

    private mutating func receiveNotification(_ method: String, _ params: JSONValue) -> [Output] {
        switch method {
        case "notifications/progress":
            guard let id = MCPMessageID.number(params["progressToken"]), case .call(let number)? = requests[id] else {
                return []
            }
            return [.progress(number)]
        case "notifications/message":
            let data = params["data"].map { $0.string ?? $0.jsonText } ?? ""
            let logger = params["logger"]?.string.map { "\($0): " } ?? ""
            return [.log(level: params["level"]?.string ?? "info", logger + data)]
        case "notifications/tools/list_changed":
            switch phase {
            case .ready where listRequestID == nil && !pausesListing: return list()
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
        let room = Self.maximumTools - listed.count - leftOutCount
        for value in values.prefix(room) {
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
        let next = result?["nextCursor"]?.string.flatMap { $0 == cursor ? nil : $0 }
        if let next, pageCount < Self.maximumPages, values.count < room { return outputs + requestPage(next) }
        if next != nil || values.count > room {
            let most = "\(Self.maximumTools) tools or \(Self.maximumPages) pages"
            outputs.append(.log(level: "warning", "it has more than \(most); the rest is left out"))
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
        pausesListing = true
        return [.startListingPause]
    }

    mutating func listingPauseEnded() -> [Output] {
        pausesListing = false
        return mustListAgain && phase == .ready ? list() : []
    }
}
