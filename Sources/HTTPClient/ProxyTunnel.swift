import EventLoops
import HTTP1
import Wire

/// Has a proxy open a tunnel to a server (CONNECT, RFC 9110 §9.3.6).
final class ProxyTunnel {
    private let channel: TCPChannel
    private let proxy: Proxy
    private let origin: Origin
    private var decoder: HTTPResponseDecoder
    private var completion: ((Result<TCPChannel, HTTPTransportError>) -> Void)?

    /// Takes over a connection to the proxy.
    init(
        channel: TCPChannel, proxy: Proxy, origin: Origin, limits: HTTPLimits,
        completion: @escaping (Result<TCPChannel, HTTPTransportError>) -> Void
    ) {
        self.channel = channel
        self.proxy = proxy
        self.origin = origin
        self.completion = completion
        decoder = HTTPResponseDecoder(limits: limits)
    }

    func start() {
        channel.delegate = self
        var head = RequestHead(method: "CONNECT", target: "\(origin)")
        head.headers.add("Host", "\(origin)")
        if let authorization = proxy.authorization { head.headers.add("Proxy-Authorization", authorization) }
        decoder.expectResponse(to: head.method)
        var failure: HTTPHeadError?
        channel.withOutbound { output in
            do throws(HTTPHeadError) { try head.append(to: &output) } catch { failure = error }
        }
        if let failure { fail(failure.detail) }
    }

    /// Nothing follows.
    func cancel() {
        completion = nil
        channel.close()
    }

    private func finish(_ result: Result<TCPChannel, HTTPTransportError>) {
        let completion = completion
        self.completion = nil
        if case .failure = result { channel.close() }
        completion?(result)
    }

    private func fail(_ message: String) {
        finish(.failure(TransportFailure.proxyBroken(proxy, origin, message)))
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws(HTTPParseError) {
        var offset = 0
        while let event = try decoder.next(in: bytes, at: &offset) {
            switch event {
            case .head(let head):
                guard (200..<300).contains(head.status) else {
                    return finish(.failure(TransportFailure.proxyRefused(proxy, origin, head)))
                }
            case .body:
                continue
            case .end:
                // The server behind the proxy waits for our first word.
                guard offset == bytes.count else { return fail("it sent data before it was asked") }
                return finish(.success(channel))
            }
        }
    }
}

extension ProxyTunnel: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {}
    func channelDrained(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        do throws(HTTPParseError) {
            try take(bytes)
        } catch {
            // The decoder's sentence, which ends our own.
            fail(String(error.detail.dropLast(error.detail.hasSuffix(".") ? 1 : 0)))
        }
    }

    func channelReceivedEndOfInput(_ channel: TCPChannel) {
        fail("it closed the connection")
    }

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        fail(error.message)
    }
}
