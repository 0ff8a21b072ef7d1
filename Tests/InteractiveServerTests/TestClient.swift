import EventLoops
import HTTP1
import InteractiveClient
import JSON
import Synchronization
import Testing

/// A client that speaks raw JSON over a real WebSocket, so that tests see what any client sees.
final class TestClient: Sendable {
    let transport: WebSocketTransport
    private let inbox: Inbox<TransportEvent>
    private let nextID = Atomic(1)
    /// Notifications that came while an answer was awaited.
    private let setAside = Mutex<[JSONValue]>([])

    private init(transport: WebSocketTransport, inbox: Inbox<TransportEvent>) {
        self.transport = transport
        self.inbox = inbox
    }

    static func connect(
        to server: TestServer, options: WebSocketTransport.Options = WebSocketTransport.Options()
    ) async throws -> TestClient {
        let inbox = Inbox<TransportEvent>()
        let transport = await WebSocketTransport.open(
            try HTTPURL("ws://\(server.address)/ws"), options: options, loop: TestServer.clientLoop,
            onEvent: { inbox.put($0) })
        let client = TestClient(transport: transport, inbox: inbox)
        let first = await inbox.next()
        guard first == .opened else { throw TestFailure("not connected: \(String(describing: first))") }
        return client
    }

    func send(_ value: JSONValue) {
        transport.send(value.encoded())
    }

    func send(text: String) {
        transport.send(Array(text.utf8))
    }

    /// The next message of the server, whatever it is.
    func nextMessage() async throws -> JSONValue {
        let waiting = setAside.withLock { waiting -> JSONValue? in
            waiting.isEmpty ? Optional.none : waiting.removeFirst()
        }
        if let waiting { return waiting }
        return try await receive()
    }

    private func receive() async throws -> JSONValue {
        switch await inbox.next() {
        case .message(let bytes): return try JSONParser.parse(bytes)
        case let other: throw TestFailure("a message was awaited, this came: \(String(describing: other))")
        }
    }

    /// How the connection ended, once it has; messages before are passed over.
    func closure() async throws -> (code: UInt16?, reason: String) {
        while true {
            switch await inbox.next() {
            case .closed(let code, let reason): return (code, reason)
            case nil: throw TestFailure("the test was cancelled")
            default: continue
            }
        }
    }

    /// Calls a method; the whole response. Notifications that come before it are kept for ``nextMessage()``.
    func response(to method: String, _ params: JSONValue? = nil) async throws -> JSONValue {
        let id = JSONValue.number(JSONNumber(nextID.wrappingAdd(1, ordering: .relaxed).oldValue))
        var request: JSONObject = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
        request["params"] = params
        send(.object(request))
        while true {
            let message = try await receive()
            if message["id"] == id { return message }
            setAside.withLock { $0.append(message) }
        }
    }

    /// Calls a method that must succeed; its result.
    func call(_ method: String, _ params: JSONValue? = nil) async throws -> JSONValue {
        let response = try await response(to: method, params)
        guard let result = response["result"] else { throw TestFailure("\(method): \(response.jsonText)") }
        return result
    }

    /// Calls a method that must fail; its error.
    func error(of method: String, _ params: JSONValue? = nil) async throws -> JSONValue {
        let response = try await response(to: method, params)
        guard let error = response["error"] else { throw TestFailure("\(method) succeeded: \(response.jsonText)") }
        return error
    }

    /// The next notification, which must be of that method; its params.
    func notification(_ method: String) async throws -> JSONValue {
        let message = try await nextMessage()
        guard message["method"]?.string == method, let params = message["params"] else {
            throw TestFailure("\(method) was awaited, this came: \(message.jsonText)")
        }
        return params
    }

    // MARK: Sessions

    /// Starts a session and takes its first status; the id.
    func startSession(_ sessionParams: JSONValue? = nil, userID: String = "user") async throws -> String {
        try await startSessionResult(sessionParams, userID: userID).sessionID
    }

    func startSessionResult(
        _ sessionParams: JSONValue? = nil, userID: String = "user"
    ) async throws -> (sessionID: String, resumeToken: String) {
        var params: JSONObject = ["userId": .string(userID)]
        params["sessionParams"] = sessionParams
        let result = try await call("startSession", .object(params))
        _ = try await notification("SessionStatusNotification")
        return (try #require(result["sessionId"]?.string), try #require(result["resumeToken"]?.string))
    }

    /// Sends a user message; its id.
    func say(_ text: String, in sessionID: String) async throws -> String {
        let result = try await call("sendUserMessage", ["sessionId": .string(sessionID), "message": .string(text)])
        return try #require(result["messageId"]?.string)
    }

    /// All chunks until the final one, joined.
    func answer() async throws -> String {
        var text = ""
        while true {
            let params = try await notification("AIMessageChunkNotification")
            let chunk = try #require(params["chunk"]?.string)
            guard params["isFinal"]?.bool == true else {
                text += chunk
                continue
            }
            #expect(chunk == "")
            return text
        }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Values that a loop hands to a waiting test, in order.
final class Inbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func put(_ element: Element) { continuation.yield(element) }

    /// nil where the test was cancelled meanwhile.
    func next() async -> Element? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}
