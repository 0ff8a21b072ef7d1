package import JSON

/// What a loop tells its delegates.
package enum AILoopEvent: Sendable, Hashable {
    case sessionStarted
    case sessionEnded(reason: String)
    /// The message's turn has come: it is in the history, and the model is asked.
    case userMessageProcessed(messageID: String, text: String)
    /// A piece of the answer, as it came. The last one is empty and final.
    case chunkReceived(messageID: String, text: String, isFinal: Bool)
    case reasoningChunkReceived(messageID: String, text: String)
    /// `call`, whose arguments are a JSON object, parsed as `arguments`, is to be carried out: by the client, or by the server
    /// as soon as it may.
    case toolCallGenerated(
        messageID: String, call: ToolCall, arguments: JSONObject, handler: ToolHandler = .client,
        needsApproval: Bool = false)
    /// A call that is carried out by nobody: the tool is unknown or not allowed, or its arguments are none for it. The model
    /// is told `reason`.
    case toolCallRejected(messageID: String, call: ToolCall, reason: String)
    /// The client has said whether a call may be carried out.
    case toolApprovalGiven(messageID: String, callID: String, isApproved: Bool)
    case toolResultProcessed(messageID: String, result: ToolResult)
    case paused
    case resumed
    /// The message ended in an error.
    case errorOccurred(messageID: String, error: ModelError)
    /// What one model call used.
    case usageReported(messageID: String, usage: TokenUsage, model: String?, generationID: String?)

    /// The event's name for delegates and logs.
    package var name: String {
        switch self {
        case .sessionStarted: "ai_loop.session_started"
        case .sessionEnded: "ai_loop.session_ended"
        case .userMessageProcessed: "ai_loop.message.user_processed"
        case .chunkReceived: "ai_loop.message.ai_chunk_received"
        case .reasoningChunkReceived: "ai_loop.message.reasoning_chunk_received"
        case .toolCallGenerated: "ai_loop.tool.call_generated"
        case .toolCallRejected: "ai_loop.tool.call_rejected"
        case .toolApprovalGiven: "ai_loop.tool.approval_given"
        case .toolResultProcessed: "ai_loop.tool_call.result_processed"
        case .paused: "ai_loop.status.paused"
        case .resumed: "ai_loop.status.resumed"
        case .errorOccurred: "ai_loop.error"
        case .usageReported: "ai_loop.usage_reported"
        }
    }
}

/// How a tool call ended.
package enum ToolOutcome: String, Sendable, Hashable, CaseIterable {
    case success
    /// The tool itself failed.
    case error
    case timeout
    /// It was not approved.
    case refused
    /// It was not carried out: see ``AILoopEvent/toolCallRejected(messageID:call:reason:)``.
    case invalid
}

/// What the run of a tool came to.
package struct ToolRunReport: Sendable, Hashable {
    /// For the model.
    package var content: String
    package var outcome: ToolOutcome
    package var durationMilliseconds: Int

    package init(content: String, outcome: ToolOutcome, durationMilliseconds: Int = 0) {
        self.content = content
        self.outcome = outcome
        self.durationMilliseconds = durationMilliseconds
    }
}

/// What a tool call came to, as the model is told.
package struct ToolResult: Sendable, Hashable {
    package var callID: String
    package var toolName: String
    package var content: String
    package var handler: ToolHandler
    package var outcome: ToolOutcome
    /// Of the server's run; 0 for the client's.
    package var durationMilliseconds: Int

    package var isError: Bool { outcome != .success }

    package init(
        callID: String, toolName: String, content: String, handler: ToolHandler = .client, outcome: ToolOutcome,
        durationMilliseconds: Int = 0
    ) {
        self.callID = callID
        self.toolName = toolName
        self.content = content
        self.handler = handler
        self.outcome = outcome
        self.durationMilliseconds = durationMilliseconds
    }
}
