import Benchmarking
import Testing

@Suite struct LatencyHistogramTests {
    @Test func anEmptyHistogramHasNoPercentiles() {
        let histogram = LatencyHistogram()
        #expect(histogram.value(at: 0.5) == nil)
        #expect(histogram.mean == nil)
    }

    @Test func smallValuesAreExact() {
        var histogram = LatencyHistogram()
        for value in 1...100 as ClosedRange<UInt64> { histogram.record(value) }
        #expect(histogram.value(at: 0.5) == 50)
        #expect(histogram.value(at: 0.99) == 99)
        #expect(histogram.value(at: 1) == 100)
        #expect(histogram.minimum == 1)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func percentilesAreWithinTheStatedError(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var histogram = LatencyHistogram()
        var values: [UInt64] = []
        for _ in 0..<20_000 {
            let value = random.next() >> UInt64(random.next() % 50 + 10)
            values.append(value)
            histogram.record(value)
        }
        values.sort()
        #expect(LatencyHistogram.maximumRelativeError < 0.01)
        for quantile in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999] {
            let exact = values[Int((quantile * Double(values.count)).rounded(.up)) - 1]
            let found = histogram.value(at: quantile) ?? 0
            #expect(found >= exact)
            #expect(Double(found - exact) <= Double(exact) * LatencyHistogram.maximumRelativeError, "seed \(seed)")
        }
    }

    @Test func addingTwoIsRecordingBoth() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        first.record(10)
        second.record(5_000_000)
        first.add(second)
        #expect(first.count == 2)
        #expect(first.maximum == 5_000_000)
        #expect(first.minimum == 10)
    }

    @Test func percentilesCanBeComputedFromTheBuckets() {
        var random = SeededRandom(seed: 7)
        var histogram = LatencyHistogram()
        for _ in 0..<5_000 { histogram.record(random.next() >> (random.next() % 60)) }
        let buckets = histogram.buckets
        #expect(buckets.reduce(0) { $0 + $1.count } == histogram.count)
        #expect(buckets.allSatisfy { $0.count > 0 })
        for quantile in [0.01, 0.5, 0.9, 0.99, 1] {
            var rest = UInt64((quantile * Double(histogram.count)).rounded(.up))
            let bucket = buckets.first { bucket in
                defer { rest -= min(rest, bucket.count) }
                return rest <= bucket.count
            }
            #expect(bucket.map { min($0.upperBound, histogram.maximum) } == histogram.value(at: quantile))
        }
    }
}
