import Synchronization

/// Messages of each user a minute, with bursts (token bucket). Thread-safe; asked once a message.
final class RateLimiter: Sendable {
    /// Users kept in mind. Past it, those whose buckets are full again are forgotten, which changes nothing for them.
    static let maximumUsers = 100_000

    private struct Bucket {
        var tokens: Double
        var updated: UInt64
    }

    let messagesPerMinute: Int
    private let burst: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - messagesPerMinute: 0 switches the limit off.
    ///   - burst: how many may come at once; 0: a minute's worth.
    init(messagesPerMinute: Int, burst: Int) {
        self.messagesPerMinute = messagesPerMinute
        self.burst = Double(burst > 0 ? burst : messagesPerMinute)
    }

    /// Whether the user may send a message at `now` (monotonic nanoseconds); counts it if so.
    func admits(_ userID: String, now: UInt64) -> Bool {
        guard messagesPerMinute > 0 else { return true }
        return buckets.withLock { buckets in
            if buckets.count >= Self.maximumUsers, buckets[userID] == nil { forgetFullBuckets(&buckets, now: now) }
            var bucket = buckets[userID] ?? Bucket(tokens: burst, updated: now)
            bucket.tokens = tokens(in: bucket, now: now)
            bucket.updated = now
            defer { buckets[userID] = bucket }
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        }
    }

    private func tokens(in bucket: Bucket, now: UInt64) -> Double {
        let minutes = Double(now &- bucket.updated) / 60e9
        return min(burst, bucket.tokens + minutes * Double(messagesPerMinute))
    }

    private func forgetFullBuckets(_ buckets: inout [String: Bucket], now: UInt64) {
        buckets = buckets.filter { tokens(in: $0.value, now: now) < burst }
    }
}
