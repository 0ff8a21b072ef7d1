/// What is measured as one number a run. One table: the reports, `--fail-if` and the documentation render it.
package enum FigureMetric: String, Sendable, CaseIterable {
    case chunksPerSecond = "chunks_per_second"
    case messagesPerSecond = "messages_per_second"
    case errors
    case errorRate = "error_rate"
    case unsent
    case serverResident = "server_resident"
    case serverResidentPerSession = "server_resident_per_session"
    case serverCPU = "server_cpu"
    case serverCPUPerChunk = "server_cpu_per_chunk"
    case release

    /// The raw value is what it is called in reports for programs.
    package enum Unit: String, Sendable {
        /// A plain number.
        case count
        /// Of 1.
        case share
        case nanoseconds = "ns"
        case bytes
    }

    package var unit: Unit {
        switch self {
        case .chunksPerSecond, .messagesPerSecond, .errors, .unsent: .count
        case .errorRate, .serverCPU: .share
        case .serverCPUPerChunk, .release: .nanoseconds
        case .serverResident, .serverResidentPerSession: .bytes
        }
    }

    /// How it is measured, as a phrase.
    package var definition: String {
        switch self {
        case .chunksPerSecond: "chunks with text that arrived in the measured time ÷ its length"
        case .messagesPerSecond: "answers that ended well in the measured time ÷ its length"
        case .errors: "measured messages that failed, and sessions that did not start"
        case .errorRate: "measured messages that failed ÷ those that ended"
        case .unsent: "messages of an open loop that no session was free for up to the end"
        case .serverResident: "most memory that the server's process had resident in the measured time"
        case .serverResidentPerSession: "what the started, idle sessions added to that memory ÷ their number"
        case .serverCPU: "CPU time of the server's process ÷ measured time: 100 % is one core"
        case .serverCPUPerChunk: "CPU time of the server's process ÷ chunks"
        case .release: "disconnect of all idle sessions → the server has closed their descriptors"
        }
    }

    /// In the unit's base: a number, a share of 1, nanoseconds, bytes. nil where the run has no such figure.
    package func value(in result: RunResult) -> Double? {
        let figures = result.figures
        let server = result.server
        switch self {
        case .chunksPerSecond: return figures.chunksPerSecond
        case .messagesPerSecond: return figures.messagesPerSecond
        case .errors: return Double(figures.errors.total)
        case .errorRate:
            let ended = figures.failedMessages + figures.answeredMessages
            return ended > 0 ? Double(figures.failedMessages) / Double(ended) : nil
        case .unsent: return Double(figures.unsentMessages)
        case .serverResident: return (server?.residentPeak ?? server?.residentIdle).map { Double($0) }
        case .serverResidentPerSession:
            guard let server, let idle = server.residentIdle, result.startedSessions > 0 else { return nil }
            return Double(idle - server.residentBefore) / Double(result.startedSessions)
        case .serverCPU:
            guard let cpu = server?.cpuNanoseconds, figures.measuredNanoseconds > 0 else { return nil }
            return Double(cpu) / Double(figures.measuredNanoseconds)
        case .serverCPUPerChunk:
            guard let cpu = server?.cpuNanoseconds, figures.chunksInTime > 0 else { return nil }
            return Double(cpu) / Double(figures.chunksInTime)
        case .release: return server?.releaseNanoseconds.map { Double($0) }
        }
    }

    /// A value in the unit's base, for a person.
    package func text(of value: Double) -> String {
        Self.text(of: value, in: unit)
    }

    static func text(of value: Double, in unit: Unit) -> String {
        switch unit {
        case .count: value == value.rounded() ? FigureText.fixed(value, decimals: 0) : FigureText.threeDigits(value)
        case .share: FigureText.percent(value)
        case .nanoseconds: FigureText.time(value)
        case .bytes: FigureText.size(value)
        }
    }
}
