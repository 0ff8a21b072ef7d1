package import EventLoops
package import HTTP1
import TLS
import WebSocket
import WebSocketConnections

/// A WebSocket to a server, on an event loop. Thread-safe; events are told on the loop.
package final class WebSocketTransport: MessageTransport {
    package struct Options: Sendable {
        /// Sent as a bearer token.
        package var token: String?
        /// One message of the server.
        package var maximumMessageBytes: Int
        /// Nanoseconds until the server must have accepted.
        package var handshakeTimeout: UInt64
        /// Further header fields of the handshake.
        package var headers: HTTPHeaders

        package init(
            token: String? = nil, maximumMessageBytes: Int = 16 << 20,
            handshakeTimeout: UInt64 = WebSocketConnector.defaultTimeoutNanoseconds,
            headers: HTTPHeaders = HTTPHeaders()
        ) {
            self.token = token
            self.maximumMessageBytes = maximumMessageBytes
            self.handshakeTimeout = handshakeTimeout
            self.headers = headers
        }
    }

    private let socket: LoopBound<ClientSocket>

    private init(socket: LoopBound<ClientSocket>) {
        self.socket = socket
    }

    /// Begins to connect; `onEvent` hears how that goes on, on the loop.
    ///
    /// - Parameter calls: look up the name and read the certificates, which may take seconds.
    package static func open(
        _ url: HTTPURL, options: Options = Options(), loop: EventLoop, calls: BlockingCalls = .shared,
        onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) async -> WebSocketTransport {
        let place = await Place.find(url, calls)
        return await withCheckedContinuation { continuation in
            loop.submit {
                let socket = ClientSocket(url: url, onEvent: onEvent)
                socket.connect(to: place, options: options, loop: loop)
                continuation.resume(returning: WebSocketTransport(socket: LoopBound(socket, loop: loop)))
            }
        }
    }

    package func send(_ message: [UInt8]) {
        socket.submit { $0.connection?.sendText(message) }
    }

    package func close() {
        socket.submit { $0.connection?.close(.normalClosure) }
    }

    /// Breaks the connection without a word, as a failing network does.
    package func abort() {
        socket.submit { $0.abort() }
    }

    /// Stops reading, as a client does that is too slow.
    package func pauseReading() {
        socket.submit { $0.connection?.channel.pauseReading() }
    }
}

/// Where a connection goes to, and whose certificates are believed there.
private struct Place: Sendable {
    /// nil: there is no such host.
    var address: SocketAddress?
    /// With `wss`.
    var tls: Result<TLSContext, TLSError>?

    /// nil where there is no thread to find it on: a task's is not to be held up.
    static func find(_ url: HTTPURL, _ calls: BlockingCalls) async -> Place? {
        await withCheckedContinuation { continuation in
            let isTaken = calls.run {
                let address = SocketAddress.resolve(host: url.host, port: UInt16(clamping: url.port))
                let tls =
                    url.scheme.isSecure ? Result { () throws(TLSError) in try TLSContext.shared(for: .ofProcess) } : nil
                continuation.resume(returning: Place(address: address, tls: tls))
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }
}

/// The connection on its loop, and the events that it causes.
private final class ClientSocket: WebSocketConnectionDelegate {
    private let url: HTTPURL
    private let onEvent: @Sendable (TransportEvent) -> Void
    private(set) var connection: WebSocketConnection?

    init(url: HTTPURL, onEvent: @escaping @Sendable (TransportEvent) -> Void) {
        self.url = url
        self.onEvent = onEvent
    }

    func connect(to place: Place?, options: WebSocketTransport.Options, loop: EventLoop) {
        guard let place else { return end("too many names are being looked up, or there is no thread for it") }
        guard let address = place.address else { return end("there is no host \(url.host)") }
        if case .failure(let error)? = place.tls { return end(error.detail) }
        var headers = options.headers
        if let token = options.token { headers.add("Authorization", "Bearer \(token)") }
        WebSocketConnector(
            loop: loop, address: address, url: url, headers: headers, tls: try? place.tls?.get(),
            limits: WebSocketConnectionLimits(
                messages: WebSocketLimits(maximumMessageBytes: options.maximumMessageBytes)),
            timeoutNanoseconds: options.handshakeTimeout
        ) { result in
            switch result {
            case .success(let connection):
                self.connection = connection
                connection.delegate = self
                self.onEvent(.opened)
            case .failure(let error):
                self.end(error.description(place: "\(self.url.host):\(self.url.port)"))
            }
        }
    }

    func abort() {
        connection?.abort()
        end("aborted")
    }

    private func end(_ reason: String, code: UInt16? = nil) {
        connection = nil
        onEvent(.closed(code: code, reason: reason))
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        onEvent(.message(message))
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {
        connection.close(.unsupportedData, reason: "binary messages are not taken")
    }

    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}

    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        switch ending {
        case .closed(let code, let reason): end(reason, code: code?.rawValue)
        case .failed(_, let reason): end("the server broke the protocol: \(reason)")
        case .lost(let error?): end(error.detail ?? "the connection broke: \(error.message)")
        case .lost(nil): end("the connection ended")
        }
    }
}
