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

    /// Starts a thread of this name.
    package typealias ThreadStarter =
        @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> Void

    private let maximumThreads: Int
    private let maximumWaiting: Int
    private let startThread: ThreadStarter
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumThreads: calls at a time. One slow name server must not hold up all others.
    ///   - maximumWaiting: calls that wait for a thread.
    package init(
        maximumThreads: Int = 4, maximumWaiting: Int = 1024,
        startThread: @escaping ThreadStarter = Thread.start(name:_:)
    ) {
        self.maximumThreads = maximumThreads
        self.maximumWaiting = maximumWaiting
        self.startThread = startThread
    }

    /// Runs `call` soon. Where the system gives no thread for it, it waits for one that runs.
    ///
    /// - Returns: false where too many wait already, or there is no thread at all; it is not run then.
    package func run(_ call: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            // Under the lock, so that a thread that is counted is there to take what waits.
            if state.threads < maximumThreads, startsThread(with: call) {
                state.threads += 1
                return true
            }
            guard state.threads > 0, state.waiting.count < maximumWaiting else { return false }
            state.waiting.append(call)
            return true
        }
    }

    private func startsThread(with call: @escaping @Sendable () -> Void) -> Bool {
        do throws(SystemError) {
            try startThread("blocking calls") { self.work(from: call) }
            return true
        } catch {
            return false
        }
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
