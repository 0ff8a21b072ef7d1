/// A distribution of durations in nanoseconds, in bounded space: buckets of equal width within each power of two.
///
/// A percentile is off by less than ``maximumRelativeError`` of its value, and by nothing below 128 ns.
package struct LatencyHistogram: Sendable, Equatable {
    private static let subBucketBits = 7
    private static let subBuckets = 1 << subBucketBits
    /// Upper bound of what a percentile may be off, relative to the true value: 1/128.
    package static let maximumRelativeError = 1.0 / Double(subBuckets)

    private var counts: [UInt64] = []
    package private(set) var count: UInt64 = 0
    package private(set) var maximum: UInt64 = 0
    package private(set) var minimum: UInt64 = .max
    private var sum: Double = 0

    package init() {}

    package mutating func record(_ nanoseconds: UInt64) {
        let index = Self.bucket(of: nanoseconds)
        if index >= counts.count { counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count)) }
        counts[index] += 1
        count += 1
        sum += Double(nanoseconds)
        maximum = max(maximum, nanoseconds)
        minimum = min(minimum, nanoseconds)
    }

    package mutating func add(_ other: LatencyHistogram) {
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (index, value) in other.counts.enumerated() { counts[index] += value }
        count += other.count
        sum += other.sum
        maximum = max(maximum, other.maximum)
        minimum = min(minimum, other.minimum)
    }

    /// nil where nothing was recorded.
    package var mean: Double? { count == 0 ? nil : sum / Double(count) }

    /// The value that `quantile` (0 to 1) of all are not above; nil where nothing was recorded.
    package func value(at quantile: Double) -> UInt64? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((quantile * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, value) in counts.enumerated() {
            seen += value
            if seen >= rank { return min(Self.upperBound(of: index), maximum) }
        }
        return maximum
    }

    /// Values at or below each bound that are above the one before; empty buckets are left out. All that percentiles are
    /// made of: whoever has the buckets can compute any.
    package var buckets: [(upperBound: UInt64, count: UInt64)] {
        counts.enumerated().filter { $0.element > 0 }.map { (Self.upperBound(of: $0.offset), $0.element) }
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(subBuckets) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let shift = exponent - subBucketBits
        return (shift + 1) * subBuckets + Int(value >> UInt64(shift)) - subBuckets
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= subBuckets else { return UInt64(bucket) }
        let shift = UInt64(bucket / subBuckets - 1)
        let lower = UInt64(bucket % subBuckets + subBuckets) << shift
        return lower + (1 << shift) - 1
    }
}
