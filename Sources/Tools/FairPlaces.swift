import Synchronization

/// Places for so many runs of tools at the same time in the whole process, on whichever loop each is. Those for which there is
/// none wait. What comes free goes to the sessions in turn, and no session holds more than its share, so that one that
/// asks for much does not make the others wait for all of it.
final class FairPlaces: Sendable {
    /// A place, or the wait for one.
    struct Ticket: Sendable, Hashable {
        fileprivate let sessionID: String
        fileprivate let number: Int
    }

    private struct Waiter {
        let ticket: Ticket
        let start: @Sendable (Ticket) -> Void
    }

    private struct State {
        var nextNumber = 0
        var takenCount = 0
        /// By session; none with 0.
        var taken: [String: Int] = [:]
        var waitingCount = 0
        /// By session, oldest first; none that is empty.
        var waiting: [String: [Waiter]] = [:]
        /// The sessions of `waiting`, that whose turn is next first.
        var turns: [String] = []
    }

    private let maximumTaken: Int
    private let maximumPerSession: Int
    private let maximumWaiting: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumTaken: places.
    ///   - maximumPerSession: places that one session has at most.
    ///   - maximumWaiting: runs that wait, of all sessions.
    init(maximumTaken: Int, maximumPerSession: Int, maximumWaiting: Int) {
        self.maximumTaken = max(1, maximumTaken)
        self.maximumPerSession = max(1, maximumPerSession)
        self.maximumWaiting = maximumWaiting
    }

    /// Calls `start` once there is a place: at once on this thread, or later on another. It does not block. Whoever was
    /// started gives the place back by ``release(_:)``.
    ///
    /// - Returns: nil where too many wait; `start` is not called then.
    func take(for sessionID: String, start: @escaping @Sendable (Ticket) -> Void) -> Ticket? {
        let (ticket, isTaken) = state.withLock { state -> (Ticket?, Bool) in
            state.nextNumber += 1
            let ticket = Ticket(sessionID: sessionID, number: state.nextNumber)
            if state.takenCount < maximumTaken, state.taken[sessionID, default: 0] < maximumPerSession {
                take(ticket, &state)
                return (ticket, true)
            }
            guard state.waitingCount < maximumWaiting else { return (nil, false) }
            state.waitingCount += 1
            if state.waiting[sessionID] == nil { state.turns.append(sessionID) }
            state.waiting[sessionID, default: []].append(Waiter(ticket: ticket, start: start))
            return (ticket, false)
        }
        if isTaken, let ticket { start(ticket) }
        return ticket
    }

    /// It waits no more. False where it does not wait: it was started, or is about to be.
    func withdraw(_ ticket: Ticket) -> Bool {
        state.withLock { state in
            guard let index = state.waiting[ticket.sessionID]?.firstIndex(where: { $0.ticket == ticket }) else {
                return false
            }
            _ = remove(index, of: ticket.sessionID, &state)
            return true
        }
    }

    /// The place is free again. Once for each that was started.
    func release(_ ticket: Ticket) {
        let next = state.withLock { state -> Waiter? in
            state.takenCount -= 1
            let left = state.taken[ticket.sessionID, default: 1] - 1
            state.taken[ticket.sessionID] = left > 0 ? left : nil
            return nextWaiter(&state)
        }
        if let next { next.start(next.ticket) }
    }

    private func take(_ ticket: Ticket, _ state: inout State) {
        state.takenCount += 1
        state.taken[ticket.sessionID, default: 0] += 1
    }

    private func nextWaiter(_ state: inout State) -> Waiter? {
        guard state.takenCount < maximumTaken,
            let turn = state.turns.firstIndex(where: { state.taken[$0, default: 0] < maximumPerSession })
        else { return nil }
        let sessionID = state.turns[turn]
        let waiter = remove(0, of: sessionID, &state)
        // The others first now.
        if state.waiting[sessionID] != nil {
            state.turns.remove(at: turn)
            state.turns.append(sessionID)
        }
        take(waiter.ticket, &state)
        return waiter
    }

    private func remove(_ index: Int, of sessionID: String, _ state: inout State) -> Waiter {
        state.waitingCount -= 1
        let waiter = state.waiting[sessionID, default: []].remove(at: index)
        if state.waiting[sessionID]?.isEmpty ?? true {
            state.waiting[sessionID] = nil
            state.turns.removeAll { $0 == sessionID }
        }
        return waiter
    }
}
