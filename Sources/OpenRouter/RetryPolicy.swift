package import AILoop

/// When a failed model call is tried again: exponential backoff with jitter, or what the upstream asked for.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts beyond the first one.
    package var maximumRetries: Int
    /// The backoff before the first retry; it doubles with each further one.
    package var base: Duration
    /// The longest wait. A longer `Retry-After` is shortened to it.
    package var maximum: Duration

    package init(
        maximumRetries: Int = 2, base: Duration = .milliseconds(500), maximum: Duration = .seconds(30)
    ) {
        self.maximumRetries = maximumRetries
        self.base = base
        self.maximum = maximum
    }

    /// Nanoseconds to wait before the next attempt; nil where the call has failed for good.
    ///
    /// - Parameters:
    ///   - retries: those already made.
    ///   - remaining: nanoseconds that are left of the call's whole time. A wait that would not leave any fails at once,
    ///     and so does a `Retry-After` beyond it, also where ``maximum`` would shorten it.
    ///   - jitter: random, 0 ..< 1. The backoff lies between a half and the whole of its step.
    package func wait(after error: ModelError, retries: Int, remaining: UInt64, jitter: Double) -> UInt64? {
        guard error.retryable, retries < maximumRetries else { return nil }
        let wait: UInt64
        if let seconds = error.retryAfterSeconds {
            let asked = Self.nanoseconds(seconds)
            guard asked < remaining else { return nil }
            wait = min(asked, maximum.wholeNanoseconds)
        } else {
            wait = backoff(retries: retries, jitter: jitter)
        }
        return wait < remaining ? wait : nil
    }

    private func backoff(retries: Int, jitter: Double) -> UInt64 {
        let base = base.wholeNanoseconds
        let (step, overflow) = base.multipliedReportingOverflow(by: 1 << UInt64(min(retries, 62)))
        let half = min(overflow ? .max : step, maximum.wholeNanoseconds) / 2
        return half + UInt64(Double(half) * min(max(jitter, 0), 1))
    }

    private static func nanoseconds(_ seconds: Double) -> UInt64 {
        // Past 100 years nobody waits; the bound keeps the conversion from overflowing.
        UInt64(min(max(seconds, 0), 3_155_760_000) * 1e9)
    }
}
