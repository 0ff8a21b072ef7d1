/// The user message that is being answered.
struct MessageInProgress: Sendable {
    let id: String
    /// Answers with tool calls so far.
    var toolRounds = 0
}

/// The model's answer to one call, as far as it has come.
struct StreamedAnswer: Sendable {
    let message: MessageInProgress
    let callNumber: Int
    var text = ""
    var toolCalls = ToolCallAssembler()
    var reasoningDetails = ReasoningDetailsAssembler()
    /// Of everything above, see ``AILoopLimits/maximumAnswerBytes``.
    var byteCount = 0
    /// Its last event came, though it may be held back: the call must not be touched any more.
    var isCallOver = false

    init(message: MessageInProgress, callNumber: Int) {
        self.message = message
        self.callNumber = callNumber
    }
}

extension StreamedAnswer {
    /// All of it but the tool calls, which need their ids first.
    var assistantMessage: AssistantMessage {
        AssistantMessage(text: text, reasoningDetails: reasoningDetails.details)
    }
}
