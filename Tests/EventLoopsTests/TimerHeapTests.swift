import Testing

@testable import EventLoops

@Suite struct TimerHeapTests {
    @Test func timersFireInOrderOfTheirDeadlinesAndThenOfScheduling() {
        var heap = TimerHeap<String>()
        _ = heap.schedule(at: 30, "c")
        _ = heap.schedule(at: 10, "a")
        _ = heap.schedule(at: 30, "d")
        _ = heap.schedule(at: 20, "b")
        #expect(heap.nextDeadline == 10)
        var fired: [String] = []
        while let payload = heap.popDue(at: 30) { fired.append(payload) }
        #expect(fired == ["a", "b", "c", "d"])
        #expect(heap.count == 0)
    }

    @Test func nothingIsDueBeforeItsDeadline() {
        var heap = TimerHeap<Int>()
        _ = heap.schedule(at: 10, 1)
        #expect(heap.popDue(at: 9) == nil)
        #expect(heap.popDue(at: 10) == 1)
    }

    @Test func aCancelledTimerDoesNotFireAndItsIDNamesNothing() {
        var heap = TimerHeap<Int>()
        let id = heap.schedule(at: 10, 1)
        let cancelledOnce = heap.cancel(id)
        let cancelledTwice = heap.cancel(id)
        #expect(cancelledOnce)
        #expect(!cancelledTwice)
        #expect(heap.nextDeadline == nil)
        let reused = heap.schedule(at: 5, 2)
        let cancelledStale = heap.cancel(id)
        #expect(!cancelledStale)
        #expect(heap.popDue(at: 5) == 2)
        let cancelledFired = heap.cancel(reused)
        #expect(!cancelledFired)
    }

    /// Where all are dead, the heap gives its room back.
    @Test func anOldIDNamesNothingAfterTheHeapWasEmptied() {
        var heap = TimerHeap<Int>()
        var ids: [TimerID] = []
        for round in 0..<3 {
            for number in 0..<200 {
                ids.append(heap.schedule(at: 10, number))
                // The last of them leaves nothing that lives.
                let isCancelled = heap.cancel(ids[ids.count - 1])
                #expect(isCancelled)
            }
            let living = heap.schedule(at: 5, round)
            let revived = ids.filter { heap.cancel($0) }
            #expect(revived == [])
            #expect(heap.popDue(at: 5) == round)
            ids.append(living)
        }
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func aRandomMixAgreesWithASortedList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var heap = TimerHeap<Int>()
        var model: [(deadline: UInt64, order: Int, id: TimerID)] = []
        var former: [TimerID] = []
        for order in 0..<3000 {
            // Now and then nothing is left but what was cancelled.
            if order % 500 == 499 {
                for timer in model.shuffled(using: &random) {
                    let isCancelled = heap.cancel(timer.id)
                    #expect(isCancelled)
                }
                former += model.map(\.id)
                model = []
            }
            if let old = former.randomElement(using: &random) {
                let isCancelled = heap.cancel(old)
                #expect(!isCancelled)
            }
            switch random.next() % 4 {
            case 0, 1:
                let deadline = random.next() % 1000
                model.append((deadline, order, heap.schedule(at: deadline, order)))
            case 2:
                guard !model.isEmpty else { continue }
                let victim = Int(random.next() % UInt64(model.count))
                let cancelled = heap.cancel(model.remove(at: victim).id)
                #expect(cancelled)
            default:
                let now = random.next() % 1000
                let expected = model.filter { $0.deadline <= now }.min {
                    ($0.deadline, $0.order) < ($1.deadline, $1.order)
                }
                #expect(heap.popDue(at: now) == expected?.order)
                model.removeAll { $0.order == expected?.order }
            }
            #expect(heap.count == model.count)
        }
    }
}

/// A small repeatable generator.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
