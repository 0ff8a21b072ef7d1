import Synchronization

/// Counts how tool calls ended, by tool and outcome. Thread-safe; a tool call is rare enough for a lock.
package final class ToolMeter: Sendable {
    /// Pairs of tool and outcome that are told apart. Clients name tools as they like: further ones count as ``others``.
    package static let maximumRows = 1000
    package static let others = "others"

    private struct Key: Hashable {
        var tool: String
        var outcome: String
    }

    private let counts = Mutex<[Key: Int]>([:])

    package init() {}

    package func count(tool: String, outcome: String) {
        counts.withLock { counts in
            var key = Key(tool: tool, outcome: outcome)
            if counts[key] == nil, counts.count >= Self.maximumRows { key.tool = Self.others }
            counts[key, default: 0] += 1
        }
    }

    /// By tool, then by outcome.
    package var rows: [(tool: String, outcome: String, count: Int)] {
        let rows = counts.withLock { $0 }.map { (tool: $0.key.tool, outcome: $0.key.outcome, count: $0.value) }
        return rows.sorted { ($0.tool, $0.outcome) < ($1.tool, $1.outcome) }
    }
}
