import Dispatch
import EventLoops
import Glibc
import Synchronization
import Testing

/// A system that gives so many threads.
private final class ThreadBudget: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) {
        left = Mutex(count)
    }

    func allow(_ count: Int) {
        left.withLock { $0 = count }
    }

    func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let isThere = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard isThere else { throw SystemError(call: "pthread_create", code: EAGAIN) }
        try Thread.start(name: name, body)
    }
}

/// Calls where the system gives no more threads, as in a container at its limit of processes.
@Suite(.timeLimit(.minutes(5))) struct BlockingCallsTests {
    private func calls(_ budget: ThreadBudget, maximumWaiting: Int = 2) -> BlockingCalls {
        BlockingCalls(
            maximumThreads: 3, maximumWaiting: maximumWaiting,
            startThread: { name, body throws(SystemError) in try budget.start(name: name, body) })
    }

    @Test func withoutAnyThreadACallIsRefused() async {
        let budget = ThreadBudget(0)
        let calls = calls(budget)
        let done = Inbox<Int>()
        #expect(!calls.run { done.put(1) })
        // The refused one took no place: there is a thread again, and the next call has it.
        budget.allow(1)
        #expect(calls.run { done.put(2) })
        #expect(await done.next() == 2)
    }

    @Test func aCallForWhichThereIsNoThreadWaitsForOneThatRuns() async {
        let calls = calls(ThreadBudget(1))
        let started = Inbox<Void>()
        let done = Inbox<Int>()
        let gate = DispatchSemaphore(value: 0)
        #expect(
            calls.run {
                started.put(())
                gate.wait()
                done.put(1)
            })
        await started.next()
        for number in 2...3 { #expect(calls.run { done.put(number) }) }
        // As many wait as may.
        #expect(!calls.run { done.put(4) })
        gate.signal()
        for number in 1...3 { #expect(await done.next() == number) }
    }
}
