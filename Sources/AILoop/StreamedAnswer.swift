/// The user message that is being answered.
struct MessageInProgress: Sendable {
    let id: String
    /// Answers with tool calls so far.
    var toolRounds = 0
}

/// The model's answer to one call, as far as it has come.
struct StreamedAnswer: ~Copyable, Sendable {
    let message: MessageInProgress
    let callNumber: Int
    private(set) var text = ""
    private(set) var toolCalls = ToolCallAssembler()
    private(set) var reasoningDetails = ReasoningDetailsAssembler()
    /// Of all events, see ``AILoopLimits/maximumAnswerBytes``.
    private var byteCount = 0
    /// Its last event came, though it may be held back: the call must not be touched any more.
    var isCallOver = false

    init(message: MessageInProgress, callNumber: Int) {
        self.message = message
        self.callNumber = callNumber
    }

    /// Takes in what the event brings. False where that is past a limit; bytes past it are not taken in.
    mutating func add(_ event: ModelEvent, within limits: AILoopLimits) -> Bool {
        byteCount += event.byteCount
        guard byteCount <= limits.maximumAnswerBytes else { return false }
        switch event {
        case .text(let text): self.text += text
        case .reasoningDetails(let fragments): reasoningDetails.append(fragments)
        case .toolCallFragment(let fragment): toolCalls.append(fragment)
        case .reasoning, .finished, .failed: break
        }
        return toolCalls.count <= limits.maximumAnswerParts && reasoningDetails.count <= limits.maximumAnswerParts
    }
}

extension StreamedAnswer {
    /// All of it but the tool calls, which need their ids first.
    var assistantMessage: AssistantMessage {
        AssistantMessage(text: text, reasoningDetails: reasoningDetails.details)
    }
}
