/// What is measured as a distribution of times. One table: the reports, `--fail-if` and the documentation render it.
package enum LatencyMetric: String, Sendable, CaseIterable {
    case ttft
    case gap
    case e2e
    case intendedTTFT = "ttft_intended"
    case intendedE2E = "e2e_intended"
    case start
    case relay

    /// How it is measured, as a phrase.
    package var definition: String {
        switch self {
        case .ttft: "message sent → first chunk that is not empty"
        case .gap: "one chunk that is not empty → the next of the same answer"
        case .e2e: "message sent → final chunk, which says that the answer is over"
        case .intendedTTFT: "time that the message was due → first chunk: with the wait for a free session"
        case .intendedE2E: "time that the message was due → final chunk: with the wait for a free session"
        case .start: "begin to connect → session started"
        case .relay: "upstream wrote the chunk → it was read here (for upstreams that write the time into it)"
        }
    }

    var index: Int {
        switch self {
        case .ttft: 0
        case .gap: 1
        case .e2e: 2
        case .intendedTTFT: 3
        case .intendedE2E: 4
        case .start: 5
        case .relay: 6
        }
    }
}
