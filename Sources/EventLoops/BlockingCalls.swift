import Synchronization

/// Runs calls that block on threads of their own, so that no event loop waits for them: name look-ups, the reading of
/// files, the starting of programs. A thread lives as long as there is work.
package final class BlockingCalls: Sendable {
    /// The process's, for what is short: name look-ups and certificates.
    package static let shared = BlockingCalls()

    private struct State {
        var threads = 0
        /// Oldest first.
        var waiting: [@Sendable () -> Void] = []
    }

    private let maximumThreads: Int
    private let maximumWaiting: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumThreads: calls at a time. One slow name server must not hold up all others.
    ///   - maximumWaiting: calls that wait for a thread.
    package init(maximumThreads: Int = 4, maximumWaiting: Int = 1024) {
        self.maximumThreads = maximumThreads
        self.maximumWaiting = maximumWaiting
    }

    /// Runs `call` soon.
    ///
    /// - Returns: false where too many wait already; it is not run then.
    package func run(_ call: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, needsThread) = state.withLock { state in
            if state.threads < maximumThreads {
                state.threads += 1
                return (true, true)
            }
            guard state.waiting.count < maximumWaiting else { return (false, false) }
            state.waiting.append(call)
            return (true, false)
        }
        if needsThread { Thread.start(name: "blocking calls") { self.work(from: call) } }
        return isTaken
    }

    private func work(from first: @Sendable () -> Void) {
        first()
        while let call = next() { call() }
    }

    /// nil ends the thread.
    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
