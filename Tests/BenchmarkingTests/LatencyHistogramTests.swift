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
        var random = SeededGenerator(state: seed)
        var histogram = LatencyHistogram()
        var values: [UInt64] = []
        for _ in 0..<20_000 {
            let value = random.next() >> UInt64(random.next() % 50 + 10)
            values.append(value)
            histogram.record(value)
        }
        values.sort()
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

    private struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
