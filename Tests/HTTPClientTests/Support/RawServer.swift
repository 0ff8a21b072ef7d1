import EventLoops
import Testing

/// A server that does nothing of its own accord: a test gets each connection and does with it what it wants.
final class RawServer: Sendable {
    let address: SocketAddress
    let connections = Inbox<RawConnection>()
    private let loop: EventLoop
    private let listener: LoopBound<TCPListener>

    var url: String { "http://\(address)" }

    init(host: String = "127.0.0.1") async throws {
        let loop = try EventLoop(name: "raw server")
        try loop.start()
        let connections = connections
        listener = try await loop.run {
            let address = try #require(SocketAddress(host: host, port: 0))
            let listener = try TCPListener(
                loop: loop, address: address,
                onAccept: { descriptor in
                    guard let connection = try? RawConnection(loop: loop, adopting: descriptor) else { return }
                    connections.put(connection)
                })
            try listener.start()
            return LoopBound(listener, loop: loop)
        }
        self.loop = loop
        let listener = listener
        address = try await loop.run { listener.value.address }
    }

    deinit {
        loop.stop()
    }
}

/// A connection of a ``RawServer``.
struct RawConnection: Sendable {
    enum Event: Sendable, Equatable {
        case received(String)
        case ended
    }

    let events: Inbox<Event>
    let channel: LoopBound<TCPChannel>

    init(loop: EventLoop, adopting descriptor: Int32) throws {
        events = Inbox()
        channel = LoopBound(
            try TCPChannel(loop: loop, adopting: descriptor, delegate: Delegate(events)), loop: loop)
    }

    func send(_ text: String) {
        channel.submit { $0.write(Array(text.utf8)) }
    }

    func close() {
        channel.submit { $0.close() }
    }

    /// Reads until what came ends in `text`, and returns it.
    func receive(until text: String) async throws -> String {
        var received = ""
        while !received.hasSuffix(text) {
            guard case .received(let piece) = try await events.next() else {
                throw UnexpectedEvent(description: "the connection ended after: \(received)")
            }
            received += piece
        }
        return received
    }

    private final class Delegate: TCPChannelDelegate {
        private let events: Inbox<Event>
        init(_ events: Inbox<Event>) { self.events = events }
        func channelConnected(_ channel: TCPChannel) {}
        func channelDrained(_ channel: TCPChannel) {}
        func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
            events.put(.received(String(decoding: bytes, as: UTF8.self)))
        }
        func channelReceivedEndOfInput(_ channel: TCPChannel) { events.put(.ended) }
        func channel(_ channel: TCPChannel, failed error: SystemError) { events.put(.ended) }
    }
}
