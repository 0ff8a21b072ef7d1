/// What one run of the benchmark does. Times are nanoseconds.
package struct BenchPlan: Sendable, Equatable {
    package enum Load: Sendable, Equatable {
        /// Each session sends its next message when the answer to the last one is over, and this time has passed.
        case closed(think: UInt64)
        /// So many messages a second are to be sent, whether or not the ones before are answered: one that finds no session
        /// free waits for it.
        case open(rate: Double, arrivals: Arrivals)
        /// Sessions are started and left alone.
        case idle
    }

    /// How the messages of an open loop are spread over time.
    package enum Arrivals: String, Sendable, CaseIterable {
        /// Independent of each other, as those of many people are.
        case poisson
        /// At equal distances.
        case constant
    }

    /// What the server's session table takes by default.
    package static let maximumSessions = 10_000
    package static let maximumMessages = 100_000_000
    /// Messages a second.
    package static let maximumRate = 100_000.0
    package static let maximumTime: UInt64 = 24 * 3600 * 1_000_000_000
    /// Runs of one call, a number of sessions each.
    package static let maximumRuns = 32

    /// Said in turn of a seeded die. None of them is a prompt that the built-in service answers in character.
    package static let defaultTexts = [
        "How do I name a boundary between two modules?",
        "Explain back-pressure to a new colleague.",
        "What makes a benchmark honest?",
        "Write a short plan for a quiet weekend.",
    ]

    package var sessions = 1
    package var load = Load.closed(think: 0)
    /// Of the measured time; nil: until the messages are answered.
    package var duration: UInt64? = 10_000_000_000
    /// Measured messages of all sessions together; nil: as many as fit into the duration.
    package var messages: Int?
    /// Load before the measured time, left out of all figures. The sessions' first messages are spread over it.
    package var warmup: UInt64 = 1_000_000_000
    /// From a message to the end of its answer; then it has failed.
    package var timeout: UInt64 = 60_000_000_000
    package var seed: UInt64 = 1
    package var texts = defaultTexts

    package init() {}
}
