/// What the server tells without being asked.
package enum SessionNotificationMethod: String, Sendable, Hashable, CaseIterable {
    case sessionStatus = "SessionStatusNotification"
    case messageChunk = "AIMessageChunkNotification"
    case toolCall = "ToolCallNotification"
    case toolResult = "ToolResultNotification"
    case reasoningChunk = "AIReasoningChunkNotification"
    case usage = "UsageNotification"
}

/// A row of the notification table.
package struct NotificationSpecification: Sendable, Hashable {
    /// When it is sent: a sentence.
    package var summary: String
    package var params: [FieldSpecification]
    /// Sent only to clients that asked for this; nil: to all.
    package var capability: Capability?
}

extension SessionNotificationMethod {
    package var specification: NotificationSpecification {
        switch self {
        case .sessionStatus:
            NotificationSpecification(
                summary: "The session's state changed, or a message ended in an error, which the session survives.",
                params: [
                    Self.sessionID, .required("status", .integer, "see the table of session statuses"),
                    .optional("reason", .string, "why; `timeout`, or beginning with `Error`, for status 3"),
                    .optional("error", .object, "with status 3 of the AI service: what went wrong"),
                    .optional("error.kind", .string, "see the table of answer errors"),
                    .optional("error.detail", .string, "a sentence for a person"),
                    .optional("error.retryable", .boolean, "whether sending the message again may help"),
                    .optional("error.upstreamStatus", .integer, "the HTTP status of the AI service"),
                    .optional("error.retryAfterSeconds", .number, "how long the AI service asked to wait"),
                    .optional("error.messageId", .string, "the same as `messageId`"),
                    .optional("seq", .integer, Self.seq.summary + "; absent where the session was attached elsewhere"),
                    .optional("messageId", .string, "the message that ended, with status 3"),
                ])
        case .messageChunk:
            NotificationSpecification(
                summary: "A piece of the answer, as it came; the last one is empty and final.",
                params: [
                    Self.sessionID, .required("chunk", .string, "the next piece of text; empty where `isFinal`"),
                    .required("isFinal", .boolean, "whether the answer is complete"), Self.seq, Self.messageID,
                ])
        case .toolCall:
            NotificationSpecification(
                summary: "The model calls a tool.",
                params: [
                    Self.sessionID, .required("toolCallId", .string, "for `provideToolResult`"),
                    .required("toolName", .string, "the function's name"),
                    .required("arguments", .object, "as the model gave them, with their JSON types"),
                    .required("executor", .string, "who answers it: `client` or `server`"),
                    .optional("needsApproval", .boolean, "true where the server waits for `approveToolCall`"), Self.seq,
                    Self.messageID,
                ])
        case .toolResult:
            NotificationSpecification(
                summary: "A tool call that is the server's has ended.",
                params: [
                    Self.sessionID, .required("toolCallId", .string, "from the `ToolCallNotification`"),
                    .required("toolName", .string, "the function's name"),
                    .required("result", .string, "what the model is told"),
                    .required("isError", .boolean, "whether the tool failed, or was not run"),
                    .required("durationMs", .integer, "how long it ran; 0 where it was not run"), Self.seq,
                    Self.messageID,
                ],
                capability: .toolResults)
        case .reasoningChunk:
            NotificationSpecification(
                summary: "A piece of what the model thinks before it answers.",
                params: [Self.sessionID, .required("chunk", .string, "the next piece"), Self.seq, Self.messageID],
                capability: .reasoning)
        case .usage:
            NotificationSpecification(
                summary: "What one model call used; a message with tool calls takes several.",
                params: [
                    Self.sessionID, .required("promptTokens", .integer, "tokens of the request"),
                    .required("completionTokens", .integer, "tokens of the answer"),
                    .required("totalTokens", .integer, "both"),
                    .optional("cachedTokens", .integer, "those of the request that were cached"),
                    .optional("reasoningTokens", .integer, "those of the answer that were reasoning"),
                    .optional("cost", .number, "US dollars"), .required("model", .string, "the model that answered"),
                    .optional("generationId", .string, "the AI service's name for the call"), Self.seq, Self.messageID,
                ],
                capability: .usage)
        }
    }

    private static let sessionID = FieldSpecification.required("sessionId", .string, "the session")
    private static let seq = FieldSpecification.required("seq", .integer, "counts 1, 2, 3, … within the session")
    private static let messageID = FieldSpecification.required("messageId", .string, "from `sendUserMessage`")
}
