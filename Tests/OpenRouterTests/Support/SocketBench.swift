import AILoop
import EventLoops
import Glibc
import HTTPClient
import OpenRouter

/// A service on a loop of its own, over real sockets.
final class SocketBench: Sendable {
    private let loop: EventLoop
    private let service: LoopBound<OpenRouterService>

    private init(
        _ url: String, retries: RetryPolicy, firstByte: Duration?, idle: Duration?, gate: RequestGate?
    ) async throws {
        let loop = try EventLoop(name: "service")
        try loop.start()
        self.loop = loop
        let configuration = OpenRouterConfiguration(
            baseURL: url, apiKey: "secret", firstByteTimeout: firstByte, idleTimeout: idle,
            retries: retries)
        service = await withCheckedContinuation { continuation in
            loop.submit {
                let turns = RequestTurns()
                let waiting = LoopBound(turns, loop: loop)
                if let gate { turns.join(gate) { waiting.submit { $0.gateOpened() } } }
                let service = OpenRouterService(
                    configuration: configuration, transport: HTTPClient(loop: loop),
                    scheduler: EventLoopScheduler(loop: loop), turns: turns)
                continuation.resume(returning: LoopBound(service, loop: loop))
            }
        }
    }

    /// Runs `body` with a service whose loop is stopped after it.
    static func with<R>(
        _ url: String, retries: RetryPolicy = RetryPolicy(maximumRetries: 0), firstByte: Duration? = nil,
        idle: Duration? = nil, gate: RequestGate? = nil, _ body: (SocketBench) async throws -> R
    ) async throws -> R {
        let bench = try await SocketBench(url, retries: retries, firstByte: firstByte, idle: idle, gate: gate)
        defer { bench.loop.stop() }
        return try await body(bench)
    }

    /// Starts a call whose events are heard one after the other.
    func ask(_ text: String = "Why?", session: String = "s") -> SocketCall {
        let (events, feed) = AsyncStream.makeStream(of: ModelEvent.self)
        let (calls, made) = AsyncStream.makeStream(of: LoopBound<any ModelCall>.self)
        service.submit { [loop] service in
            let request = ModelRequest(model: "m", messages: [.user(text)], sessionID: session)
            let call = service.start(request, receiver: StreamReceiver(feed))
            made.yield(LoopBound(call, loop: loop))
        }
        return SocketCall(events: events, calls: calls)
    }
}

/// A call under way, seen from a test.
struct SocketCall: Sendable {
    let events: AsyncStream<ModelEvent>
    fileprivate let calls: AsyncStream<LoopBound<any ModelCall>>

    /// Everything up to the end of the call.
    func all() async -> [ModelEvent] {
        await events.reduce(into: []) { $0.append($1) }
    }

    /// The call itself; to be asked for once.
    func handle() async throws -> LoopBound<any ModelCall> {
        for await call in calls { return call }
        throw CancellationError()
    }
}

private final class StreamReceiver: ModelCallReceiver {
    private let feed: AsyncStream<ModelEvent>.Continuation

    init(_ feed: AsyncStream<ModelEvent>.Continuation) {
        self.feed = feed
    }

    func modelCall(_ call: any ModelCall, received event: ModelEvent) {
        feed.yield(event)
        switch event {
        case .finished, .failed: feed.finish()
        default: break
        }
    }
}

private final class EventLoopScheduler: Scheduler {
    private let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    var now: UInt64 { MonotonicClock.now() }
    var unixTime: Double { Double(time(nil)) }

    func schedule(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> any ScheduledWork {
        Timer(loop: loop, id: loop.schedule(after: nanoseconds, body))
    }

    private struct Timer: ScheduledWork {
        let loop: EventLoop
        let id: TimerID

        func cancel() { loop.cancel(id) }
    }
}
