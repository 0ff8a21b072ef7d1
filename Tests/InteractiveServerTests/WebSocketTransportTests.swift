import Dispatch
import EventLoops
import HTTP1
import InteractiveClient
import Testing

/// How a transport finds its server.
@Suite(.timeLimit(.minutes(5))) struct WebSocketTransportTests {
    @Test func theServerIsLookedForOnTheThreadsForThat() async throws {
        // The only thread is busy, and one call may wait for it.
        let calls = BlockingCalls(maximumThreads: 1, maximumWaiting: 1)
        let gate = DispatchSemaphore(value: 0)
        #expect(calls.run { gate.wait() })
        // Below 1024: the system gives it to nobody.
        let url = try HTTPURL("ws://127.0.0.1:1/ws")
        let events = Inbox<TransportEvent>()
        let open: @Sendable () async -> WebSocketTransport = {
            await WebSocketTransport.open(url, loop: TestServer.clientLoop, calls: calls, onEvent: { events.put($0) })
        }
        async let one = open()
        async let other = open()
        let words = "too many names are being looked up, or there is no thread for it"
        #expect(await events.next() == .closed(code: nil, reason: words))
        gate.signal()
        #expect(
            await events.next() == .closed(code: nil, reason: "cannot connect to 127.0.0.1:1: Connection refused"))
        _ = await (one, other)
    }
}
