/// When a model call runs out of time: as a whole, and its attempt as far as that has got. In nanoseconds of a scheduler's
/// clock; `.max` is never.
struct CallDeadlines {
    private(set) var whole = UInt64.max
    private(set) var attempt = UInt64.max
    private var pausedAt: UInt64?

    var next: UInt64 { min(whole, attempt) }

    /// - Parameter limit: zero or less: none.
    mutating func setWhole(_ limit: Duration, from now: UInt64) {
        whole = Self.deadline(limit, from: now)
    }

    mutating func setAttempt(_ limit: Duration, from now: UInt64) {
        attempt = Self.deadline(limit, from: now)
    }

    mutating func clearAttempt() {
        attempt = .max
    }

    /// Nanoseconds left of the whole.
    func remaining(at now: UInt64) -> UInt64 {
        if whole == .max { return .max }
        let now = pausedAt ?? now
        return whole > now ? whole - now : 0
    }

    mutating func pause(at now: UInt64) {
        pausedAt = now
    }

    /// Moves both by the time of the pause: while paused nobody is too slow.
    mutating func resume(at now: UInt64) {
        guard let pausedAt else { return }
        self.pausedAt = nil
        let pause = now - pausedAt
        whole = Self.sum(whole, pause)
        attempt = Self.sum(attempt, pause)
    }

    private static func deadline(_ limit: Duration, from now: UInt64) -> UInt64 {
        limit <= .zero ? .max : sum(now, limit.wholeNanoseconds)
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
