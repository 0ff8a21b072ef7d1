/// Time, as the services need it: the event loop's in the product, a virtual one in tests.
///
/// Isolation: a scheduler, the work given to it and whoever gives it live on one event loop.
package protocol Scheduler: AnyObject {
    /// Monotonic nanoseconds.
    var now: UInt64 { get }
    /// Seconds since 1970, for dates that an upstream names.
    var unixTime: Double { get }
    /// Runs `body` once `nanoseconds` have passed; never from within this function, also where they are 0.
    func schedule(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> any ScheduledWork
}

/// Work that waits for its time.
package protocol ScheduledWork {
    /// Forgets the work. Does nothing where it has run or was cancelled before.
    func cancel()
}

extension Duration {
    /// Whole nanoseconds for a scheduler: 0 where the duration is negative, the farthest that fits where it is too long.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, sumOverflow) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return sumOverflow ? .max : sum
    }
}
