import AILoop
import Sessions
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct DelegateMailboxTests {
    private struct Failure: Error {}

    /// Takes each event only when the test lets it, and fails for those that it is told to.
    private final class SlowDelegate: AILoopDelegate {
        private let permits: AsyncStream<Void>
        private let permit: AsyncStream<Void>.Continuation
        let taken: AsyncStream<String>
        private let take: AsyncStream<String>.Continuation
        private let failing: String?

        init(failing: String? = nil) {
            (permits, permit) = AsyncStream.makeStream()
            (taken, take) = AsyncStream.makeStream()
            self.failing = failing
        }

        func letOnePass() { permit.yield() }

        func receive(_ event: AILoopEvent, from session: SessionIdentity) async throws {
            var iterator = permits.makeAsyncIterator()
            _ = await iterator.next()
            take.yield(event.name)
            if event.name == failing { throw Failure() }
        }
    }

    private let session = SessionIdentity(sessionID: "s", userID: "u")

    @Test func eventsArriveInOrderInTheDelegatesOwnTime() async {
        let delegate = SlowDelegate()
        let mailbox = DelegateMailbox(delegate) { _ in Issue.record("no trouble") }
        let events: [AILoopEvent] = [.sessionStarted, .paused, .resumed]
        for event in events { mailbox.receive(event, from: session) }
        var taken = delegate.taken.makeAsyncIterator()
        for event in events {
            delegate.letOnePass()
            #expect(await taken.next() == event.name)
        }
    }

    @Test func aFailureIsToldAndTheNextEventStillArrives() async {
        let delegate = SlowDelegate(failing: "ai_loop.session_started")
        let troubles = Mutex(0)
        let mailbox = DelegateMailbox(delegate) { trouble in
            if case .failed = trouble { troubles.withLock { $0 += 1 } }
        }
        for event in [AILoopEvent.sessionStarted, .paused] {
            mailbox.receive(event, from: session)
            delegate.letOnePass()
        }
        var taken = delegate.taken.makeAsyncIterator()
        #expect(await taken.next() == "ai_loop.session_started")
        #expect(await taken.next() == "ai_loop.status.paused")
        #expect(troubles.withLock { $0 } == 1)
    }

    @Test func oneEventPastTheLimitIsLeftOutAndTold() async {
        let delegate = SlowDelegate()
        let overflows = Mutex(0)
        let mailbox = DelegateMailbox(delegate, limit: 2) { trouble in
            if case .overflow(limit: 2) = trouble { overflows.withLock { $0 += 1 } }
        }
        // The first may be with the delegate already, so that between two and three fit.
        for _ in 0..<10 { mailbox.receive(.paused, from: session) }
        #expect((7...8).contains(overflows.withLock { $0 }))
    }
}
