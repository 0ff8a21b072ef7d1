/// How far a run is, for a line that is drawn while it goes on.
package struct LoadProgress: Sendable, Equatable {
    package enum Phase: String, Sendable {
        case connecting
        case warmingUp = "warming up"
        case measuring, finishing, closing
    }

    package var phase: Phase
    package var sessions: Int
    package var startedSessions: Int
    /// Of the measured time so far.
    package var elapsed: UInt64
    package var duration: UInt64?
    package var endedMessages: Int
    package var messages: Int?
    package var chunksPerSecond: Double?
    package var firstChunkMedian: UInt64?
    package var errors: Int

    /// One line, without its end.
    package var line: String {
        if phase == .connecting {
            return "connecting: \(FigureText.count(startedSessions)) of \(FigureText.count(sessions)) sessions"
        }
        var parts = ["\(phase.rawValue), \(FigureText.count(startedSessions)) sessions"]
        if phase == .measuring {
            if let messages {
                parts.append("\(FigureText.count(endedMessages)) of \(FigureText.count(messages)) messages")
            } else if let duration {
                parts.append(
                    "\(FigureText.fixed(Double(elapsed) / 1e9, decimals: 1)) of \(FigureText.time(Double(duration)))")
            }
        }
        if let rate = chunksPerSecond { parts.append("\(FigureText.count(Int(rate))) chunks/s") }
        if let median = firstChunkMedian { parts.append("ttft p50 \(FigureText.time(Double(median)))") }
        if errors > 0 { parts.append("\(FigureText.count(errors)) errors") }
        return parts.joined(separator: " · ")
    }
}
