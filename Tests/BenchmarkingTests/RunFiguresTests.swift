import Testing

@testable import Benchmarking

@Suite struct RunFiguresTests {
    private func timing(sentAt: UInt64 = 100, intendedAt: UInt64 = 40, isMeasured: Bool = true) -> MessageTiming {
        var timing = MessageTiming(intendedAt: intendedAt, sentAt: sentAt, isMeasured: isMeasured)
        for chunk in [110, 115, 121] as [UInt64] { timing.noteChunk(at: chunk) }
        return timing
    }

    @Test func anAnswerIsTimedFromItsSending() {
        var figures = RunFigures()
        figures.recordAnswer(timing(), endedAt: 125, isOpenLoop: false)
        #expect(figures[.ttft].maximum == 10 && figures[.e2e].maximum == 25)
        #expect(figures[.gap].minimum == 5 && figures[.gap].maximum == 6 && figures[.gap].count == 2)
        #expect(figures[.intendedTTFT].count == 0 && figures.answeredMessages == 1)
    }

    @Test func inAnOpenLoopTheWaitForASessionIsToldBesideIt() {
        var figures = RunFigures()
        figures.recordAnswer(timing(), endedAt: 125, isOpenLoop: true)
        #expect(figures[.ttft].maximum == 10 && figures[.e2e].maximum == 25)
        #expect(figures[.intendedTTFT].maximum == 70 && figures[.intendedE2E].maximum == 85)
    }

    @Test func nothingOfAFailureIsInAnyTime() {
        var figures = RunFigures()
        figures.recordFailure(timing(), kind: "timeout", example: "No end.")
        #expect(LatencyMetric.allCases.allSatisfy { figures[$0].count == 0 })
        #expect(figures.failedMessages == 1 && figures.errors.entries.map(\.kind) == ["timeout"])
    }

    @Test func theWarmUpIsLeftOut() {
        var figures = RunFigures()
        figures.recordAnswer(timing(isMeasured: false), endedAt: 125, isOpenLoop: true)
        figures.recordFailure(timing(isMeasured: false), kind: "timeout", example: "")
        #expect(LatencyMetric.allCases.allSatisfy { figures[$0].count == 0 })
        #expect(figures.failedMessages == 0 && figures.errors.total == 0 && figures.warmupErrors == 1)
    }

    @Test func gapsAreKeptUpToTheirLimit() {
        var timing = MessageTiming(intendedAt: 0, sentAt: 0, isMeasured: true)
        for chunk in 0...UInt64(MessageTiming.maximumGaps) { timing.noteChunk(at: chunk) }
        #expect(timing.gaps.count == MessageTiming.maximumGaps)
        timing.noteChunk(at: 1 << 40)
        #expect(timing.gaps.count == MessageTiming.maximumGaps)
    }

    @Test func kindsOfErrorsAreKeptUpToTheirLimit() {
        var tally = ErrorTally()
        for number in 0..<ErrorTally.maximumKinds + 5 { tally.add("kind \(number)", example: "\(number)") }
        #expect(tally.entries.count == ErrorTally.maximumKinds)
        #expect(tally.entries.last?.kind == ErrorTally.otherKind)
        #expect(tally.entries.last?.count == 6)
        tally.add("kind 3", example: "again")
        #expect(tally.entries[3].count == 2 && tally.entries[3].example == "3")
        #expect(tally.total == ErrorTally.maximumKinds + 6)
        var long = ErrorTally()
        long.add("a", example: String(repeating: "x", count: ErrorTally.maximumExampleCharacters + 1))
        #expect(long.entries.first?.example.count == ErrorTally.maximumExampleCharacters)
    }

    @Test func aLineIsFittedToPoints() {
        let exact = LineFit([(1, 13), (10, 40), (100, 310)])
        #expect(exact == LineFit([(1, 13), (100, 310)]))
        #expect(abs((exact?.slope ?? 0) - 3) < 1e-9 && abs((exact?.intercept ?? 0) - 10) < 1e-9)
        #expect(abs((exact?.determination ?? 0) - 1) < 1e-9)
        #expect(LineFit([]) == nil && LineFit([(1, 1)]) == nil && LineFit([(1, 1), (1, 2)]) == nil)
        #expect(LineFit([(1, 5), (2, 5)])?.slope == 0)
        let scattered = LineFit([(0, 0), (1, 1), (2, 0), (3, 1)])
        #expect(abs((scattered?.slope ?? 0) - 0.2) < 1e-9 && abs((scattered?.determination ?? 0) - 0.2) < 1e-9)
    }

    @Test func aLateOrBusyLoadIsToldOf() {
        var usage = ClientUsage()
        usage.cpuNanoseconds = 850_000_000
        for _ in 0..<100 { usage.lag.record(ClientUsage.lagLimit) }
        #expect(usage.warnings(over: 1_000_000_000).isEmpty)
        usage.cpuNanoseconds = 860_000_000
        for _ in 0..<100 { usage.lag.record(ClientUsage.lagLimit * 2) }
        let warnings = usage.warnings(over: 1_000_000_000)
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains("late: p99") == true && warnings.last?.contains("86.0 % of a core") == true)
    }
}
