import EventLoops
import Testing

@Suite(.timeLimit(.minutes(5))) struct EventLoopTests {
    @Test func submittedWorkRunsOnTheLoopInOrder() async throws {
        try await withLoop { loop in
            let inbox = Inbox<Int>()
            for number in 0..<100 {
                loop.submit {
                    #expect(loop.isCurrent)
                    inbox.put(number)
                }
            }
            for number in 0..<100 { #expect(await inbox.next() == number) }
            #expect(!loop.isCurrent)
        }
    }

    @Test func workSubmittedByWorkRunsLaterNotWithin() async throws {
        try await withLoop { loop in
            let inbox = Inbox<String>()
            loop.submit {
                loop.submit { inbox.put("inner") }
                inbox.put("outer")
            }
            #expect(await inbox.next() == "outer")
            #expect(await inbox.next() == "inner")
        }
    }

    @Test func anActorOfTheLoopRunsOnItsThread() async throws {
        actor OnLoop {
            let loop: EventLoop
            nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
            init(loop: EventLoop) { self.loop = loop }
            func isOnLoop() -> Bool { loop.isCurrent }
        }
        try await withLoop { loop in
            let actor = OnLoop(loop: loop)
            #expect(await actor.isOnLoop())
            let assumed = try await loop.run { actor.assumeIsolated { _ in loop.isCurrent } }
            #expect(assumed)
        }
    }

    @Test func aTaskPreferringTheLoopRunsOnIt() async throws {
        try await withLoop { loop in
            let onLoop = await Task(executorPreference: loop) { loop.isCurrent }.value
            #expect(onLoop)
        }
    }

    @Test func timersFireInOrderAndCancelledOnesDoNot() async throws {
        try await withLoop { loop in
            let inbox = Inbox<String>()
            loop.submit {
                // So far apart that the order holds however long the thread stands still in between.
                loop.schedule(after: 1_000_000_000) { inbox.put("second") }
                loop.schedule(after: 1_000_000) { inbox.put("first") }
                let cancelled = loop.schedule(after: 500_000_000) { inbox.put("cancelled") }
                loop.cancel(cancelled)
            }
            #expect(await inbox.next() == "first")
            #expect(await inbox.next() == "second")
        }
    }

    @Test func aTimerNeverFiresBeforeItsTime() async throws {
        try await withLoop { loop in
            let inbox = Inbox<UInt64>()
            let delay: UInt64 = 3_500_000
            loop.submit {
                let start = MonotonicClock.now()
                loop.schedule(after: delay) { inbox.put(MonotonicClock.now() - start) }
            }
            #expect(await inbox.next() ?? 0 >= delay)
        }
    }

    @Test func endOfTickWorkRunsAfterEverythingElseOfTheTurn() async throws {
        final class Work: EndOfTickWork {
            let body: () -> Void
            init(_ body: @escaping () -> Void) { self.body = body }
            func endOfTick() { body() }
        }
        try await withLoop { loop in
            let inbox = Inbox<String>()
            // Both are submitted from the loop, so that one turn takes both.
            loop.submit {
                loop.submit {
                    loop.runAtEndOfTick(Work { inbox.put("end of tick") })
                    inbox.put("one")
                }
                loop.submit { inbox.put("two") }
            }
            #expect(await [inbox.next(), inbox.next(), inbox.next()] == ["one", "two", "end of tick"])
        }
    }
}
