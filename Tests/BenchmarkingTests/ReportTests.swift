import JSON
import Testing

@testable import Benchmarking

@Suite struct ReportTests {
    private func run(sessions: Int) -> RunResult {
        var plan = BenchPlan()
        plan.sessions = sessions
        var result = RunResult(plan: plan)
        result.startedSessions = sessions
        result.figures.measuredNanoseconds = 10_000_000_000
        result.figures.warmupMessages = 3
        result.figures.sentMessages = sessions
        for _ in 0..<sessions {
            var timing = MessageTiming(intendedAt: 0, sentAt: 0, isMeasured: true)
            timing.noteChunk(at: 100)
            timing.noteChunk(at: 120)
            result.figures.recordAnswer(timing, endedAt: 126, isOpenLoop: false)
            result.figures.chunksInTime += 2
            result.figures.answersInTime += 1
        }
        result.server = ServerUsage(residentBefore: 10 << 20)
        result.server?.residentIdle = 10 << 20 + sessions << 12
        result.server?.residentPeak = 11 << 20 + sessions << 13
        result.server?.cpuNanoseconds = 1_000_000_000
        return result
    }

    private func report(_ runs: [RunResult], failIf: [String] = []) throws -> BenchReport {
        var report = BenchReport(
            program: .init(name: "ailoopctl", version: "9.9.9"),
            host: HostDescription(system: "Linux 6 x", processor: "CPU", processors: 2, memoryBytes: 1 << 30),
            startedAt: "2026-01-31T00:00:00.000Z", command: ["ailoopctl", "bench"],
            server: .init(url: "ws://127.0.0.1/ws", isOwn: true, service: "mock"),
            conditions: try failIf.map { try FailCondition($0) })
        report.runs = runs
        return report
    }

    @Test(arguments: [(1, "measured  1 message, after"), (2, "measured  2 messages, after")])
    func whatIsMeasuredIsCounted(messages: Int, words: String) throws {
        var run = run(sessions: 1)
        run.plan.duration = nil
        run.plan.messages = messages
        #expect(TextReport(try report([run])).text.contains(words))
    }

    @Test func oneRunIsTwoTablesAndWhatTheirNamesMean() throws {
        var run = run(sessions: 2)
        run.figures.errors.add("odd\u{1B}kind", example: "line\nbreak")
        let text = TextReport(try report([run], failIf: ["ttft.p99>50ns", "relay.p50>1s", "errors>5"])).text
        #expect(
            text == """
                ailoopctl 9.9.9, 2026-01-31T00:00:00.000Z
                host      2 × CPU, Linux 6 x
                server    `ailoopctl serve` in a process of its own; mock
                load      2 sessions, closed loop: each sends its next message when the answer is over
                measured  10s, after 1s of warm-up that is left out
                seed      1

                          p50      p90      p99      max  samples
                ttft   100 ns   100 ns   100 ns   100 ns        2
                gap   20.0 ns  20.0 ns  20.0 ns  20.0 ns        2
                e2e    126 ns   126 ns   126 ns   126 ns        2

                chunks_per_second            0.40
                messages_per_second          0.20
                errors                       1
                error_rate                   0.00 %
                server_resident              11.0 MiB
                server_resident_per_session  4.00 KiB
                server_cpu                   10.0 %
                server_cpu_per_chunk         250 ms
                server memory                10.0 MiB before the sessions, 10.0 MiB idle, 11.0 MiB at most under load

                What the names mean (failed messages are in no time; percentiles are off by less than 1 %):
                  ttft                         \(LatencyMetric.ttft.definition)
                  gap                          \(LatencyMetric.gap.definition)
                  e2e                          \(LatencyMetric.e2e.definition)
                  chunks_per_second            \(FigureMetric.chunksPerSecond.definition)
                  messages_per_second          \(FigureMetric.messagesPerSecond.definition)
                  errors                       \(FigureMetric.errors.definition)
                  error_rate                   \(FigureMetric.errorRate.definition)
                  server_resident              \(FigureMetric.serverResident.definition)
                  server_resident_per_session  \(FigureMetric.serverResidentPerSession.definition)
                  server_cpu                   \(FigureMetric.serverCPU.definition)
                  server_cpu_per_chunk         \(FigureMetric.serverCPUPerChunk.definition)

                errors: 1 × odd\\u{1B}kind: line\\u{A}break
                warm-up: 3 messages left out

                FAILED  `ttft.p99>50ns` with 2 sessions: yes, it is 100 ns
                FAILED  `relay.p50>1s` with 2 sessions: cannot be told, nothing of it was measured
                passed  `errors>5` with 2 sessions: no, it is 1

                """)
    }

    @Test func severalRunsAreARowEachAndALineThroughTheirMemory() throws {
        let text = TextReport(try report([1, 10, 100].map(run))).text
        let lines = text.split(separator: "\n").map(String.init)
        let header = try #require(lines.firstIndex { $0.hasPrefix("sessions") })
        #expect(lines[header + 1].hasPrefix("1 ") && lines[header + 3].hasPrefix("100 "))
        #expect(Set(lines[header...header + 3].map(\.count)).count == 1)
        #expect(lines.contains("server memory, sessions idle: 10.0 MiB + 4.00 KiB a session (least squares, R² 1.000)"))
        #expect(
            lines.contains("server memory, peak under load: 11.0 MiB + 8.00 KiB a session (least squares, R² 1.000)"))
    }

    @Test func programsGetWhatTheFiguresAreMadeOf() throws {
        let report = try report([run(sessions: 2)], failIf: ["ttft.p99>50ns"])
        let value = try JSONParser.parse(JSONReport(report).bytes)
        #expect(value["version"] == 1 && value["startedAt"] == "2026-01-31T00:00:00.000Z")
        let run = try #require(value["runs"]?.array?.first)
        let expected: JSONValue = [
            "unit": "ns", "count": 2, "min": 100, "max": 100, "mean": 100, "p50": 100, "p90": 100, "p99": 100,
            "p99.9": 100,
            "maximumRelativeError": .number(JSONNumber(validated: "0.0078125")), "buckets": [[100, 2]],
        ]
        #expect(run["times"]?["ttft"] == expected)
        #expect(run["figures"]?["chunks_per_second"]?.double == 0.4)
        #expect(value["checks"] == [["condition": "ttft.p99>50ns", "sessions": 2, "passed": false, "value": 100]])
        #expect(value["memory"] == [:])
    }

    @Test func aRunThatWasCutShortSaysSo() {
        var result = run(sessions: 1)
        result.plan.sessions = 4
        result.lostSessions = 1
        result.figures.unsentMessages = 7
        result.figures.warmupErrors = 2
        result.ending = .interrupted
        let notes = TextReport.notes(on: result)
        #expect(notes.count == 5)
        #expect(notes.first?.contains("interrupted") == true)
        #expect(notes.contains("warm-up: 3 messages left out, 2 of them failed"))
        #expect(
            notes.contains("warning: 1 of 4 sessions started")
                && notes.contains { $0.contains("7 messages were never sent") })
    }

    @Test func progressIsOneLine() {
        var progress = LoadProgress(
            phase: .connecting, sessions: 1_000, startedSessions: 20, elapsed: 0, duration: 10_000_000_000,
            endedMessages: 0, errors: 0)
        #expect(progress.line == "connecting: 20 of 1,000 sessions")
        progress.phase = .measuring
        progress.startedSessions = 1_000
        progress.elapsed = 4_250_000_000
        progress.chunksPerSecond = 3312.4
        progress.firstChunkMedian = 151_000_000
        progress.errors = 2
        #expect(
            progress.line
                == "measuring, 1,000 sessions · 4.3 of 10.0 s · 3,312 chunks/s · ttft p50 151 ms · 2 errors")
        progress.messages = 50
        progress.duration = nil
        #expect(progress.line.contains(" · 0 of 50 messages · "))
    }
}
