import EventLoops
import Synchronization
import Testing

/// Runs a test's body on a loop of its own, and waits for what the body awaits.
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

    /// nil where the test was cancelled meanwhile.
    func next() async -> Element? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

/// What a channel told.
enum ChannelEvent: Sendable, Equatable {
    case connected
    case received([UInt8])
    case endOfInput
    case drained
    case failed(SystemError)
}

/// Writes down what a channel tells.
final class RecordingDelegate: TCPChannelDelegate {
    let inbox: Inbox<ChannelEvent>
    init(_ inbox: Inbox<ChannelEvent>) { self.inbox = inbox }
    func channelConnected(_ channel: TCPChannel) { inbox.put(.connected) }
    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) { inbox.put(.received(Array(bytes))) }
    func channelReceivedEndOfInput(_ channel: TCPChannel) { inbox.put(.endOfInput) }
    func channelDrained(_ channel: TCPChannel) { inbox.put(.drained) }
    func channel(_ channel: TCPChannel, failed error: SystemError) { inbox.put(.failed(error)) }
}

/// Two connected channels on one loop, each with what it told.
struct ChannelPair: Sendable {
    let client: LoopBound<TCPChannel>
    let server: LoopBound<TCPChannel>
    let clientEvents = Inbox<ChannelEvent>()
    let serverEvents = Inbox<ChannelEvent>()

    /// - Parameter makeFilter: the client's.
    init(
        on loop: EventLoop, makeFilter: @escaping @Sendable () -> (any ChannelFilter)? = { nil }
    ) async throws {
        let clientEvents = clientEvents
        let serverEvents = serverEvents
        let accepted = Inbox<LoopBound<TCPChannel>>()
        client = try await loop.run {
            let anyPort = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            let listener = try TCPListener(
                loop: loop, address: anyPort,
                onAccept: { descriptor in
                    guard
                        let channel = try? TCPChannel(
                            loop: loop, adopting: descriptor, delegate: RecordingDelegate(serverEvents))
                    else { return }
                    accepted.put(LoopBound(channel, loop: loop))
                })
            try listener.start()
            let client = try TCPChannel(
                loop: loop, connectingTo: listener.address, filter: makeFilter(),
                delegate: RecordingDelegate(clientEvents))
            return LoopBound(client, loop: loop)
        }
        server = try #require(await accepted.next())
        #expect(await clientEvents.next() == .connected)
    }
}
