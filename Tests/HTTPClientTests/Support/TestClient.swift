import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import TLS
import Testing

/// Values that a loop hands to a waiting test, in order.
final class Inbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func put(_ element: Element) { continuation.yield(element) }

    /// The next one. Fails where the test's time is over.
    func next() async throws -> Element {
        var iterator = stream.makeAsyncIterator()
        return try #require(await iterator.next())
    }
}

extension EventLoop {
    /// Runs `body` on the loop and returns what it makes.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Waits until `nanoseconds` have passed on the loop: for what must not happen meanwhile.
    func pass(_ nanoseconds: UInt64) async throws {
        let passed = Inbox<Void>()
        submit { self.schedule(after: nanoseconds) { passed.put(()) } }
        try await passed.next()
    }
}

/// What a receiver heard.
enum ResponseEvent: Sendable, Equatable {
    case head(ResponseHead)
    case body(String)
    case finished
    case failed(HTTPTransportError)
}

/// Writes down what it hears.
final class RecordingReceiver: HTTPResponseReceiver {
    let events: Inbox<ResponseEvent>
    private let onBody: (String) -> Void

    init(_ events: Inbox<ResponseEvent>, onBody: @escaping (String) -> Void = { _ in }) {
        self.events = events
        self.onBody = onBody
    }

    func received(head: ResponseHead) { events.put(.head(head)) }

    func received(body: UnsafeRawBufferPointer) {
        let text = String(decoding: body, as: UTF8.self)
        events.put(.body(text))
        onBody(text)
    }

    func finished() { events.put(.finished) }
    func failed(_ error: HTTPTransportError) { events.put(.failed(error)) }
}

/// A whole response.
struct Response: Sendable, Equatable {
    var status: Int
    var body: String
}

/// A request that a test has sent.
struct TestExchange: Sendable {
    let exchange: LoopBound<any HTTPExchange>
    let events: Inbox<ResponseEvent>

    /// Waits for the end of the response.
    func response() async throws -> Response {
        guard case .head(let head) = try await events.next() else {
            throw UnexpectedEvent(description: "no head came first")
        }
        var response = Response(status: head.status, body: "")
        while true {
            switch try await events.next() {
            case .body(let text): response.body += text
            case .finished: return response
            case let other: throw UnexpectedEvent(description: "\(other) after \(response.body.count) bytes")
            }
        }
    }

    /// Waits for the failure, passing over what came before it.
    func failure() async throws -> HTTPTransportError {
        while true {
            switch try await events.next() {
            case .failed(let error): return error
            case .finished: throw UnexpectedEvent(description: "it did not fail")
            case .head, .body: continue
            }
        }
    }
}

struct UnexpectedEvent: Error, CustomStringConvertible {
    var description: String
}

/// A reply with status 200.
func ok(_ body: String = "ok") -> [ScriptStep] {
    .reply(status: 200, body: Array(body.utf8))
}

/// An HTTP client on a loop of its own.
struct TestClient: Sendable {
    let loop: EventLoop
    let client: LoopBound<HTTPClient>

    /// Runs `body` with a client whose idle connections are closed after it.
    static func with<R>(
        limits: HTTPClientLimits = HTTPClientLimits(), proxies: ProxySettings = .none, trust: TLSTrust = TLSTrust(),
        names: NameLookUp = .system, _ body: (TestClient) async throws -> R
    ) async throws -> R {
        let loop = try EventLoop(name: "client")
        try loop.start()
        defer { loop.stop() }
        let client = try await loop.run {
            LoopBound(
                HTTPClient(loop: loop, limits: limits, proxies: proxies, trust: trust, names: names), loop: loop)
        }
        let result = try await body(TestClient(loop: loop, client: client))
        try await loop.run { client.value.closeIdleConnections() }
        return result
    }

    func send(_ request: HTTPRequestMessage) async throws -> TestExchange {
        try await loop.run { sendOnLoop(request) }
    }

    /// On the loop.
    func sendOnLoop(_ request: HTTPRequestMessage) -> TestExchange {
        let events = Inbox<ResponseEvent>()
        let exchange = client.value.send(request, receiver: RecordingReceiver(events))
        return TestExchange(exchange: LoopBound(exchange, loop: loop), events: events)
    }

    func get(_ url: String) async throws -> TestExchange {
        try await send(HTTPRequestMessage(method: "GET", url: url))
    }

    func post(_ url: String, _ body: String = "{}") async throws -> TestExchange {
        try await send(HTTPRequestMessage(method: "POST", url: url, body: Array(body.utf8)))
    }

    /// Connections, idle ones among them, waiting requests.
    func counts() async throws -> [Int] {
        try await loop.run {
            [client.value.connectionCount, client.value.idleConnectionCount, client.value.waitingRequestCount]
        }
    }
}
