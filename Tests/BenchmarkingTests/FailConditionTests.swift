import Testing

@testable import Benchmarking

@Suite struct FailConditionTests {
    /// A run with one answer: first chunk after 150 ms, end after 1 s, two gaps of 30 ms.
    private var result: RunResult {
        var result = RunResult(plan: BenchPlan())
        result.startedSessions = 1
        result.figures.measuredNanoseconds = 2_000_000_000
        result.figures.chunksInTime = 3
        result.figures.answersInTime = 1
        var timing = MessageTiming(intendedAt: 0, sentAt: 0, isMeasured: true)
        timing.noteChunk(at: 150_000_000)
        timing.noteChunk(at: 180_000_000)
        timing.noteChunk(at: 210_000_000)
        result.figures.recordAnswer(timing, endedAt: 1_000_000_000, isOpenLoop: false)
        result.server = ServerUsage(residentBefore: 8 << 20)
        result.server?.residentIdle = 9 << 20
        result.server?.residentPeak = 12 << 20
        result.server?.cpuNanoseconds = 60_000_000
        return result
    }

    @Test(
        "a condition is checked against the run",
        arguments: [
            ("ttft.p99>200ms", false), ("ttft.p99>149ms", true), (" ttft.p99 > 0.1 s ", true), ("ttft.max<1s", true),
            ("ttft.min>=1h", false), ("e2e.p50<=1s", true), ("e2e.p50<1s", false), ("gap.mean>=30ms", true),
            ("gap.p99.9>30us", true), ("gap.p99.9>31ms", false), ("chunks_per_second<1.5", false),
            ("chunks_per_second<=1.5", true), ("messages_per_second>0.4", true), ("errors>0", false),
            ("errors>=0", true), ("error_rate>0%", false), ("server_resident>11.5MiB", true),
            ("server_resident>12MiB", false), ("server_resident_per_session>=1MiB", true), ("server_cpu>2.9%", true),
            ("server_cpu>3%", false), ("server_cpu_per_chunk>=20ms", true), ("unsent>0", false),
        ] as [(String, Bool)])
    func holds(text: String, expected: Bool) throws {
        let outcome = try FailCondition(text).check(result)
        switch outcome {
        case .failed: #expect(expected, "\(text)")
        case .passed: #expect(!expected, "\(text)")
        case .noSamples: Issue.record("\(text) has no samples")
        }
    }

    @Test(
        "a metric that nothing was measured of is neither passed nor failed",
        arguments: [
            "ttft.p99<1s", "relay.p50>1s", "e2e_intended.max>1s", "server_cpu>1%", "error_rate>0%", "release>1s",
        ])
    func noSamples(text: String) throws {
        #expect(try FailCondition(text).check(RunResult(plan: BenchPlan())) == .noSamples)
    }

    @Test(
        "what is no condition says what would be",
        arguments: [
            ("ttft.p99", "has no comparison", "METRIC>VALUE"), ("", "has no comparison", "METRIC>VALUE"),
            ("ttft>200ms", "is no metric", "`ttft.p99`"),
            ("tfft.p99>200ms", "is no metric", "did you mean `ttft.p99`?"),
            ("ttft.p0>1s", "is no metric", "any percentile"), ("ttft.p101>1s", "is no metric", "any percentile"),
            ("ttft.p1e1>1s", "is no metric", "any percentile"), ("ttft.pnan>1s", "is no metric", "any percentile"),
            (">1s", "is no metric", "any percentile"), ("error>0", "is no metric", "did you mean `errors`?"),
            ("ttft.p99>200", "is no value", "`200ms`"), ("ttft.p99>", "is no value", "`200ms`"),
            ("ttft.p99>>200ms", "is no value", "`200ms`"), ("ttft.p99=200ms", "has no comparison", "METRIC>VALUE"),
            ("ttft.p99>-1ms", "is no value", "`200ms`"), ("errors>1ms", "is no value", "plain number"),
            ("errors>inf", "is no value", "plain number"), ("errors>nan", "is no value", "plain number"),
            ("error_rate>0.1", "is no value", "percentage"), ("server_resident>64", "is no value", "`64MiB`"),
        ] as [(String, String, String)])
    func faults(text: String, message: String, help: String) {
        do throws(FailCondition.ParseError) {
            let condition = try FailCondition(text)
            Issue.record("\(condition)")
        } catch {
            #expect(error.message.contains(message), "\(error.message)")
            #expect(error.help.contains(help), "\(error.help)")
        }
    }

    @Test("every metric of the catalog can be named")
    func catalog() {
        for metric in LatencyMetric.allCases {
            #expect(MetricReference("\(metric.rawValue).p50") == .latency(metric, .quantile(0.5)))
            #expect(MetricReference.catalog.contains(metric.rawValue))
        }
        for metric in FigureMetric.allCases {
            #expect(MetricReference(metric.rawValue) == .figure(metric))
            #expect(MetricReference.catalog.contains(metric.rawValue))
        }
    }
}
