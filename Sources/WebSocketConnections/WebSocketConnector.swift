package import EventLoops
package import HTTP1
package import TLS
import WebSocket

/// Why no WebSocket connection came to be.
package enum WebSocketConnectError: Error, Sendable, Hashable {
    /// TCP could not be opened, or broke within the handshake.
    case tcp(SystemError)
    /// There is no TLS with this server.
    case tls(TLSError)
    /// The server closed the connection within the handshake.
    case ended
    /// The server's answer is no HTTP.
    case malformed(HTTPParseError)
    /// The server's answer is no acceptance.
    case refused(WebSocketHandshake.Refusal)
    /// The request cannot be written as asked.
    case invalidRequest(HTTPHeadError)
    /// The time for connecting and shaking hands is over.
    case timedOut
}

/// Opens a client connection: TCP, TLS where the URL is `wss`, then the handshake of RFC 6455 §4.1. On the loop.
package final class WebSocketConnector {
    package typealias Completion = (Result<WebSocketConnection, WebSocketConnectError>) -> Void

    /// From the start to the server's acceptance.
    package static let defaultTimeoutNanoseconds: UInt64 = 10_000_000_000

    private let loop: EventLoop
    private let url: HTTPURL
    private let headers: HTTPHeaders
    private let limits: WebSocketConnectionLimits
    private let key: String
    private var decoder = HTTPResponseDecoder()
    private var response: ResponseHead?
    private var channel: TCPChannel?
    private var tls: TLSFilter?
    private var timer: TimerID?
    /// Nil once it was called.
    private var completion: Completion?

    /// Starts to connect. `completion` is called once, on the loop, not within this call; the connection's delegate is to
    /// be set in it, as the server's first messages may follow at once.
    ///
    /// - Parameters:
    ///   - address: where to; `url` says only what is asked for there.
    ///   - headers: further fields of the request.
    ///   - tls: for `wss`: whose certificates are believed.
    @discardableResult
    package init(
        loop: EventLoop, address: SocketAddress, url: HTTPURL, headers: HTTPHeaders = HTTPHeaders(),
        tls context: TLSContext? = nil,
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits(),
        timeoutNanoseconds: UInt64 = defaultTimeoutNanoseconds, completion: @escaping Completion
    ) {
        self.url = url
        self.headers = headers
        self.limits = limits
        self.completion = completion
        var random = SystemRandomNumberGenerator()
        key = WebSocketHandshake.key(of: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        decoder.expectResponse(to: "GET")
        self.loop = loop
        do throws(WebSocketConnectError) {
            try connect(to: address, context)
            timer = loop.schedule(after: timeoutNanoseconds) { self.fail(.timedOut) }
        } catch {
            timer = loop.schedule(after: 0) { self.fail(error) }
        }
    }

    private func connect(to address: SocketAddress, _ context: TLSContext?) throws(WebSocketConnectError) {
        if url.scheme.isSecure {
            guard let context else {
                throw .tls(TLSError(kind: .trustUnusable, detail: "No certificates are believed."))
            }
            do throws(TLSError) {
                tls = try TLSFilter(context: context, host: url.host, port: UInt16(clamping: url.port))
            } catch {
                throw .tls(error)
            }
        }
        do throws(SystemError) {
            channel = try TCPChannel(loop: loop, connectingTo: address, filter: tls, delegate: self)
        } catch {
            throw .tcp(error)
        }
    }

    private func fail(_ error: WebSocketConnectError) {
        channel?.close()
        finish(.failure(error))
    }

    private func finish(_ result: Result<WebSocketConnection, WebSocketConnectError>) {
        if let timer { loop.cancel(timer) }
        channel = nil
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    /// Nil while more is to come.
    private func readResponse(
        in bytes: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> ResponseHead? {
        while let event = try decoder.next(in: bytes, at: &offset) {
            switch event {
            case .head(let head):
                response = head
                // A refusal is known by its head: nobody reads its body.
                if head.status != 101 { return head }
            case .end: return response
            case .body: break
            }
        }
        return nil
    }
}

extension WebSocketConnector: TCPChannelDelegate {
    package func channelConnected(_ channel: TCPChannel) {
        let request = WebSocketHandshake.request(to: url, key: key, headers: headers)
        var failure: HTTPHeadError?
        channel.withOutbound { queue in
            do throws(HTTPHeadError) { try request.append(to: &queue) } catch { failure = error }
        }
        if let failure { fail(.invalidRequest(failure)) }
    }

    package func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        var offset = 0
        let answer: ResponseHead?
        do { answer = try readResponse(in: bytes, at: &offset) } catch { return fail(.malformed(error)) }
        guard let answer else { return }
        do { _ = try WebSocketHandshake.validate(answer, key: key) } catch { return fail(.refused(error)) }
        var random = SystemRandomNumberGenerator()
        let role = WebSocketProtocol.Role.client(MaskingKeyGenerator(using: &random))
        let connection = WebSocketConnection(channel: channel, role: role, limits: limits)
        finish(.success(connection))
        connection.receive(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
    }

    package func channelReceivedEndOfInput(_ channel: TCPChannel) {
        fail(.ended)
    }

    package func channelDrained(_ channel: TCPChannel) {}

    package func channel(_ channel: TCPChannel, failed error: SystemError) {
        fail(tls?.failure.map { .tls($0) } ?? .tcp(error))
    }
}
