import OpenRouter

/// Time that passes only when a test says so.
final class VirtualScheduler: Scheduler {
    private struct Entry {
        let id: Int
        let due: UInt64
        let body: () -> Void
    }

    private(set) var now: UInt64 = 1_000_000_000
    /// 2026-01-01 00:00:00 at the start.
    var unixTime: Double { 1_767_225_600 + Double(now - 1_000_000_000) / 1e9 }
    private var entries: [Entry] = []
    /// How often something was scheduled so far.
    private(set) var scheduledCount = 0

    var pendingCount: Int { entries.count }

    func schedule(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> any ScheduledWork {
        scheduledCount += 1
        let (due, overflow) = now.addingReportingOverflow(nanoseconds)
        entries.append(Entry(id: scheduledCount, due: overflow ? .max : due, body: body))
        return Work(scheduler: self, id: scheduledCount)
    }

    /// Lets time pass and runs what becomes due, in order.
    func advance(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let end = now + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        while let next = entries.filter({ $0.due <= end }).min(by: { ($0.due, $0.id) < ($1.due, $1.id) }) {
            now = max(now, next.due)
            entries.removeAll { $0.id == next.id }
            next.body()
        }
        now = end
    }

    private struct Work: ScheduledWork {
        let scheduler: VirtualScheduler
        let id: Int

        func cancel() {
            scheduler.entries.removeAll { $0.id == id }
        }
    }
}
