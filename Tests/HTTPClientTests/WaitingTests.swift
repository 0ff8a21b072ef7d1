import EventLoops
import ScriptedUpstream
import Synchronization
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(5))) struct HandshakeThrottleTests {
    /// Writes down the turn of the loop in which it was taken.
    private final class Step: HandshakeStep {
        private let turns: TurnCounter
        private let taken: Inbox<Int>

        init(_ turns: TurnCounter, _ taken: Inbox<Int>) {
            self.turns = turns
            self.taken = taken
        }

        func takeHandshakeStep() { taken.put(turns.turn) }
    }

    /// Counts the turns of a loop.
    private final class TurnCounter: EndOfTickWork {
        private let loop: EventLoop
        private(set) var turn = 0
        private var isStopped = false

        init(loop: EventLoop) {
            self.loop = loop
            loop.runAtEndOfTick(self)
        }

        func stop() { isStopped = true }

        func endOfTick() {
            turn += 1
            LoopBound(self, loop: loop).submit { counter in
                if !counter.isStopped { counter.loop.runAtEndOfTick(counter) }
            }
        }
    }

    @Test func aTurnTakesItsStepsAndTheNextTurnsTakeTheRestInOrder() async throws {
        let loop = try EventLoop(name: "throttle")
        try loop.start()
        defer { loop.stop() }
        let taken = Inbox<Int>()
        let (turns, first) = try await loop.run {
            let throttle = HandshakeThrottle(loop: loop)
            let turns = TurnCounter(loop: loop)
            for _ in 0..<HandshakeThrottle.stepsPerTick { #expect(throttle.takeTurn()) }
            #expect(!throttle.takeTurn())
            for _ in 0..<3 * HandshakeThrottle.stepsPerTick + 1 { throttle.enqueue(Step(turns, taken)) }
            return (LoopBound(turns, loop: loop), turns.turn)
        }
        var takenAt: [Int] = []
        for _ in 0..<3 * HandshakeThrottle.stepsPerTick + 1 { takenAt.append(try await taken.next()) }
        #expect(takenAt == takenAt.sorted())
        #expect(takenAt.allSatisfy { $0 > first })
        for turn in Set(takenAt) { #expect(takenAt.count { $0 == turn } <= HandshakeThrottle.stepsPerTick) }
        try await loop.run { turns.value.stop() }
    }

    @Test func nobodyOvertakesThoseWhoWait() async throws {
        let loop = try EventLoop(name: "throttle")
        try loop.start()
        defer { loop.stop() }
        let taken = Inbox<Int>()
        try await loop.run {
            let throttle = HandshakeThrottle(loop: loop)
            throttle.enqueue(Step(TurnCounter(loop: loop), taken))
            #expect(!throttle.takeTurn())
        }
        _ = try await taken.next()
    }
}

@Suite(.timeLimit(.minutes(5))) struct BlockingCallsTests {
    @Test func callsPastTheThreadsWaitAndCallsPastTheWaitingAreRefused() async throws {
        let calls = BlockingCalls(maximumThreads: 2, maximumWaiting: 3)
        let running = Atomic(0)
        let most = Atomic(0)
        let gate = ScriptGate()
        let started = Inbox<Void>()
        let done = Inbox<Void>()
        let call: @Sendable () -> Void = {
            let now = running.add(1, ordering: .relaxed).newValue
            _ = most.max(now, ordering: .relaxed)
            started.put(())
            while gate.current == nil {}
            running.subtract(1, ordering: .relaxed)
            done.put(())
        }
        for _ in 0..<5 { #expect(calls.run(call)) }
        #expect(!calls.run(call))
        for _ in 0..<2 { try await started.next() }
        gate.open()
        for _ in 0..<5 { try await done.next() }
        #expect(most.load(ordering: .relaxed) == 2)
        // The threads have ended or will; a new call gets one either way.
        #expect(calls.run(call))
        try await done.next()
    }
}

@Suite(.timeLimit(.minutes(5))) struct AddressBookTests {
    private func withBook(
        calls: BlockingCalls = .shared, memoryNanoseconds: UInt64 = 60_000_000_000, maximumNames: Int = 256,
        _ lookUp: NameLookUp, _ body: (EventLoop, LoopBound<AddressBook>) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "book")
        try loop.start()
        defer { loop.stop() }
        let book = try await loop.run {
            LoopBound(
                AddressBook(
                    loop: loop, lookUp: lookUp, calls: calls, memoryNanoseconds: memoryNanoseconds,
                    maximumNames: maximumNames), loop: loop)
        }
        try await body(loop, book)
    }

    /// Whether the book knows the name's addresses without looking them up.
    private func remembers(_ name: String, _ loop: EventLoop, _ book: LoopBound<AddressBook>) async throws -> Bool {
        try await loop.run {
            var isKnown = false
            book.value.addresses(of: name) { _ in isKnown = true }
            return isKnown
        }
    }

    /// Has a name looked up.
    private func learn(_ name: String, _ loop: EventLoop, _ book: LoopBound<AddressBook>) async throws {
        let answers = Inbox<Result<[SocketAddress], NameError>>()
        try await loop.run { book.value.addresses(of: name) { answers.put($0) } }
        _ = try await answers.next()
    }

    @Test func aNameIsForgottenWhenItsTimeIsOver() async throws {
        let names = NameLookUp { _ in .success([]) }
        try await withBook(memoryNanoseconds: 20_000_000, names) { loop, book in
            try await learn("a", loop, book)
            try await loop.pass(30_000_000)
            let remembersIt = try await remembers("a", loop, book)
            #expect(!remembersIt)
        }
    }

    @Test func asManyNamesAsTheMaximumAreRememberedAndNoMore() async throws {
        let names = NameLookUp { _ in .success([]) }
        try await withBook(maximumNames: 2, names) { loop, book in
            for name in ["a", "b"] { try await learn(name, loop, book) }
            for name in ["a", "b"] {
                let remembersIt = try await remembers(name, loop, book)
                #expect(remembersIt)
            }
            try await learn("c", loop, book)
            let remembered = try await [remembers("c", loop, book), remembers("a", loop, book)]
            #expect(remembered == [true, false])
        }
    }

    @Test func aNameIsLookedUpOnceForAllWhoAskAndThenRemembered() async throws {
        let lookUps = Atomic(0)
        let gate = ScriptGate()
        let address = try #require(SocketAddress(host: "192.0.2.1", port: 0))
        let names = NameLookUp { _ in
            lookUps.add(1, ordering: .relaxed)
            while gate.current == nil {}
            return .success([address])
        }
        let answers = Inbox<Result<[SocketAddress], NameError>>()
        try await withBook(names) { loop, book in
            try await loop.run {
                for _ in 0..<10 { book.value.addresses(of: "api.test") { answers.put($0) } }
            }
            gate.open()
            for _ in 0..<10 { #expect(try await answers.next() == .success([address])) }
            let remembersIt = try await remembers("api.test", loop, book)
            #expect(remembersIt)
            #expect(lookUps.load(ordering: .relaxed) == 1)
        }
    }

    @Test func aFailureIsNotRemembered() async throws {
        let lookUps = Atomic(0)
        let names = NameLookUp { _ in
            .failure(NameError(message: "\(lookUps.add(1, ordering: .relaxed).newValue)"))
        }
        let answers = Inbox<Result<[SocketAddress], NameError>>()
        try await withBook(names) { loop, book in
            for number in 1...2 {
                try await loop.run { book.value.addresses(of: "api.test") { answers.put($0) } }
                #expect(try await answers.next() == .failure(NameError(message: "\(number)")))
            }
        }
    }

    @Test func addressesInNumbersAreNotLookedUp() async throws {
        try await withBook(NameLookUp { .failure(NameError(message: $0)) }) { loop, book in
            for host in ["127.0.0.1", "::1"] {
                let found = try await loop.run {
                    var found: [SocketAddress] = []
                    book.value.addresses(of: host) { found = (try? $0.get()) ?? [] }
                    return found
                }
                #expect(found.map(\.host) == [host])
            }
        }
    }

    @Test func tooManyLookUpsAreRefused() async throws {
        let calls = BlockingCalls(maximumThreads: 1, maximumWaiting: 1)
        let gate = ScriptGate()
        let names = NameLookUp { _ in
            while gate.current == nil {}
            return .failure(NameError(message: "looked up"))
        }
        let answers = Inbox<Result<[SocketAddress], NameError>>()
        try await withBook(calls: calls, names) { loop, book in
            try await loop.run {
                for name in ["a", "b", "c"] { book.value.addresses(of: name) { answers.put($0) } }
            }
            let refusal = NameError(message: "too many names are being looked up, or there is no thread for it")
            #expect(try await answers.next() == .failure(refusal))
            gate.open()
            for _ in 0..<2 { #expect(try await answers.next() == .failure(NameError(message: "looked up"))) }
        }
    }
}
