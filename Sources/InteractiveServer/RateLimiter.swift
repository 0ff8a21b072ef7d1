import Synchronization

/// Messages of each user a minute, with bursts (token bucket). Thread-safe; asked once a message.
final class RateLimiter: Sendable {
    /// Users kept in mind. Past it, those whose buckets are full again are forgotten, which changes nothing for them.
    static let maximumUsers = 100_000

    private struct Bucket {
        var tokens: Double
        var updated: UInt64
    }

    private struct State {
        var messagesPerMinute: Int
        var burst: Double
        var buckets: [String: Bucket] = [:]

        init(messagesPerMinute: Int, burst: Int) {
            self.messagesPerMinute = messagesPerMinute
            self.burst = Double(burst > 0 ? burst : messagesPerMinute)
        }

        func tokens(in bucket: Bucket, now: UInt64) -> Double {
            let minutes = Double(now &- bucket.updated) / 60e9
            return min(burst, bucket.tokens + minutes * Double(messagesPerMinute))
        }

        mutating func forgetFullBuckets(now: UInt64) {
            buckets = buckets.filter { tokens(in: $0.value, now: now) < burst }
        }
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - messagesPerMinute: 0 switches the limit off.
    ///   - burst: how many may come at once; 0: a minute's worth.
    init(messagesPerMinute: Int, burst: Int) {
        state = Mutex(State(messagesPerMinute: messagesPerMinute, burst: burst))
    }

    var messagesPerMinute: Int { state.withLock(\.messagesPerMinute) }

    /// Holds from the next message on. What users have left is kept, where the limit stays the same.
    func setLimit(messagesPerMinute: Int, burst: Int) {
        let next = State(messagesPerMinute: messagesPerMinute, burst: burst)
        state.withLock { state in
            guard next.messagesPerMinute != state.messagesPerMinute || next.burst != state.burst else { return }
            state = next
        }
    }

    /// Whether the user may send a message at `now` (monotonic nanoseconds); counts it if so.
    func admits(_ userID: String, now: UInt64) -> Bool {
        state.withLock { state in
            guard state.messagesPerMinute > 0 else { return true }
            if state.buckets.count >= Self.maximumUsers, state.buckets[userID] == nil {
                state.forgetFullBuckets(now: now)
            }
            var bucket = state.buckets[userID] ?? Bucket(tokens: state.burst, updated: now)
            bucket.tokens = state.tokens(in: bucket, now: now)
            bucket.updated = now
            defer { state.buckets[userID] = bucket }
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        }
    }
}
