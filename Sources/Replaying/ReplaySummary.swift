/// What came of all scripts together.
package struct ReplaySummary: Sendable, Hashable {
    package var files = 0
    package var ended = 0
    package var failed = 0
    package var skipped = 0
    /// Commands, other than messages, that failed.
    package var failedCommands = 0
    package var unreachable: String?
    package var wasInterrupted = false
    /// Nanoseconds.
    package var duration: UInt64 = 0

    package init() {}

    package mutating func add(_ event: PlayEvent) {
        switch event {
        case .messageEnded(let result):
            switch result.status {
            case .ok: ended += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            }
        case .commandFailed: failedCommands += 1
        case .ended(let outcome):
            files += 1
            switch outcome {
            case .unreachable(let reason): unreachable = reason
            case .interrupted: wasInterrupted = true
            case .ok, .failed: break
            }
        default: break
        }
    }

    package var hasFailed: Bool { failed > 0 || failedCommands > 0 }

    package var messages: Int { ended + failed + skipped }

    /// `2 files, 5 messages: 3 ended well, 1 failed, 1 not played (2.104 s)`
    package var text: String {
        var parts = ["\(ended) ended well"]
        if failed > 0 { parts.append("\(failed) failed") }
        if failedCommands > 0 {
            parts.append("\(failedCommands) other \(failedCommands == 1 ? "command" : "commands") failed")
        }
        if skipped > 0 { parts.append("\(skipped) not played") }
        return
            "\(files) \(files == 1 ? "file" : "files"), \(messages) \(messages == 1 ? "message" : "messages"): "
            + parts.joined(separator: ", ") + " (\(secondsText(duration)) s)"
    }
}

/// Nanoseconds as seconds with three decimals.
func secondsText(_ nanoseconds: UInt64) -> String {
    let milliseconds = (nanoseconds + 500_000) / 1_000_000
    let fraction = String(milliseconds % 1_000)
    return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}
