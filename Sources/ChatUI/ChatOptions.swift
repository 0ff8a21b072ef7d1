package import JSON
package import Terminal

/// What a conversation in the terminal is started with.
package struct ChatOptions: Sendable {
    /// Asked once, then the program ends; nil: a conversation.
    package var message: String?
    package var model: String?
    package var systemPrompt: String?
    /// Sampling parameters, passed on.
    package var params = JSONObject()
    /// Function definitions, checked by ``ToolFile``; calls to them are the person's to answer.
    package var tools: [JSONValue] = []
    package var wantsReasoning = false
    /// Whether somebody is there to answer tool calls.
    package var canAsk = false
    /// Whether a lost connection can be opened anew.
    package var isRemote = false

    package init() {}

    package var isConversation: Bool { message == nil }
}

/// What happens while one chats, besides what the server tells.
package enum ChatInput: Sendable, Hashable {
    case terminal(TerminalEvent)
    /// Of a terminal that has no line editor.
    case line(String)
    case endOfInput
    /// Ctrl-C.
    case interrupt
    /// SIGTERM.
    case terminate
    /// The terminal's size is another one.
    case resized
    /// The process goes on after a stop.
    case resumed
    /// All that was read before ``Chat/Surroundings/mark`` was called has come.
    case mark
}

/// How a conversation ended; each is an exit code.
package enum ChatOutcome: Sendable, Hashable {
    /// The answer was whole, or the person has left.
    case complete
    /// The answer broke, a tool call was left unanswered, or the session is lost.
    case broken
    /// The server cannot be reached.
    case unreachable
    /// Left by Ctrl-C.
    case interrupted
    /// Left by SIGTERM.
    case terminated
    /// What the model says cannot be written any more.
    case unwritable
}
