import EventLoops
import HTTP1
import Synchronization
import Testing

/// A proxy that opens a tunnel for CONNECT, always to one port of this machine, and keeps the requests' heads.
final class RelayProxy: Sendable {
    let address: SocketAddress
    let heads = Inbox<RequestHead>()
    private let loop: EventLoop

    /// - Parameter answer: what it answers CONNECT with.
    init(to port: UInt16, answer: String = "HTTP/1.1 200 Connection established\r\n\r\n") async throws {
        let loop = try EventLoop(name: "proxy")
        try loop.start()
        let heads = heads
        address = try await loop.run {
            let address = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            let target = try #require(SocketAddress(host: "127.0.0.1", port: port))
            let listener = try TCPListener(
                loop: loop, address: address,
                onAccept: { descriptor in
                    Tunnel.start(loop: loop, adopting: descriptor, target: target, answer: answer, heads: heads)
                })
            try listener.start()
            return listener.address
        }
        self.loop = loop
    }

    deinit {
        loop.stop()
    }
}

/// One connection through the proxy; its two channels hold it.
private final class Tunnel: TCPChannelDelegate {
    private let loop: EventLoop
    private let target: SocketAddress
    private let answer: String
    private let heads: Inbox<RequestHead>
    private var decoder = HTTPRequestDecoder()
    private var client: TCPChannel?
    private var server: TCPChannel?

    private init(loop: EventLoop, target: SocketAddress, answer: String, heads: Inbox<RequestHead>) {
        self.loop = loop
        self.target = target
        self.answer = answer
        self.heads = heads
    }

    static func start(
        loop: EventLoop, adopting descriptor: Int32, target: SocketAddress, answer: String, heads: Inbox<RequestHead>
    ) {
        let tunnel = Tunnel(loop: loop, target: target, answer: answer, heads: heads)
        tunnel.client = try? TCPChannel(loop: loop, adopting: descriptor, delegate: tunnel)
    }

    func channelConnected(_ channel: TCPChannel) {
        client?.write(Array(answer.utf8))
    }

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        if let server {
            (channel === server ? client : server)?.write(bytes)
        } else {
            var offset = 0
            guard case .head(let head)? = try? decoder.next(in: bytes, at: &offset) else { return }
            heads.put(head)
            server = try? TCPChannel(loop: loop, connectingTo: target, delegate: self)
        }
    }

    func channelReceivedEndOfInput(_ channel: TCPChannel) { close() }
    func channelDrained(_ channel: TCPChannel) {}
    func channel(_ channel: TCPChannel, failed error: SystemError) { close() }

    private func close() {
        client?.close()
        server?.close()
    }
}
