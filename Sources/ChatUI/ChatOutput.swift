import JSON

/// Where a conversation is shown, and how.
package struct ChatOutput: Sendable {
    /// Data: what the model says. False where it cannot be written any more.
    package var write: @Sendable (String) -> Bool
    /// For the person: hints, errors.
    package var tell: @Sendable (String) -> Void
    /// Whether ``write`` ends at a terminal: then control characters are spelt out, and lines are ended before anything else
    /// is shown.
    package var isTerminal: Bool
    /// Whether what is told may be coloured.
    package var isColoured: Bool

    package init(
        write: @escaping @Sendable (String) -> Bool, tell: @escaping @Sendable (String) -> Void, isTerminal: Bool,
        isColoured: Bool
    ) {
        self.write = write
        self.tell = tell
        self.isTerminal = isTerminal
        self.isColoured = isColoured
    }
}

/// Shows what happens in a conversation.
package protocol ChatView: Sendable {
    /// False where the output cannot be written any more.
    mutating func show(_ event: ChatEvent) -> Bool
}

/// One JSON object a line.
package struct JSONView: ChatView {
    private let output: ChatOutput

    package init(_ output: ChatOutput) {
        self.output = output
    }

    package func show(_ event: ChatEvent) -> Bool {
        switch event {
        case .said(let text): output.tell(TextView.safe(text.hasSuffix("\n") ? text : text + "\n"))
        case .failed(let text): output.tell("error: \(TextView.safe(text))\n")
        default: break
        }
        return event.json.map { output.write($0.jsonText + "\n") } ?? true
    }
}
