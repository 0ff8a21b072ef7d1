import EventLoops
import HTTP1
import Testing

/// A client that sends and receives bytes.
final class RawClient: Sendable {
    enum Event: Sendable, Equatable {
        case received([UInt8])
        case endOfInput
        case failed
    }

    private let channel: LoopBound<TCPChannel>
    private let events: AsyncStream<Event>

    private init(channel: LoopBound<TCPChannel>, events: AsyncStream<Event>) {
        self.channel = channel
        self.events = events
    }

    /// Connects on a loop of its own, which ends with `body`. What is sent before the connection stands waits for it.
    static func with<R>(_ address: SocketAddress, _ body: (RawClient) async throws -> R) async throws -> R {
        let loop = try EventLoop(name: "client")
        try loop.start()
        defer { loop.stop() }
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let channel: LoopBound<TCPChannel> = try await withCheckedThrowingContinuation { made in
            loop.submit {
                made.resume(
                    with: Result {
                        LoopBound(
                            try TCPChannel(loop: loop, connectingTo: address, delegate: Recorder(continuation)),
                            loop: loop)
                    })
            }
        }
        return try await body(RawClient(channel: channel, events: events))
    }

    func send(_ text: String) { channel.submit { $0.write(Array(text.utf8)) } }
    func close() { channel.submit { $0.close() } }
    func reset() { channel.submit { $0.reset() } }
    func pauseReading() { channel.submit { $0.pauseReading() } }
    func resumeReading() { channel.submit { $0.resumeReading() } }

    func next() async -> Event? {
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }

    /// What comes, until it ends in `ending`.
    func receive(until ending: String) async throws -> String {
        var text: [UInt8] = []
        while !text.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
            guard case .received(let bytes) = try #require(await next()) else {
                Issue.record("the connection ended after \(String(decoding: text, as: UTF8.self).debugDescription)")
                break
            }
            text += bytes
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What comes until the server ends the connection, and how it does.
    func receiveAll() async throws -> (bytes: [UInt8], end: Event) {
        var all: [UInt8] = []
        while true {
            switch try #require(await next()) {
            case .received(let bytes): all += bytes
            case let end: return (all, end)
            }
        }
    }
}

private final class Recorder: TCPChannelDelegate {
    private let continuation: AsyncStream<RawClient.Event>.Continuation
    init(_ continuation: AsyncStream<RawClient.Event>.Continuation) { self.continuation = continuation }
    func channelConnected(_ channel: TCPChannel) {}
    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        continuation.yield(.received(Array(bytes)))
    }
    func channelReceivedEndOfInput(_ channel: TCPChannel) { continuation.yield(.endOfInput) }
    func channelDrained(_ channel: TCPChannel) {}
    func channel(_ channel: TCPChannel, failed error: SystemError) { continuation.yield(.failed) }
}
