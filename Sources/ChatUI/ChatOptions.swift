package import JSON

/// What a conversation in the terminal is started with.
package struct ChatOptions: Sendable {
    /// Asked once, then the program ends; nil: a conversation, line by line.
    package var message: String?
    package var model: String?
    package var systemPrompt: String?
    /// Sampling parameters, passed on.
    package var params: JSONObject
    /// One JSON object a line instead of text.
    package var asJSON: Bool
    /// Whether a person sits before it: prompts and hints are written then.
    package var isInteractive: Bool

    package init(
        message: String? = nil, model: String? = nil, systemPrompt: String? = nil, params: JSONObject = [:],
        asJSON: Bool = false, isInteractive: Bool = false
    ) {
        self.message = message
        self.model = model
        self.systemPrompt = systemPrompt
        self.params = params
        self.asJSON = asJSON
        self.isInteractive = isInteractive
    }
}

/// What happens while one chats, besides what the server tells.
package enum ChatInput: Sendable {
    case line(String)
    case endOfInput
    /// Ctrl-C.
    case interrupt
}

/// How a conversation ended; each is an exit code.
package enum ChatOutcome: Sendable, Hashable {
    /// Every answer was whole, or the person has left.
    case complete
    /// An answer broke, or the server went away.
    case broken
    /// The server cannot be reached.
    case unreachable
    /// Left by Ctrl-C.
    case interrupted
}

/// Where a conversation is shown.
package struct ChatOutput: Sendable {
    /// Data: what the model says. False where nobody reads any more.
    package var write: @Sendable (String) -> Bool
    /// For the person: prompts, hints, errors.
    package var say: @Sendable (String) -> Void

    package init(write: @escaping @Sendable (String) -> Bool, say: @escaping @Sendable (String) -> Void) {
        self.write = write
        self.say = say
    }
}
