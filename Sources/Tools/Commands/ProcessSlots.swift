/// Lets only so many programs of tools run at the same time on one event loop; the others wait in order.
///
/// Isolation: lives on its loop.
final class ProcessSlots {
    private let maximumRunning: Int
    private(set) var runningCount = 0
    /// Oldest first. Bounded by the sessions and by how many calls each may run at a time.
    private var waiting: [(number: Int, start: () -> Void)] = []
    private var nextNumber = 0

    init(maximumRunning: Int) {
        self.maximumRunning = max(1, maximumRunning)
    }

    /// Calls `start` once there is a place: at once, or later. Whoever was started gives the place back by ``release()``.
    ///
    /// - Returns: what ``withdraw(_:)`` takes while it waits.
    func take(_ start: @escaping () -> Void) -> Int {
        nextNumber += 1
        if runningCount < maximumRunning {
            runningCount += 1
            start()
        } else {
            waiting.append((nextNumber, start))
        }
        return nextNumber
    }

    /// It waits no more.
    func withdraw(_ number: Int) {
        waiting.removeAll { $0.number == number }
    }

    func release() {
        if waiting.isEmpty {
            runningCount -= 1
        } else {
            waiting.removeFirst().start()
        }
    }
}
