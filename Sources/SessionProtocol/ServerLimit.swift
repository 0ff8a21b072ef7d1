/// The limits that `getServerInfo` tells and that requests are refused for; the raw value is the name in `limits`.
package enum ServerLimit: String, Sendable, Hashable, CaseIterable {
    case maxMessageBytes, maxQueuedBytes, maxSessions, maxSessionsPerUser, maxQueuedMessages, messagesPerMinute
    case maxBatchRequests, maxTools, maxToolRounds, maxParallelTools, maxToolResultBytes
    case replayBufferBytes, resumeWindowSeconds, clientToolTimeoutSeconds, toolApprovalTimeoutSeconds

    /// What is counted, for error messages.
    var phrase: String {
        switch self {
        case .maxMessageBytes: "bytes in a message"
        case .maxQueuedBytes: "bytes queued for a client"
        case .maxSessions: "sessions"
        case .maxSessionsPerUser: "sessions of one user"
        case .maxQueuedMessages: "queued messages"
        case .messagesPerMinute: "messages a minute"
        case .maxBatchRequests: "requests in a batch"
        case .maxTools: "tools of a session"
        case .maxToolRounds: "tool rounds"
        case .maxParallelTools: "tools at once"
        case .maxToolResultBytes: "bytes in a tool result"
        case .replayBufferBytes: "bytes kept to be sent again"
        case .resumeWindowSeconds: "seconds"
        case .clientToolTimeoutSeconds: "seconds"
        case .toolApprovalTimeoutSeconds: "seconds"
        }
    }

    /// For the reference.
    package var summary: String {
        switch self {
        case .maxMessageBytes: "largest WebSocket message from a client; a larger one closes with 1009"
        case .maxQueuedBytes: "most that waits for a client that does not read; past it the connection closes with 1013"
        case .maxSessions: "sessions at once; 0: no limit"
        case .maxSessionsPerUser: "sessions of one `userId` at once; 0: no limit"
        case .maxQueuedMessages: "messages of a session that wait while one is being answered"
        case .messagesPerMinute: "messages of one `userId`; 0: no limit"
        case .maxBatchRequests: "requests in one batch"
        case .maxTools: "tools that a session may bring"
        case .maxToolRounds: "rounds of tool calls for one message, before the model has to answer without"
        case .maxParallelTools: "tool calls of one answer that the server runs at once; the others wait"
        case .maxToolResultBytes: "longest tool result; the rest is cut off, and the model is told so"
        case .replayBufferBytes: "notifications of a session kept for `attachSession`"
        case .resumeWindowSeconds: "how long a session outlives its connection"
        case .clientToolTimeoutSeconds: "how long a client may take to answer a tool call"
        case .toolApprovalTimeoutSeconds: "how long a client may take to approve a tool call"
        }
    }
}
