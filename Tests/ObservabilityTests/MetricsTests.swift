import Foundation
import Testing

@testable import Observability

struct MetricsTests {
    /// The lines of one family on the page.
    private func lines(of name: String, in metrics: Metrics) -> [String] {
        metrics.prometheusText().split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix(name) || line.hasPrefix("# HELP \(name) ") || line.hasPrefix("# TYPE \(name) ")
        }
    }

    // MARK: The table

    @Test func `Every number and duration stands in the table once`() {
        var metrics: [Metric] = []
        var durations: [DurationMetric] = []
        for family in MetricFamily.all {
            switch family.series {
            case .single(let metric): metrics.append(metric)
            case .labelled(_, let values): metrics += values.map(\.metric)
            case .durations(let metric, _): durations.append(metric)
            case .tools: break
            }
        }
        #expect(metrics.sorted { $0.rawValue < $1.rawValue } == Metric.allCases)
        #expect(durations.sorted { $0.rawValue < $1.rawValue } == DurationMetric.allCases)
    }

    @Test func `Names are unique, say their unit, and counters end in total`() throws {
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        for family in MetricFamily.all {
            #expect(family.name.wholeMatch(of: /ailoop(_[a-z]+)+/) != nil)
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
            #expect(family.help.hasSuffix("."))
            if case .durations(_, let bounds) = family.series {
                #expect(family.kind == .histogram)
                #expect(family.name.hasSuffix("_seconds"))
                #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
            } else {
                #expect(family.kind != .histogram)
            }
        }
    }

    @Test func `The metrics that the interface promises are there`() {
        let names = Set(MetricFamily.all.map(\.name))
        #expect(
            names.isSuperset(of: [
                "ailoop_sessions_active", "ailoop_connections_active", "ailoop_chunks_sent_total",
                "ailoop_upstream_requests_total", "ailoop_first_chunk_seconds", "ailoop_chunk_relay_seconds",
            ]))
    }

    // MARK: Adding and rendering

    @Test func `A counter and a gauge are the sum of all shards`() {
        let metrics = Metrics()
        let (first, second) = (metrics.makeShard(), metrics.makeShard())
        first.add(to: .chunksSent)
        second.add(41, to: .chunksSent)
        first.add(2, to: .sessionsActive)
        second.add(-1, to: .sessionsActive)
        #expect(
            lines(of: "ailoop_chunks_sent_total", in: metrics) == [
                "# HELP ailoop_chunks_sent_total Chunks of answers that were sent to clients.",
                "# TYPE ailoop_chunks_sent_total counter",
                "ailoop_chunks_sent_total 42",
            ])
        #expect(lines(of: "ailoop_sessions_active", in: metrics).last == "ailoop_sessions_active 1")
        #expect(metrics.value(of: .chunksSent) == 42)
    }

    @Test func `A label has a series for each of its values, also where it is zero`() {
        let metrics = Metrics()
        metrics.makeShard().add(3, to: .upstreamRequestsTimedOut)
        #expect(
            lines(of: "ailoop_upstream_requests_total", in: metrics) == [
                "# HELP ailoop_upstream_requests_total Calls to the AI service that ended, by outcome.",
                "# TYPE ailoop_upstream_requests_total counter",
                #"ailoop_upstream_requests_total{outcome="success"} 0"#,
                #"ailoop_upstream_requests_total{outcome="error"} 0"#,
                #"ailoop_upstream_requests_total{outcome="timeout"} 3"#,
                #"ailoop_upstream_requests_total{outcome="cancelled"} 0"#,
            ])
    }

    @Test func `Tool calls are counted by tool and outcome, and further names than the limit together`() {
        let metrics = Metrics()
        metrics.tools.count(tool: "b", outcome: "success")
        metrics.tools.count(tool: "a\"", outcome: "error")
        metrics.tools.count(tool: "b", outcome: "success")
        #expect(
            lines(of: "ailoop_tool_results_total", in: metrics).dropFirst(2) == [
                #"ailoop_tool_results_total{tool="a\"",outcome="error"} 1"#,
                #"ailoop_tool_results_total{tool="b",outcome="success"} 2"#,
            ])
        let full = ToolMeter()
        for number in 0..<(ToolMeter.maximumRows + 2) { full.count(tool: "t\(number)", outcome: "error") }
        full.count(tool: "t0", outcome: "error")
        #expect(full.rows.count == ToolMeter.maximumRows + 1)
        #expect(full.rows.first { $0.tool == ToolMeter.others }?.count == 2)
        #expect(full.rows.first { $0.tool == "t0" }?.count == 2)
    }

    @Test func `A histogram counts each bucket with all below, its bound included`() {
        let metrics = Metrics()
        let (first, second) = (metrics.makeShard(), metrics.makeShard())
        first.observe(nanoseconds: 10_000, in: .chunkRelay)
        second.observe(nanoseconds: 10_001, in: .chunkRelay)
        first.observe(nanoseconds: 0, in: .chunkRelay)
        second.observe(nanoseconds: 2_000_000_000, in: .chunkRelay)
        #expect(
            lines(of: "ailoop_chunk_relay_seconds", in: metrics) == [
                "# HELP ailoop_chunk_relay_seconds From reading a chunk from the AI service to writing its frame.",
                "# TYPE ailoop_chunk_relay_seconds histogram",
                #"ailoop_chunk_relay_seconds_bucket{le="0.00001"} 2"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.000025"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.00005"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.0001"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.00025"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.0005"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.001"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.0025"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.005"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.01"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.025"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="0.1"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="1"} 3"#,
                #"ailoop_chunk_relay_seconds_bucket{le="+Inf"} 4"#,
                "ailoop_chunk_relay_seconds_sum 2.000020001",
                "ailoop_chunk_relay_seconds_count 4",
            ])
        #expect(metrics.count(of: .chunkRelay) == 4)
        #expect(metrics.count(of: .firstChunk) == 0)
    }

    @Test func `Nothing is lost where threads add at the same time`() {
        let metrics = Metrics()
        let shard = metrics.makeShard()
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<10_000 {
                shard.add(to: .chunksSent)
                shard.observe(nanoseconds: 3, in: .firstChunk)
            }
        }
        #expect(metrics.value(of: .chunksSent) == 40_000)
        #expect(metrics.count(of: .firstChunk) == 40_000)
        #expect(lines(of: "ailoop_first_chunk_seconds_sum", in: metrics) == ["ailoop_first_chunk_seconds_sum 0.00012"])
    }

    // MARK: The text format

    @Test func `Every line of the page is a comment or a sample, and the last one ends`() {
        let metrics = Metrics()
        _ = metrics.makeShard()
        let text = metrics.prometheusText()
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let isComment = line.wholeMatch(of: /# (HELP|TYPE) ailoop[a-z_]+ .+/) != nil
            let isSample = line.wholeMatch(of: /ailoop[a-z_]+({[a-z]+="[^"\\]*"})? [0-9.]+/) != nil
            #expect(isComment != isSample, "\(line)")
        }
    }

    @Test func `Backslash, quote and line feed are escaped where the format says so`() {
        #expect(PrometheusText.escaped("a\\b\"c\nd", quotes: true) == #"a\\b\"c\nd"#)
        #expect(PrometheusText.escaped("a\\b\"c\nd", quotes: false) == #"a\\b"c\nd"#)
        var text = PrometheusText()
        text.sample("n", labels: [("a", "x\"y"), ("b", "2")], value: 7)
        #expect(text.text == "n{a=\"x\\\"y\",b=\"2\"} 7\n")
    }

    @Test(arguments: [
        (0, "0"), (1, "0.000000001"), (250_000, "0.00025"), (1_000_000_000, "1"), (2_500_000_000, "2.5"),
        (-1_500_000_000, "-1.5"), (60_000_000_000, "60"),
    ])
    func `Nanoseconds are written as seconds, exactly`(nanoseconds: Int, text: String) {
        #expect(PrometheusText.seconds(nanoseconds) == text)
    }
}
