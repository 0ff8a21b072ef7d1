import EventLoops
import HTTP1
import Testing
import WebSocket
import WebSocketConnections
import Wire

/// Runs a test's body with a loop of its own.
func withLoop(_ name: String = #function, _ body: (EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop(name: name)
    try loop.start()
    defer { loop.stop() }
    try await body(loop)
}

extension EventLoop {
    /// Runs `body` on the loop and returns what it makes.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// Values that a loop hands to a waiting test, in order.
final class Inbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func put(_ element: Element) { continuation.yield(element) }

    /// Nil where the test was cancelled meanwhile.
    func next() async -> Element? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

// MARK: - Ends of a connection

/// What a WebSocket connection told.
enum Told: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
    case pong([UInt8])
    case drained
    case ended(WebSocketEnding)
}

/// Writes down what a connection tells.
final class Recorder: WebSocketConnectionDelegate {
    let inbox: Inbox<Told>

    init(_ inbox: Inbox<Told>) {
        self.inbox = inbox
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        inbox.put(.text(String(decoding: message, as: UTF8.self)))
    }
    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) { inbox.put(.binary(message)) }
    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) { inbox.put(.pong(payload)) }
    func connectionDrained(_ connection: WebSocketConnection) { inbox.put(.drained) }
    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) { inbox.put(.ended(ending)) }
}

/// One end under test, and what it told.
struct End: Sendable {
    let connection: LoopBound<WebSocketConnection>
    let told: Inbox<Told>

    func submit(_ body: @escaping @Sendable (WebSocketConnection) -> Void) { connection.submit(body) }
}

/// The other end as plain TCP, which may send whatever it likes.
struct RawPeer: Sendable {
    enum Event: Sendable, Equatable {
        case connected
        case received([UInt8])
        case endOfInput
        case failed(SystemError)
    }

    private final class Delegate: TCPChannelDelegate {
        let inbox: Inbox<Event>

        init(_ inbox: Inbox<Event>) {
            self.inbox = inbox
        }

        func channelConnected(_ channel: TCPChannel) { inbox.put(.connected) }
        func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
            inbox.put(.received(Array(bytes)))
        }
        func channelReceivedEndOfInput(_ channel: TCPChannel) { inbox.put(.endOfInput) }
        func channelDrained(_ channel: TCPChannel) {}
        func channel(_ channel: TCPChannel, failed error: SystemError) { inbox.put(.failed(error)) }
    }

    let channel: LoopBound<TCPChannel>
    let inbox = Inbox<Event>()

    init(on loop: EventLoop, connectingTo address: SocketAddress) async throws {
        let inbox = inbox
        channel = try await loop.run {
            LoopBound(try TCPChannel(loop: loop, connectingTo: address, delegate: Delegate(inbox)), loop: loop)
        }
        #expect(await inbox.next() == .connected)
    }

    /// On the loop.
    init(on loop: EventLoop, adopting descriptor: Int32) throws {
        channel = LoopBound(
            try TCPChannel(loop: loop, adopting: descriptor, delegate: Delegate(inbox)), loop: loop)
    }

    func send(_ bytes: [UInt8]) { channel.submit { $0.write(bytes) } }
    func send(_ text: String) { send(Array(text.utf8)) }

    /// Everything up to the peer's end of output, and how that came.
    func rest() async -> (bytes: [UInt8], last: Event?) {
        var bytes: [UInt8] = []
        while let event = await inbox.next() {
            guard case .received(let piece) = event else { return (bytes, event) }
            bytes += piece
        }
        return (bytes, nil)
    }

    /// The next bytes, `count` of them; fewer where the connection ends before.
    func receive(_ count: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, case .received(let piece)? = await inbox.next() { bytes += piece }
        return bytes
    }

    /// A whole HTTP head as text.
    func receiveHead() async -> String {
        var bytes: [UInt8] = []
        while !String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\r\n"),
            case .received(let piece)? = await inbox.next()
        { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }
}

// MARK: - Making connections

extension EventLoop {
    /// A time limit that must not fire, however busy the machine is.
    static let patience: UInt64 = 120_000_000_000

    /// A port of the loop's where every connection goes to `onAccept`.
    func listen(_ onAccept: @escaping @Sendable (Int32) -> Void) async throws -> SocketAddress {
        try await run {
            let anyPort = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            let listener = try TCPListener(loop: self, address: anyPort, onAccept: onAccept)
            try listener.start()
            return listener.address
        }
    }

    /// A port whose connections, once their handshake is done, come out of the inbox.
    func listenForWebSockets(
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits(),
        handshakeNanoseconds: UInt64 = EventLoop.patience
    ) async throws -> (SocketAddress, Inbox<End>) {
        let ends = Inbox<End>()
        let address = try await listen { descriptor in
            _ = try? WebSocketAcceptor(
                loop: self, adopting: descriptor, limits: limits, timeoutNanoseconds: handshakeNanoseconds
            ) { connection, _ in
                let told = Inbox<Told>()
                connection.delegate = Recorder(told)
                ends.put(End(connection: LoopBound(connection, loop: self), told: told))
            }
        }
        return (address, ends)
    }

    /// Connects our client.
    func connect(
        to address: SocketAddress, limits: WebSocketConnectionLimits = WebSocketConnectionLimits(),
        timeoutNanoseconds: UInt64 = EventLoop.patience
    ) async throws -> Result<End, WebSocketConnectError> {
        let result = Inbox<Result<End, WebSocketConnectError>>()
        let url = try HTTPURL("ws://\(address)/chat")
        submit {
            WebSocketConnector(
                loop: self, address: address, url: url, limits: limits, timeoutNanoseconds: timeoutNanoseconds
            ) { connection in
                let told = Inbox<Told>()
                result.put(
                    connection.map { connection in
                        connection.delegate = Recorder(told)
                        return End(connection: LoopBound(connection, loop: self), told: told)
                    })
            }
        }
        return try #require(await result.next())
    }

    /// Our client and our server, connected.
    func pair(
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits()
    ) async throws -> (client: End, server: End) {
        let (address, ends) = try await listenForWebSockets(limits: limits)
        let client = try await connect(to: address, limits: limits).get()
        return (client, try #require(await ends.next()))
    }

    /// Our server with a raw client whose handshake is done.
    func rawClient(
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits()
    ) async throws -> (client: RawPeer, server: End) {
        let (address, ends) = try await listenForWebSockets(limits: limits)
        let client = try await RawPeer(on: self, connectingTo: address)
        client.send(handshake)
        let head = await client.receiveHead()
        try #require(head.hasPrefix("HTTP/1.1 101 "))
        return (client, try #require(await ends.next()))
    }
}

let handshake = """
    GET /chat HTTP/1.1\r
    Host: localhost\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    Sec-WebSocket-Version: 13\r
    \r

    """

/// A server's answer to a client's request.
func acceptance(of request: String) throws -> String {
    var decoder = HTTPRequestDecoder()
    var offset = 0
    let event = try Array(request.utf8).withUnsafeBytes { try decoder.next(in: $0, at: &offset) }
    guard case .head(let head)? = event else { return "" }
    let fields = try WebSocketHandshake.validate(head).response().headers.fields
    return "HTTP/1.1 101 Yes\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
}

/// A frame as a client sends it; `isMasked: false` as a server does.
func frame(_ opcode: Opcode, _ payload: [UInt8] = [], isMasked: Bool = true) -> [UInt8] {
    let key = isMasked ? MaskingKey(bits: 0x1234_5678) : nil
    var queue = ByteQueue()
    payload.withUnsafeBytes {
        queue.append(frame: FrameHeader(opcode: opcode, maskingKey: key, payloadLength: payload.count), $0)
    }
    return queue.bytes
}
