import Synchronization

/// One event loop's share of the metrics. Only its loop should add to it, so that no cache line travels between cores;
/// adding from elsewhere is correct all the same. Reading sums the shards up (``Metrics``).
package final class MetricsShard: Sendable {
    /// Upper limit of the buckets of one histogram, the one without a bound included.
    package static let maximumBuckets = 16

    /// A histogram's place: its buckets, then its sum in nanoseconds.
    private static let histogramStride = maximumBuckets + 1

    private let numbers: InlineArray<32, Atomic<Int>> = .init { _ in Atomic(0) }
    private let histograms: InlineArray<51, Atomic<Int>> = .init { _ in Atomic(0) }
    /// The bounds of each ``DurationMetric``, by raw value.
    private let bounds: [[Int]]

    init(bounds: [[Int]]) {
        self.bounds = bounds
        precondition(Metric.allCases.count <= numbers.count, "MetricsShard: too few places for numbers")
        precondition(bounds.count * Self.histogramStride <= histograms.count, "MetricsShard: too few histograms")
        precondition(bounds.allSatisfy { $0.count < Self.maximumBuckets }, "MetricsShard: too many buckets")
    }

    /// Adds to a counter or a gauge; a gauge may go down.
    package func add(_ amount: Int = 1, to metric: Metric) {
        numbers[metric.rawValue].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Counts a duration, `times` over.
    package func observe(nanoseconds: Int, times: Int = 1, in metric: DurationMetric) {
        let bounds = bounds[metric.rawValue]
        var bucket = 0
        while bucket < bounds.count, nanoseconds > bounds[bucket] { bucket += 1 }
        let place = metric.rawValue * Self.histogramStride
        histograms[place + bucket].wrappingAdd(times, ordering: .relaxed)
        histograms[place + Self.maximumBuckets].wrappingAdd(nanoseconds &* times, ordering: .relaxed)
    }

    func value(of metric: Metric) -> Int {
        numbers[metric.rawValue].load(ordering: .relaxed)
    }

    /// What fell into a bucket itself, not into the ones below it.
    func count(in metric: DurationMetric, bucket: Int) -> Int {
        histograms[metric.rawValue * Self.histogramStride + bucket].load(ordering: .relaxed)
    }

    /// Nanoseconds of all durations together.
    func sum(of metric: DurationMetric) -> Int {
        histograms[metric.rawValue * Self.histogramStride + Self.maximumBuckets].load(ordering: .relaxed)
    }
}
