/// All that is counted and timed in one run. Times are nanoseconds.
package struct RunFigures: Sendable {
    private var latencies = [LatencyHistogram](repeating: LatencyHistogram(), count: LatencyMetric.allCases.count)
    /// Of the measured messages, and of sessions that did not start.
    package var errors = ErrorTally()
    /// Messages that were sent before the measured time.
    package var warmupMessages = 0
    package var warmupErrors = 0
    /// Messages that were sent in the measured time.
    package var sentMessages = 0
    /// Of these, the ones that were answered to the end.
    package var answeredMessages = 0
    /// Of these, the ones that failed.
    package var failedMessages = 0
    /// Messages of an open loop that were due in the measured time, and found no session free up to its end.
    package var unsentMessages = 0
    /// What arrived in the measured time, of whatever message.
    package var chunksInTime = 0
    package var answersInTime = 0
    /// How long the measured time was.
    package var measuredNanoseconds: UInt64 = 0

    package init() {}

    package subscript(metric: LatencyMetric) -> LatencyHistogram {
        get { latencies[metric.index] }
        _modify { yield &latencies[metric.index] }
    }

    /// An answer came to its good end.
    mutating func recordAnswer(_ timing: MessageTiming, endedAt: UInt64, isOpenLoop: Bool) {
        guard timing.isMeasured, let first = timing.firstChunkAt else { return }
        answeredMessages += 1
        self[.ttft].record(first - timing.sentAt)
        for gap in timing.gaps { self[.gap].record(gap) }
        self[.e2e].record(endedAt - timing.sentAt)
        guard isOpenLoop else { return }
        self[.intendedTTFT].record(first - timing.intendedAt)
        self[.intendedE2E].record(endedAt - timing.intendedAt)
    }

    mutating func recordFailure(_ timing: MessageTiming, kind: String, example: String) {
        guard timing.isMeasured else {
            warmupErrors += 1
            return
        }
        failedMessages += 1
        errors.add(kind, example: example)
    }

    /// nil where there was no measured time.
    package var chunksPerSecond: Double? { perSecond(chunksInTime) }
    package var messagesPerSecond: Double? { perSecond(answersInTime) }

    private func perSecond(_ count: Int) -> Double? {
        measuredNanoseconds > 0 ? Double(count) * 1e9 / Double(measuredNanoseconds) : nil
    }
}
