import Testing

@testable import Benchmarking

@Suite struct ArrivalScheduleTests {
    private func times(_ schedule: ArrivalSchedule, count: Int) -> [UInt64] {
        var schedule = schedule
        return (0..<count).map { _ in
            defer { schedule.advance() }
            return schedule.next
        }
    }

    @Test func constantArrivalsAreEvenAndDoNotDrift() {
        let schedule = ArrivalSchedule(rate: 3, arrivals: .constant, start: 1_000, seed: 1)
        let times = times(schedule, count: 30_001)
        #expect(times.prefix(4) == [1_000, 333_334_333, 666_667_666, 1_000_001_000])
        // 30,000 thirds of a second.
        #expect(times.last == 10_000_000_001_000)
    }

    @Test(arguments: [1, 2, 77] as [UInt64])
    func poissonArrivalsHaveTheRateAndTheSpreadOfIndependentOnes(seed: UInt64) {
        let times = times(ArrivalSchedule(rate: 1_000, arrivals: .poisson, start: 0, seed: seed), count: 50_000)
        #expect(times == times.sorted())
        let gaps = zip(times.dropFirst(), times).map { Double($0 - $1) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        #expect(abs(mean - 1e6) < 2e4, "mean \(mean), seed \(seed)")
        // Of an exponential distribution: 1/e of the gaps are longer than the mean.
        let long = Double(gaps.count { $0 > 1e6 }) / Double(gaps.count)
        #expect(abs(long - 0.3679) < 0.02, "\(long), seed \(seed)")
    }

    @Test func theSameSeedGivesTheSameTimes() {
        let make = { (seed: UInt64) in
            self.times(ArrivalSchedule(rate: 10, arrivals: .poisson, start: 5, seed: seed), count: 100)
        }
        #expect(make(9) == make(9))
        #expect(make(9) != make(10))
    }
}

@Suite struct OpenLoopTests {
    private func loop() -> OpenLoop<String> {
        // Due at 0, 100, 200, …
        OpenLoop(schedule: ArrivalSchedule(rate: 1e7, arrivals: .constant, start: 0, seed: 1))
    }

    @Test func aMessageGoesToTheSessionThatWasFreeLongest() {
        var loop = loop()
        #expect(loop.sessionIsFree("a") == nil && loop.sessionIsFree("b") == nil)
        let first = loop.nextSend(now: 0) { _ in true }
        #expect(first?.session == "a" && first?.due == 0)
        #expect(loop.nextSend(now: 99) { _ in true } == nil)
        let second = loop.nextSend(now: 100) { _ in true }
        #expect(second?.session == "b" && second?.due == 100)
        #expect(loop.nextDue == 200)
    }

    @Test func aMessageThatFindsNoSessionKeepsItsTime() {
        var loop = loop()
        #expect(loop.nextSend(now: 250) { _ in true } == nil)
        let first = loop.sessionIsFree("a")
        #expect(first?.session == "a" && first?.due == 0)
        #expect(loop.sessionIsFree("b")?.due == 100)
        #expect(loop.takeUnsent(since: 100, now: 250) == 1)
        #expect(loop.sessionIsFree("a") == nil)
    }

    @Test func aSessionThatWasLostGetsNothing() {
        var loop = loop()
        _ = loop.sessionIsFree("lost")
        _ = loop.sessionIsFree("alive")
        #expect(loop.nextSend(now: 0) { $0 != "lost" }?.session == "alive")
    }

    @Test func whatTheQueueHasNoRoomForIsCountedAsUnsent() {
        var loop = loop()
        let limit = OpenLoop<String>.maximumWaiting
        // So many are due, and one more.
        #expect(loop.nextSend(now: UInt64(limit) * 100) { _ in true } == nil)
        #expect(loop.overflow.count == 1)
        #expect(loop.takeUnsent(since: 0, now: UInt64(limit) * 100) == limit + 1)
        // Two more fell due, which nobody has looked for.
        #expect(loop.takeUnsent(since: 0, now: UInt64(limit + 2) * 100) == 2)
    }

    @Test func aQueueIsFirstInFirstOut() {
        var queue = Queue<Int>()
        var expected = 0
        for number in 0..<10_000 {
            queue.append(number)
            if number % 3 == 2 {
                #expect(queue.popFirst() == expected)
                expected += 1
            }
        }
        while let next = queue.popFirst() {
            #expect(next == expected)
            expected += 1
        }
        #expect(expected == 10_000 && queue.count == 0)
    }
}
