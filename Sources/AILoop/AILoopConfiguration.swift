package import JSON

/// What a loop is made with; fixed for its life.
package struct AILoopConfiguration: Sendable {
    /// Sent to the upstream with every request (`session_id`).
    package var sessionID: String
    /// Names the end user to the upstream (`user`); empty: not sent.
    package var user: String
    package var model: String
    package var fallbackModels: [String]
    /// Composed already, see ``SystemPrompt``. Empty: none is sent.
    package var systemPrompt: String
    /// The client's.
    package var tools: [ToolDefinition]
    /// At the start, see ``AILoop/setServerTools(_:)``.
    package var serverTools: ServerToolSet
    /// Whether the client can be asked about tools whose policy is ``ToolPolicy/ask``; where not, their calls are refused.
    package var clientApprovesTools: Bool
    /// Calls of one answer that the server runs at a time; the others wait.
    package var maximumParallelTools: Int
    /// Sampling parameters, passed on as they are.
    package var params: JSONObject
    /// Answers of the model that call tools, for one user message; then it is asked to answer without tools.
    package var maximumToolRounds: Int
    /// User messages that wait while another one is answered or the loop is paused.
    package var maximumQueuedMessages: Int
    package var contextBudget: ContextBudget
    package var limits: AILoopLimits

    package init(
        sessionID: String, user: String = "", model: String, fallbackModels: [String] = [],
        systemPrompt: String = "", tools: [ToolDefinition] = [], serverTools: ServerToolSet = ServerToolSet(),
        clientApprovesTools: Bool = false, maximumParallelTools: Int = 8, params: JSONObject = [:],
        maximumToolRounds: Int = 8,
        maximumQueuedMessages: Int = 8, contextBudget: ContextBudget = ContextBudget(maximumContextTokens: 32768),
        limits: AILoopLimits = AILoopLimits()
    ) {
        self.sessionID = sessionID
        self.user = user
        self.model = model
        self.fallbackModels = fallbackModels
        self.systemPrompt = systemPrompt
        self.tools = tools
        self.serverTools = serverTools
        self.clientApprovesTools = clientApprovesTools
        self.maximumParallelTools = maximumParallelTools
        self.params = params
        self.maximumToolRounds = maximumToolRounds
        self.maximumQueuedMessages = maximumQueuedMessages
        self.contextBudget = contextBudget
        self.limits = limits
    }
}

/// Bounds on what a loop holds, whatever the upstream sends. An answer past one of them ends in a `limitReached` error.
package struct AILoopLimits: Sendable, Hashable {
    /// Text, tool calls and reasoning of one model call, in bytes of UTF-8.
    package var maximumAnswerBytes: Int
    /// Tool calls in one answer, and likewise entries of its reasoning details.
    package var maximumAnswerParts: Int
    /// What arrives of a stream between the pause and the moment its reading has stopped, in bytes of UTF-8, plus 64
    /// for each event.
    package var maximumHeldBytes: Int
    /// See ``ContextManager/maximumHistoryBytes``.
    package var maximumHistoryBytes: Int

    package init(
        maximumAnswerBytes: Int = 16 << 20, maximumAnswerParts: Int = 512, maximumHeldBytes: Int = 1 << 20,
        maximumHistoryBytes: Int = ContextManager.defaultMaximumHistoryBytes
    ) {
        self.maximumAnswerBytes = maximumAnswerBytes
        self.maximumAnswerParts = maximumAnswerParts
        self.maximumHeldBytes = maximumHeldBytes
        self.maximumHistoryBytes = maximumHistoryBytes
    }
}
