package import EventLoops
package import HTTP1
import WebSocket
import Wire

/// A WebSocket to a server, on an event loop. Thread-safe; events are told on the loop.
package final class WebSocketTransport: MessageTransport {
    package struct Options: Sendable {
        /// Sent as a bearer token.
        package var token: String?
        package var maximumMessageBytes: Int
        /// Nanoseconds until the server must have accepted.
        package var handshakeTimeout: UInt64

        package init(
            token: String? = nil, maximumMessageBytes: Int = 16 << 20, handshakeTimeout: UInt64 = 10_000_000_000
        ) {
            self.token = token
            self.maximumMessageBytes = maximumMessageBytes
            self.handshakeTimeout = handshakeTimeout
        }
    }

    private let loop: EventLoop
    private let socket: LoopBound<ClientSocket>

    private init(loop: EventLoop, socket: LoopBound<ClientSocket>) {
        self.loop = loop
        self.socket = socket
    }

    /// Begins to connect; `onEvent` hears how that goes on, on the loop.
    package static func open(
        _ url: HTTPURL, options: Options = Options(), loop: EventLoop,
        onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) async -> WebSocketTransport {
        // The name is looked up here, off the loop.
        let address = SocketAddress.resolve(host: url.host, port: UInt16(clamping: url.port))
        return await withCheckedContinuation { continuation in
            loop.submit {
                let socket = ClientSocket(url: url, options: options, loop: loop, onEvent: onEvent)
                socket.connect(to: address)
                continuation.resume(
                    returning: WebSocketTransport(loop: loop, socket: LoopBound(socket, loop: loop)))
            }
        }
    }

    package func send(_ message: [UInt8]) {
        socket.submit { $0.send(message) }
    }

    package func close() {
        socket.submit { $0.close(.normalClosure, reason: "") }
    }

    /// Drops the connection without a word, as a failing network does.
    package func drop() {
        socket.submit { $0.drop() }
    }

    /// Stops reading, as a client does that is too slow; for tests of slow readers.
    package func pauseReading() {
        socket.submit { $0.pauseReading() }
    }
}

/// The connection itself, on its loop.
///
///     connecting ──▶ handshake ──▶ open ── close frame sent ──▶ closing ──▶ closed
private final class ClientSocket {
    private enum Phase { case connecting, handshake, open, closing, closed }

    /// How long the server may take to end the connection after the close frames (RFC 6455 §7.1.1).
    private static let closingNanoseconds: UInt64 = 2_000_000_000

    private let url: HTTPURL
    private let options: WebSocketTransport.Options
    private let loop: EventLoop
    private let onEvent: @Sendable (TransportEvent) -> Void
    private let key: String
    private var phase = Phase.connecting
    private var channel: TCPChannel?
    private var decoder = HTTPResponseDecoder()
    private var webSocket: WebSocketProtocol
    private var timer: TimerID?
    private var peerClose: (code: UInt16?, reason: String)?

    init(
        url: HTTPURL, options: WebSocketTransport.Options, loop: EventLoop,
        onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) {
        self.url = url
        self.options = options
        self.loop = loop
        self.onEvent = onEvent
        var random = SystemRandomNumberGenerator()
        key = WebSocketHandshake.key(of: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        webSocket = WebSocketProtocol(
            role: .client(MaskingKeyGenerator(using: &random)),
            limits: WebSocketLimits(maximumMessageBytes: options.maximumMessageBytes))
    }

    // MARK: Connecting

    func connect(to address: SocketAddress?) {
        guard url.scheme == .ws else {
            return end("\(url.scheme.rawValue) is not spoken here: use a ws:// URL")
        }
        guard let address else { return end("\(url.host): no such host") }
        do {
            channel = try TCPChannel(loop: loop, connectingTo: address, delegate: self)
        } catch {
            return end("cannot connect to \(address): \(error.message)")
        }
        timer = loop.schedule(after: options.handshakeTimeout) { [weak self] in
            self?.end("no answer to the WebSocket handshake in time")
        }
    }

    private func sendHandshake() {
        phase = .handshake
        decoder.expectResponse(to: "GET")
        var headers = HTTPHeaders()
        if let token = options.token { headers.add("Authorization", "Bearer \(token)") }
        let request = WebSocketHandshake.request(to: url, key: key, headers: headers)
        var failed = false
        channel?.withOutbound { queue in
            do { try request.append(to: &queue) } catch { failed = true }
        }
        if failed { end("the token holds a character that no header may carry") }
    }

    private func readHandshake(_ input: UnsafeRawBufferPointer, at offset: inout Int) {
        do {
            while phase == .handshake, !decoder.hasSwitchedProtocols {
                guard let event = try decoder.next(in: input, at: &offset) else { return }
                if case .head(let head) = event {
                    do {
                        _ = try WebSocketHandshake.validate(head, key: key)
                    } catch {
                        return end(error.detail)
                    }
                }
            }
        } catch {
            return end("the server does not speak HTTP: \(error.detail)")
        }
        guard phase == .handshake else { return }
        phase = .open
        if let timer { loop.cancel(timer) }
        timer = nil
        onEvent(.opened)
    }

    // MARK: Open

    func send(_ message: [UInt8]) {
        guard phase == .open else { return }
        channel?.withOutbound { _ = webSocket.appendText(message, to: &$0) }
    }

    func pauseReading() {
        channel?.pauseReading()
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .text(let message):
            onEvent(.message(message))
        case .binary:
            close(.unsupportedData, reason: "binary messages are not taken")
        case .ping:
            channel?.withOutbound { webSocket.appendReply(to: event, to: &$0) }
        case .pong:
            break
        case .close(let code, let reason):
            peerClose = (code?.rawValue, reason)
            channel?.withOutbound { webSocket.appendReply(to: event, to: &$0) }
            startClosing()
        case .violation(let code, let reason):
            peerClose = (nil, "the server broke the protocol: \(reason)")
            close(code, reason: reason)
        }
    }

    // MARK: Closing

    func close(_ code: WebSocketCloseCode, reason: String) {
        guard phase == .open else { return end("closed before it was open") }
        channel?.withOutbound { webSocket.appendClose(code, reason: reason, to: &$0) }
        startClosing()
    }

    private func startClosing() {
        guard phase == .open else { return }
        phase = .closing
        timer = loop.schedule(after: Self.closingNanoseconds) { [weak self] in self?.end("") }
    }

    func drop() {
        channel?.reset()
        end("dropped")
    }

    private func end(_ reason: String) {
        guard phase != .closed else { return }
        phase = .closed
        if let timer { loop.cancel(timer) }
        timer = nil
        channel?.close()
        channel = nil
        onEvent(.closed(code: peerClose?.code, reason: peerClose?.reason ?? reason))
    }
}

extension ClientSocket: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {
        sendHandshake()
    }

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        var offset = 0
        if phase == .handshake { readHandshake(bytes, at: &offset) }
        while phase == .open || phase == .closing, let event = webSocket.next(in: bytes, at: &offset) { handle(event) }
    }

    func channelReceivedEndOfInput(_ channel: TCPChannel) {
        end(phase == .handshake ? "the server closed the connection during the handshake" : "the connection ended")
    }

    func channelDrained(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        let place = "\(url.host):\(url.port)"
        end(phase == .connecting ? "cannot connect to \(place): \(error.message)" : "the connection broke: \(error.message)")
    }
}
