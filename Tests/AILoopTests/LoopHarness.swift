import AILoop
import JSON

/// A loop with what it did, for tests that go step by step.
struct LoopHarness: ~Copyable {
    var loop: AILoop
    /// All actions since the last ``takeActions()``.
    private(set) var actions: [AILoopAction] = []
    /// Number of the latest model call, and what it asked for.
    private(set) var callNumber = 0
    private(set) var requests: [ModelRequest] = []

    init(
        tools: [ToolDefinition] = [], serverTools: [ServerTool] = [], clientApprovesTools: Bool = false,
        maximumParallelTools: Int = 8, maximumToolRounds: Int = 8, maximumQueuedMessages: Int = 8,
        limits: AILoopLimits = AILoopLimits(), started: Bool = true
    ) {
        loop = AILoop(
            configuration: AILoopConfiguration(
                sessionID: "session", model: "model", systemPrompt: "Be brief.", tools: tools,
                serverTools: ServerToolSet(serverTools),
                clientApprovesTools: clientApprovesTools, maximumParallelTools: maximumParallelTools,
                maximumToolRounds: maximumToolRounds, maximumQueuedMessages: maximumQueuedMessages, limits: limits))
        if started {
            send(.start)
            _ = takeActions()
        }
    }

    @discardableResult
    mutating func send(_ input: AILoopInput) -> AILoopAnswer {
        var new: [AILoopAction] = []
        let answer = loop.receive(input, into: &new)
        for case .startModelCall(let request, let number) in new {
            requests.append(request)
            callNumber = number
        }
        actions += new
        return answer
    }

    /// An event of the latest model call.
    @discardableResult
    mutating func model(_ event: ModelEvent) -> AILoopAnswer {
        send(.model(event, callNumber: callNumber))
    }

    mutating func finish() {
        model(.finished(ModelCompletion(finishReason: "stop")))
    }

    /// The latest model call asks for these tools, each call whole.
    mutating func callTools(_ calls: [(id: String, name: String, arguments: String)]) {
        for (index, call) in calls.enumerated() {
            model(
                .toolCallFragment(
                    ToolCallFragment(index: index, id: call.id, name: call.name, arguments: call.arguments)))
        }
        model(.finished(ModelCompletion(finishReason: "tool_calls")))
    }

    mutating func takeActions() -> [AILoopAction] {
        defer { actions = [] }
        return actions
    }

    /// The events among the actions taken.
    mutating func takeEvents() -> [AILoopEvent] {
        takeActions().compactMap { if case .emit(let event) = $0 { event } else { nil } }
    }

    var history: [ChatMessage] { loop.context.history }
}

extension AILoopEvent {
    static func chunk(_ messageID: String, _ text: String) -> AILoopEvent {
        .chunkReceived(messageID: messageID, text: text, isFinal: false)
    }

    static func final(_ messageID: String) -> AILoopEvent {
        .chunkReceived(messageID: messageID, text: "", isFinal: true)
    }
}

extension ChatMessage {
    static func assistant(_ text: String, calls: [ToolCall] = []) -> ChatMessage {
        .assistant(AssistantMessage(text: text, toolCalls: calls))
    }
}

let upstreamError = ModelError(kind: .rateLimited, detail: "slow down", retryable: true, upstreamStatus: 429)
