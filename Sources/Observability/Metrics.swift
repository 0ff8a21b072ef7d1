import Synchronization

/// The metrics of the process: a shard for each event loop, summed up when they are read.
package final class Metrics: Sendable {
    /// The media type of ``prometheusText()``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// How tool calls ended.
    package let tools = ToolMeter()
    private let shards = Mutex<[MetricsShard]>([])

    package init() {}

    /// A new share, kept for as long as the metrics: one for each event loop.
    package func makeShard() -> MetricsShard {
        var bounds = [[Int]](repeating: [], count: DurationMetric.allCases.count)
        for family in MetricFamily.all {
            if case .durations(let metric, let familyBounds) = family.series { bounds[metric.rawValue] = familyBounds }
        }
        let shard = MetricsShard(bounds: bounds)
        shards.withLock { $0.append(shard) }
        return shard
    }

    /// The sum over all shards. While loops run, a gauge may be seen between two of its changes.
    package func value(of metric: Metric) -> Int {
        shards.withLock { $0 }.reduce(0) { $0 + $1.value(of: metric) }
    }

    /// How many durations were counted.
    package func count(of metric: DurationMetric) -> Int {
        shards.withLock { $0 }.reduce(0) { total, shard in
            (0..<MetricsShard.maximumBuckets).reduce(total) { $0 + shard.count(in: metric, bucket: $1) }
        }
    }

    /// Everything in the text format of Prometheus, version 0.0.4.
    package func prometheusText() -> String {
        let shards = shards.withLock { $0 }
        var text = PrometheusText()
        for family in MetricFamily.all {
            text.begin(family)
            switch family.series {
            case .single(let metric):
                text.sample(family.name, value: shards.reduce(0) { $0 + $1.value(of: metric) })
            case .labelled(let label, let values):
                for (value, metric) in values {
                    let sum = shards.reduce(0) { $0 + $1.value(of: metric) }
                    text.sample(family.name, labels: [(label, value)], value: sum)
                }
            case .tools:
                for row in tools.rows {
                    text.sample(family.name, labels: [("tool", row.tool), ("outcome", row.outcome)], value: row.count)
                }
            case .durations(let metric, let bounds):
                let counts = (0...bounds.count).map { bucket in
                    shards.reduce(0) { $0 + $1.count(in: metric, bucket: bucket) }
                }
                let sum = shards.reduce(0) { $0 + $1.sum(of: metric) }
                text.histogram(family.name, bounds: bounds, counts: counts, sum: sum)
            }
        }
        return text.text
    }
}
