import JSON

/// One answer of the model that calls tools, while its results come in.
struct ToolRound: ~Copyable, Sendable {
    private struct Entry {
        let call: ToolCall
        var result: ToolResult?
    }

    var message: MessageInProgress
    /// With the calls, as it goes into the history once all are answered.
    let answer: AssistantMessage
    private var entries: [Entry]
    /// Calls that have no result yet.
    private(set) var waitingCount: Int

    init(message: MessageInProgress, answer: AssistantMessage) {
        self.message = message
        self.answer = answer
        entries = answer.toolCalls.map { Entry(call: $0) }
        waitingCount = entries.count
    }

    var waitingCallIDs: [String] {
        entries.compactMap { $0.result == nil ? $0.call.id : nil }
    }

    /// In the order of the calls. Complete where ``waitingCount`` is 0.
    var results: [ToolResult] { entries.compactMap(\.result) }

    /// nil where no such call waits.
    mutating func answer(callID: String, content: String, isError: Bool) -> ToolResult? {
        guard let position = entries.firstIndex(where: { $0.call.id == callID && $0.result == nil }) else { return nil }
        let result = ToolResult(
            callID: callID, toolName: entries[position].call.name, content: content, isError: isError)
        entries[position].result = result
        waitingCount -= 1
        return result
    }
}

/// A call as it is put to the client and into the history.
struct RequestedToolCall: Sendable {
    /// Its arguments are a JSON object in any case, since upstreams refuse a history in which they are not.
    let call: ToolCall
    /// nil where what the model wrote is not a JSON object: it cannot be carried out.
    let parsedArguments: JSONObject?

    init(id: String, name: String, arguments: String) {
        parsedArguments = ToolArguments.parse(arguments)
        let isEmpty = parsedArguments?.isEmpty ?? true
        call = ToolCall(id: id, name: name, arguments: isEmpty ? "{}" : arguments)
    }
}
