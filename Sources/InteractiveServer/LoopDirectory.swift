import EventLoops
import Sessions
import Synchronization

/// The workers of a server, by the index of their loop: how one hands something to another.
final class LoopDirectory: Sendable {
    private let workers = Mutex<[LoopBound<Worker>]>([])

    func fill(_ workers: [LoopBound<Worker>]) {
        self.workers.withLock { $0 = workers }
    }

    /// Runs `body` with the worker of that loop, on the loop, later.
    func submit(to loopIndex: Int, _ body: @escaping @Sendable (Worker) -> Void) {
        workers.withLock { $0[loopIndex] }.submit(body)
    }
}
