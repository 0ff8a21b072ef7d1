import EventLoops

/// The threads that built-in tools run on, shared fairly by the sessions of all loops.
final class ToolThreads: Sendable {
    static let maximumThreads = 4

    let places: FairPlaces
    private let calls: BlockingCalls

    /// A session has half of the threads at most.
    ///
    /// - Parameters:
    ///   - maximumWaiting: runs that wait for one of them.
    ///   - startThread: as ``BlockingCalls`` takes it.
    init(maximumWaiting: Int, startThread: @escaping BlockingCalls.ThreadStarter = Thread.start(name:_:)) {
        places = FairPlaces(
            maximumTaken: Self.maximumThreads, maximumPerSession: Self.maximumThreads / 2,
            maximumWaiting: maximumWaiting)
        calls = BlockingCalls(
            maximumThreads: Self.maximumThreads, maximumWaiting: Self.maximumThreads, startThread: startThread)
    }

    /// Runs `body` on a thread when there is one for it.
    ///
    /// - Parameter refused: called instead of `body` where the system gives no thread.
    /// - Returns: nil where too many wait.
    func run(
        for sessionID: String, refused: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () -> Void
    ) -> FairPlaces.Ticket? {
        places.take(for: sessionID) { [calls, places] ticket in
            // A place is a thread, or one that is about to be free, as far as the system gives any.
            let isTaken = calls.run {
                body()
                places.release(ticket)
            }
            guard !isTaken else { return }
            refused()
            places.release(ticket)
        }
    }
}
