import EventLoops

/// The threads that built-in tools run on, shared fairly by the sessions of all loops.
final class ToolThreads: Sendable {
    static let maximumThreads = 4

    let places: FairPlaces
    private let calls = BlockingCalls(maximumThreads: maximumThreads, maximumWaiting: maximumThreads)

    /// A session has half of the threads at most.
    ///
    /// - Parameter maximumWaiting: runs that wait for one of them.
    init(maximumWaiting: Int) {
        places = FairPlaces(
            maximumTaken: Self.maximumThreads, maximumPerSession: Self.maximumThreads / 2,
            maximumWaiting: maximumWaiting)
    }

    /// Runs `body` on a thread when there is one for it.
    ///
    /// - Returns: nil where too many wait.
    func run(for sessionID: String, _ body: @escaping @Sendable () -> Void) -> FairPlaces.Ticket? {
        places.take(for: sessionID) { [calls, places] ticket in
            // Never refused: a place is a thread, or one that is about to be free.
            _ = calls.run {
                body()
                places.release(ticket)
            }
        }
    }
}
