import AILoop
import JSON
import Testing

/// What every history and every request must keep to, or upstreams refuse it.
/// - Returns: the first fault; nil where there is none.
func conversationFault(_ messages: [ChatMessage]) -> String? {
    var expectedResults: ArraySlice<String> = []
    var previousIsUser = false
    for (position, message) in messages.enumerated() {
        if case .tool(let callID, _) = message {
            guard expectedResults.popFirst() == callID else { return "result \(callID) out of place at \(position)" }
            continue
        }
        guard expectedResults.isEmpty else { return "results missing before \(position): \(expectedResults)" }
        switch message {
        case .system:
            guard position == 0 else { return "system prompt at \(position)" }
        case .user:
            guard !previousIsUser else { return "two user messages in a row at \(position)" }
        case .assistant(let answer):
            guard position > 0 else { return "answer before any question" }
            guard !answer.text.isEmpty || !answer.toolCalls.isEmpty else { return "empty answer at \(position)" }
            guard answer.toolCalls.allSatisfy({ (try? JSONParser.parse($0.arguments))?.object != nil }) else {
                return "arguments that are no object at \(position)"
            }
            expectedResults = answer.toolCalls.map(\.id)[...]
        case .tool: break
        }
        previousIsUser = if case .user = message { true } else { false }
    }
    return expectedResults.isEmpty ? nil : "results missing at the end"
}

@Suite struct ConversationRulesTests {
    @Test("The check tells valid conversations from invalid ones")
    func faults() {
        let call = ToolCall(id: "c", name: "n", arguments: "{}")
        let valid: [[ChatMessage]] = [
            [], [.system("s")], [.user("u")], [.user("u"), .assistant("a"), .user("u")],
            [.user("u"), .assistant("", calls: [call]), .tool(callID: "c", content: ""), .user("u")],
        ]
        let invalid: [[ChatMessage]] = [
            [.user("u"), .user("u")], [.user("u"), .system("s")], [.assistant("a")], [.user("u"), .assistant("")],
            [.user("u"), .assistant("", calls: [call])], [.user("u"), .tool(callID: "c", content: "")],
            [.user("u"), .assistant("", calls: [call]), .tool(callID: "d", content: "")],
            [
                .user("u"), .assistant("", calls: [ToolCall(id: "c", name: "n", arguments: "[")]),
                .tool(callID: "c", content: ""),
            ],
        ]
        for messages in valid { #expect(conversationFault(messages) == nil) }
        for messages in invalid { #expect(conversationFault(messages) != nil) }
    }
}
