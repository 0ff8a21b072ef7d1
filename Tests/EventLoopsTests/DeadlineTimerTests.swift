import EventLoops
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeadlineTimerTests {
    @Test func callsBackOnceAndNotBeforeItsTime() async throws {
        try await withLoop { loop in
            let times = Inbox<UInt64>()
            let deadline = MonotonicClock.now() + 3_000_000
            let timer = try await loop.run {
                let timer = try DeadlineTimer(loop: loop) { times.put(MonotonicClock.now()) }
                timer.set(deadline)
                return LoopBound(timer, loop: loop)
            }
            #expect(try #require(await times.next()) >= deadline)
            // A second call for the first setting would come before its time.
            let second = MonotonicClock.now() + 1_000_000
            timer.submit { $0.set(second) }
            #expect(try #require(await times.next()) >= second)
        }
    }

    @Test func aLaterSettingReplacesTheOneBefore() async throws {
        try await withLoop { loop in
            let times = Inbox<UInt64>()
            let deadline = MonotonicClock.now() + 2_000_000
            try await loop.run {
                let timer = try DeadlineTimer(loop: loop) { times.put(MonotonicClock.now()) }
                timer.set(deadline + 3_600_000_000_000)
                timer.set(deadline)
            }
            #expect(try #require(await times.next()) >= deadline)
        }
    }

    @Test func aDeadlineInThePastIsDueAtOnce() async throws {
        try await withLoop { loop in
            let calls = Inbox<Int>()
            try await loop.run {
                let timer = try DeadlineTimer(loop: loop) { calls.put(1) }
                timer.set(0)
            }
            #expect(await calls.next() == 1)
        }
    }

    @Test func aClosedTimerIsSilent() async throws {
        try await withLoop { loop in
            let calls = Inbox<String>()
            try await loop.run {
                let timer = try DeadlineTimer(loop: loop) { calls.put("closed") }
                timer.set(1)
                timer.close()
                timer.close()
                timer.set(1)
                let other = try DeadlineTimer(loop: loop) { calls.put("other") }
                other.set(MonotonicClock.now() + 2_000_000)
            }
            #expect(await calls.next() == "other")
        }
    }
}
