package import JSON

/// One entry of a conversation, in the roles of OpenAI chat completions.
package enum ChatMessage: Sendable, Hashable {
    case system(String)
    case user(String)
    case assistant(AssistantMessage)
    /// The result of a tool call, told to the model.
    case tool(callID: String, content: String)
}

/// What the model said in one answer: text, tool calls, or both.
package struct AssistantMessage: Sendable, Hashable {
    package var text: String
    package var toolCalls: [ToolCall]
    /// OpenRouter's `reasoning_details`, merged; sent back unmodified with the next request (nil: none came).
    package var reasoningDetails: JSONValue?

    package init(text: String, toolCalls: [ToolCall] = [], reasoningDetails: JSONValue? = nil) {
        self.text = text
        self.toolCalls = toolCalls
        self.reasoningDetails = reasoningDetails
    }
}

/// A function call that the model asked for, complete.
package struct ToolCall: Sendable, Hashable {
    package var id: String
    package var name: String
    /// JSON text as the model wrote it; it need not be valid.
    package var arguments: String

    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// A function that the model may call, in the OpenAI form `{"type": "function", "function": {…}}`.
package struct ToolDefinition: Sendable, Hashable {
    package var name: String
    /// The whole definition as it goes into the request.
    package var definition: JSONValue

    package init(name: String, definition: JSONValue) {
        self.name = name
        self.definition = definition
    }
}
