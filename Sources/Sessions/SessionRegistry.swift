import Synchronization

/// Which sessions exist in the process, of whom, and on which event loop: what the loops must know of each other.
///
/// Thread-safe. Touched when a session begins, ends or is attached, never for a message.
package final class SessionRegistry: Sendable {
    package struct Limits: Sendable, Hashable {
        package var maximumSessions: Int
        /// 0: no limit.
        package var maximumSessionsPerUser: Int

        package init(maximumSessions: Int = 10_000, maximumSessionsPerUser: Int = 0) {
            self.maximumSessions = maximumSessions
            self.maximumSessionsPerUser = maximumSessionsPerUser
        }
    }

    package enum Refusal: Error, Sendable, Hashable {
        case tooManySessions(limit: Int)
        case tooManySessionsOfUser(limit: Int)
        /// The server is shutting down.
        case draining
    }

    private struct Entry {
        var loopIndex: Int
        var userID: String
    }

    private struct State {
        var limits: Limits
        var entries: [String: Entry] = [:]
        var sessionsOfUser: [String: Int] = [:]
        var isDraining = false
    }

    private let state: Mutex<State>

    package init(limits: Limits) {
        state = Mutex(State(limits: limits))
    }

    /// Holds for sessions that are entered from now on.
    package func setLimits(_ limits: Limits) {
        state.withLock { $0.limits = limits }
    }

    /// Enters a session, where the limits allow another.
    package func admit(_ sessionID: String, userID: String, loopIndex: Int) throws(Refusal) {
        let refusal = state.withLock { state -> Refusal? in
            if state.isDraining { return .draining }
            let limits = state.limits
            if state.entries.count >= limits.maximumSessions { return .tooManySessions(limit: limits.maximumSessions) }
            let ofUser = state.sessionsOfUser[userID, default: 0]
            if limits.maximumSessionsPerUser > 0, ofUser >= limits.maximumSessionsPerUser {
                return .tooManySessionsOfUser(limit: limits.maximumSessionsPerUser)
            }
            state.entries[sessionID] = Entry(loopIndex: loopIndex, userID: userID)
            state.sessionsOfUser[userID] = ofUser + 1
            return nil
        }
        if let refusal { throw refusal }
    }

    package func remove(_ sessionID: String) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: sessionID) else { return }
            let left = state.sessionsOfUser[entry.userID, default: 0] - 1
            state.sessionsOfUser[entry.userID] = left > 0 ? left : nil
        }
    }

    /// The loop that a session lives on.
    package func loopIndex(of sessionID: String) -> Int? {
        state.withLock { $0.entries[sessionID]?.loopIndex }
    }

    /// From now on no session is admitted.
    package func startDraining() {
        state.withLock { $0.isDraining = true }
    }

    package var isDraining: Bool { state.withLock { $0.isDraining } }

    package var count: Int { state.withLock { $0.entries.count } }
}
