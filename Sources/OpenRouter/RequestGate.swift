import Synchronization

/// Lets at most so many requests of the process run at once; the others wait, and sessions take turns.
///
/// One gate is shared by the services of all event loops, so it may be used from any thread. Waiting sessions stand in a
/// ring: a freed place goes to the session that has waited longest since its last turn, however many requests it has
/// waiting. A place that is granted must be given back by ``Member/release()``.
///
/// A waiter is not called on the thread that frees its place. Its loop is woken instead, by the callback that it joined
/// with, and then asks ``Member/takeGranted()``.
package final class RequestGate: Sendable {
    /// Names one waiting request.
    package struct Ticket: Sendable, Hashable {
        fileprivate let number: UInt64
    }

    package enum Admission: Sendable, Hashable {
        /// The request may run now.
        case granted
        /// The request's turn will come; the ticket will be among ``Member/takeGranted()``.
        case waiting(Ticket)
        /// ``maximumWaiting`` requests wait already.
        case refused
    }

    package static let defaultMaximumWaiting = 65_536

    /// Requests that may wait.
    package let maximumWaiting: Int
    private let state: Mutex<State>

    package init(limit: Int, maximumWaiting: Int = RequestGate.defaultMaximumWaiting) {
        precondition(limit > 0 && maximumWaiting >= 0, "a gate that lets nothing through")
        self.maximumWaiting = maximumWaiting
        state = Mutex(State(limit: limit))
    }

    /// Requests that may run at once. Those that run beyond a lowered limit end in their own time.
    package func setLimit(_ limit: Int) {
        precondition(limit > 0, "a gate that lets nothing through")
        for wake in state.withLock({ $0.setLimit(limit) }) { wake() }
    }

    /// Adds an event loop. `wake` is called on whatever thread frees a place for one of its requests, once for any number of
    /// grants that have not been taken yet; it must have the loop call ``Member/takeGranted()`` soon.
    package func join(wake: @escaping @Sendable () -> Void) -> Member {
        state.withLock { state in
            state.members.append(State.Membership(wake: wake))
            return Member(gate: self, index: state.members.count - 1)
        }
    }

    /// Requests that run or have been granted their place.
    package var runningCount: Int { state.withLock { $0.running } }
    package var waitingCount: Int { state.withLock { $0.waitingCount } }

    /// An event loop's side of the gate.
    package struct Member: Sendable {
        private let gate: RequestGate
        private let index: Int

        fileprivate init(gate: RequestGate, index: Int) {
            self.gate = gate
            self.index = index
        }

        /// Asks for a place for a request of `session`.
        package func request(session: String) -> Admission {
            gate.state.withLock { $0.request(session: session, member: index, gate: gate) }
        }

        /// Tickets whose turn came since the last call.
        package func takeGranted() -> [Ticket] {
            gate.state.withLock { state in
                defer { state.members[index].granted.removeAll() }
                return state.members[index].granted
            }
        }

        /// Gives up waiting; where the place was granted and not yet taken, gives it back.
        package func withdraw(_ ticket: Ticket) {
            gate.state.withLock { $0.withdraw(ticket, member: index) }?()
        }

        /// Gives back a place.
        package func release() {
            gate.state.withLock { $0.release() }?()
        }
    }
}

private struct State {
    struct Membership {
        let wake: @Sendable () -> Void
        var granted: [RequestGate.Ticket] = []
    }

    struct Waiter {
        let ticket: RequestGate.Ticket
        let member: Int
    }

    var limit: Int
    var members: [Membership] = []
    var running = 0
    var waitingCount = 0
    /// Waiting requests of each session in the order in which they came. A session stands here exactly while it is in `ring`.
    private var queues: [String: [Waiter]] = [:]
    /// Sessions with waiting requests, the next one first.
    private var ring: [String] = []
    private var ticketCount: UInt64 = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: what to call outside of the lock.
    mutating func setLimit(_ limit: Int) -> [@Sendable () -> Void] {
        self.limit = limit
        var wakes: [@Sendable () -> Void] = []
        while running < limit, let waiter = nextWaiter() {
            running += 1
            if let wake = grant(waiter) { wakes.append(wake) }
        }
        return wakes
    }

    mutating func request(session: String, member: Int, gate: RequestGate) -> RequestGate.Admission {
        // While anybody waits all places are taken: a freed one is handed over in the same critical section.
        if running < limit {
            running += 1
            return .granted
        }
        guard waitingCount < gate.maximumWaiting else { return .refused }
        ticketCount += 1
        waitingCount += 1
        let ticket = RequestGate.Ticket(number: ticketCount)
        if queues[session] == nil { ring.append(session) }
        queues[session, default: []].append(Waiter(ticket: ticket, member: member))
        return .waiting(ticket)
    }

    /// - Returns: what to call outside of the lock.
    mutating func release() -> (@Sendable () -> Void)? {
        guard running <= limit, let waiter = nextWaiter() else {
            running -= 1
            return nil
        }
        return grant(waiter)
    }

    /// The one whose turn it is.
    private mutating func nextWaiter() -> Waiter? {
        guard !ring.isEmpty else { return nil }
        let session = ring.removeFirst()
        guard var queue = queues.removeValue(forKey: session) else { return nil }
        let waiter = queue.removeFirst()
        waitingCount -= 1
        if !queue.isEmpty {
            queues[session] = queue
            ring.append(session)
        }
        return waiter
    }

    private mutating func grant(_ waiter: Waiter) -> (@Sendable () -> Void)? {
        let mustWake = members[waiter.member].granted.isEmpty
        members[waiter.member].granted.append(waiter.ticket)
        return mustWake ? members[waiter.member].wake : nil
    }

    mutating func withdraw(_ ticket: RequestGate.Ticket, member: Int) -> (@Sendable () -> Void)? {
        if let index = members[member].granted.firstIndex(of: ticket) {
            members[member].granted.remove(at: index)
            return release()
        }
        for (place, session) in ring.enumerated() {
            guard let index = queues[session]?.firstIndex(where: { $0.ticket == ticket }) else { continue }
            queues[session]?.remove(at: index)
            waitingCount -= 1
            if queues[session]?.isEmpty == true {
                queues[session] = nil
                ring.remove(at: place)
            }
            break
        }
        return nil
    }
}
