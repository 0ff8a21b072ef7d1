/// What one run measured, and how it ended.
package struct RunResult: Sendable {
    package enum Ending: Sendable, Equatable {
        case complete
        /// Somebody stopped it.
        case interrupted
        /// All sessions were lost before the time was over; the first reason.
        case lost(String)
        /// No session ever started; the first reason.
        case unreachable(String)
    }

    package var plan: BenchPlan
    package var ending = Ending.complete
    package var figures = RunFigures()
    package var startedSessions = 0
    /// Sessions whose connection broke, or that the server ended.
    package var lostSessions = 0
    /// nil where the server's process is not on this machine, or not ours to see.
    package var server: ServerUsage?
    package var client = ClientUsage()

    package init(plan: BenchPlan) {
        self.plan = plan
    }

    /// Messages were sent in the measured time, and none was answered.
    package var allMessagesFailed: Bool {
        figures.answeredMessages == 0 && figures.failedMessages > 0
    }
}

/// What the server's process used.
package struct ServerUsage: Sendable, Equatable {
    /// Before the first connection.
    package var residentBefore = 0
    /// When all sessions stood, and nothing had been said in them.
    package var residentIdle: Int?
    /// Highest of what was seen every tenth of a second of the measured time.
    package var residentPeak: Int?
    /// Of the measured time.
    package var cpuNanoseconds: UInt64?
    /// Before the first connection; nil where they cannot be seen.
    package var descriptorsBefore: Int?
    /// Idle runs: from the disconnect of all sessions until the server had closed their descriptors.
    package var releaseNanoseconds: UInt64?

    package init(residentBefore: Int) {
        self.residentBefore = residentBefore
    }
}

/// What the load itself used, to tell whether it got in the way of the measurement.
package struct ClientUsage: Sendable {
    /// How late the loop came to what was due, tried every hundredth of a second of the measured time.
    package var lag = LatencyHistogram()
    /// CPU time of the load's thread in the measured time.
    package var cpuNanoseconds: UInt64 = 0

    package init() {}

    /// From here on the load's own waits show in what it measures.
    package static let lagLimit: UInt64 = 5_000_000
    /// Share of a core.
    package static let cpuLimit = 0.85

    /// What is to be said of the load; empty where it kept up.
    package func warnings(over measuredNanoseconds: UInt64) -> [String] {
        guard measuredNanoseconds > 0 else { return [] }
        var warnings: [String] = []
        if let late = lag.value(at: 0.99), late > Self.lagLimit {
            warnings.append(
                "the load generator itself was late: p99 \(FigureText.time(Double(late))) "
                    + "(trusted up to \(FigureText.time(Double(Self.lagLimit)))); the times above contain this")
        }
        let share = Double(cpuNanoseconds) / Double(measuredNanoseconds)
        if share > Self.cpuLimit {
            warnings.append(
                "the load generator used \(FigureText.percent(share)) of a core; the server may be able to do more")
        }
        return warnings
    }
}
