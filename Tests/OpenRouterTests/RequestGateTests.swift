import Synchronization
import Testing

@testable import OpenRouter

@Suite(.timeLimit(.minutes(5))) struct RequestGateTests {
    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func increment() { count.withLock { $0 += 1 } }
    }

    private final class Occupancy: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    private func ticket(_ admission: RequestGate.Admission) throws -> RequestGate.Ticket {
        guard case .waiting(let ticket) = admission else {
            throw Unexpected(admission: admission)
        }
        return ticket
    }

    private struct Unexpected: Error {
        let admission: RequestGate.Admission
    }

    @Test("as many requests run as the limit says; the next one waits until a place is given back")
    func limit() throws {
        let gate = RequestGate(limit: 2)
        let wakes = Counter()
        let member = gate.join { wakes.increment() }
        #expect(member.request(session: "a") == .granted)
        #expect(member.request(session: "a") == .granted)
        let third = try ticket(member.request(session: "a"))
        #expect(gate.runningCount == 2)
        #expect(gate.waitingCount == 1)
        #expect(member.takeGranted() == [])
        member.release()
        #expect(wakes.value == 1)
        #expect(member.takeGranted() == [third])
        #expect(member.takeGranted() == [])
        member.release()
        member.release()
        #expect(gate.runningCount == 0)
        #expect(wakes.value == 1)
    }

    @Test("a raised limit lets in who waits; under a lowered one places are given up first")
    func changedLimit() throws {
        let gate = RequestGate(limit: 1)
        let wakes = Counter()
        let member = gate.join { wakes.increment() }
        #expect(member.request(session: "a") == .granted)
        let waiting = try (0..<3).map { _ in try ticket(member.request(session: "b")) }
        gate.setLimit(3)
        #expect(wakes.value == 1)
        #expect(member.takeGranted() == Array(waiting[..<2]))
        #expect(gate.runningCount == 3 && gate.waitingCount == 1)

        gate.setLimit(1)
        member.release()
        member.release()
        #expect(gate.runningCount == 1 && gate.waitingCount == 1)
        #expect(member.takeGranted() == [])
        member.release()
        #expect(member.takeGranted() == [waiting[2]])
        member.release()
        #expect(gate.runningCount == 0)
    }

    @Test("sessions take turns, however many requests each has waiting")
    func fairness() throws {
        let gate = RequestGate(limit: 1)
        let member = gate.join {}
        #expect(member.request(session: "busy") == .granted)
        var names: [RequestGate.Ticket: String] = [:]
        for (session, count) in [("busy", 4), ("b", 2), ("c", 1)] {
            for number in 1...count { names[try ticket(member.request(session: session))] = "\(session)\(number)" }
        }
        var order: [String] = []
        for _ in 0..<7 {
            member.release()
            order += member.takeGranted().compactMap { names[$0] }
        }
        #expect(order == ["busy1", "b1", "c1", "busy2", "b2", "busy3", "busy4"])
    }

    @Test("a place goes to the member that waits for it, and only that one is woken")
    func members() throws {
        let gate = RequestGate(limit: 1)
        let (wakesOne, wakesTwo) = (Counter(), Counter())
        let one = gate.join { wakesOne.increment() }
        let two = gate.join { wakesTwo.increment() }
        #expect(one.request(session: "a") == .granted)
        let waiting = try ticket(two.request(session: "b"))
        one.release()
        #expect(wakesOne.value == 0)
        #expect(wakesTwo.value == 1)
        #expect(one.takeGranted() == [])
        #expect(two.takeGranted() == [waiting])
    }

    @Test("one wake-up stands for any number of grants that were not taken")
    func coalescing() throws {
        let gate = RequestGate(limit: 2)
        let wakes = Counter()
        let member = gate.join { wakes.increment() }
        _ = member.request(session: "a")
        _ = member.request(session: "a")
        let tickets = [try ticket(member.request(session: "b")), try ticket(member.request(session: "c"))]
        member.release()
        member.release()
        #expect(wakes.value == 1)
        #expect(member.takeGranted() == tickets)
    }

    @Test("who gives up waiting leaves the line, and a grant that was not taken goes to the next one")
    func withdrawal() throws {
        let gate = RequestGate(limit: 1)
        let member = gate.join {}
        _ = member.request(session: "a")
        let first = try ticket(member.request(session: "b"))
        let second = try ticket(member.request(session: "b"))
        let third = try ticket(member.request(session: "c"))
        member.withdraw(first)
        member.withdraw(first)
        #expect(gate.waitingCount == 2)
        member.release()
        member.withdraw(second)
        #expect(member.takeGranted() == [third])
        member.release()
        #expect(gate.runningCount == 0)
        #expect(gate.waitingCount == 0)
    }

    @Test("no more wait than the limit says")
    func maximumWaiting() throws {
        let gate = RequestGate(limit: 1, maximumWaiting: 2)
        let member = gate.join {}
        _ = member.request(session: "a")
        let first = try ticket(member.request(session: "b"))
        _ = try ticket(member.request(session: "c"))
        #expect(member.request(session: "d") == .refused)
        member.withdraw(first)
        _ = try ticket(member.request(session: "d"))
    }

    @Test("threads that share a gate never run more than the limit, and all get their turn")
    func threads() async {
        let gate = RequestGate(limit: 3)
        let running = Occupancy()
        await withTaskGroup(of: Void.self) { group in
            for session in 0..<8 {
                group.addTask {
                    let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
                    let member = gate.join { wake.yield() }
                    var awaken = wakes.makeAsyncIterator()
                    for _ in 0..<50 {
                        if case .waiting(let ticket) = member.request(session: "\(session)") {
                            repeat { await awaken.next() } while !member.takeGranted().contains(ticket)
                        }
                        running.enter()
                        await Task.yield()
                        running.leave()
                        member.release()
                    }
                }
            }
        }
        #expect(running.most <= 3)
        #expect(gate.runningCount == 0)
        #expect(gate.waitingCount == 0)
    }
}
