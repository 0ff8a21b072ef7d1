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
    /// The client is asked to carry out `call`, whose arguments are a JSON object, parsed as `arguments`.
    case toolCallGenerated(messageID: String, call: ToolCall, arguments: JSONObject)
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
        case .toolResultProcessed: "ai_loop.tool_call.result_processed"
        case .paused: "ai_loop.status.paused"
        case .resumed: "ai_loop.status.resumed"
        case .errorOccurred: "ai_loop.error"
        case .usageReported: "ai_loop.usage_reported"
        }
    }
}

/// What a tool call came to, as the model is told.
package struct ToolResult: Sendable, Hashable {
    package var callID: String
    package var toolName: String
    package var content: String
    package var isError: Bool

    package init(callID: String, toolName: String, content: String, isError: Bool) {
        self.callID = callID
        self.toolName = toolName
        self.content = content
        self.isError = isError
    }
}
