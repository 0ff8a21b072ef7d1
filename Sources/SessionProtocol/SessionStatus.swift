/// `status` of sessions.
package enum SessionStatus: Int, Sendable, Hashable, CaseIterable {
    case starting = 0
    case active = 1
    case stopped = 2
    case error = 3
    case paused = 4

    /// For the reference.
    package var summary: String {
        switch self {
        case .starting: "being set up; not told by this server, which starts sessions at once"
        case .active: "takes messages"
        case .stopped: "has ended; nothing follows"
        case .error: "a message ended in an error; the session takes further ones"
        case .paused: "holds until `resumeSession`"
        }
    }
}

/// `status` in the answers about messages and tool results.
package enum OutcomeStatus: Int, Sendable, Hashable, CaseIterable {
    case ok = 0
    case error = 1
}

/// What a client may ask for in `sessionParams.capabilities`; off unless asked for.
package enum Capability: String, Sendable, Hashable, CaseIterable {
    case usage
    case reasoning
    /// Results of the tools that the server runs.
    case toolResults
    /// Being asked about tool calls that need approval.
    case toolApproval

    /// For the reference.
    package var summary: String {
        switch self {
        case .usage: "`UsageNotification` after each call to the model"
        case .reasoning: "`AIReasoningChunkNotification` for what the model thinks before it answers"
        case .toolResults: "`ToolResultNotification` for the tools that the server runs"
        case .toolApproval: "being asked, by `needsApproval`, before the server runs a tool whose policy is `ask`"
        }
    }
}

/// Who carries out a tool call.
package enum ToolExecutor: String, Sendable, Hashable, CaseIterable {
    case client
    case server
}
