/// The history of a conversation, and what of it is sent to the model.
///
/// It is kept in turns: a user message, then the model's answers, each tool call together with its results. It is valid
/// for a request at every moment: a turn is only closed with an answer in it, or removed. So no two user messages follow
/// one another, and no tool call stands without its result.
///
/// A request gets the newest turns that the ``ContextBudget`` has room for. Finding them costs time in proportion to
/// what is sent, not to the length of the conversation.
package struct ContextManager: Sendable {
    /// Messages that are only left out together: a user message, or an answer with the results of its tool calls.
    private struct Group {
        var messages: [ChatMessage]
        var tokens: Int
        var byteCount: Int

        init(_ messages: [ChatMessage]) {
            self.messages = messages
            tokens = messages.reduce(0) { $0 + ContextBudget.tokens(of: $1) }
            byteCount = messages.reduce(0) { $0 + $1.byteCount }
        }
    }

    private struct Turn {
        /// The user message first.
        var groups: [Group]
        var tokens: Int
        var byteCount: Int
        var hasAnswerText = false

        init(_ group: Group) {
            groups = [group]
            tokens = group.tokens
            byteCount = group.byteCount
        }

        func appendMessages(to messages: inout [ChatMessage]) {
            for group in groups { messages += group.messages }
        }
    }

    private let systemMessages: [ChatMessage]
    private let systemTokens: Int
    private var toolTokens: Int
    /// Tokens of the system prompt and the tool definitions, which go with every request.
    private var fixedTokens: Int { systemTokens + toolTokens }
    private var turns: [Turn] = []
    /// Of all turns.
    private var byteCount = 0

    /// May change during the conversation, as when the model's own limit becomes known.
    package var budget: ContextBudget
    /// Turns that are sent no more are kept up to this many bytes for ``history``; then the oldest are forgotten.
    package let maximumHistoryBytes: Int

    package static let defaultMaximumHistoryBytes = 4 << 20

    package init(
        systemPrompt: String, tools: [ToolDefinition] = [], budget: ContextBudget,
        maximumHistoryBytes: Int = Self.defaultMaximumHistoryBytes
    ) {
        systemMessages = systemPrompt.isEmpty ? [] : [.system(systemPrompt)]
        systemTokens = systemMessages.reduce(0) { $0 + ContextBudget.tokens(of: $1) }
        toolTokens = ContextBudget.tokens(of: tools)
        self.budget = budget
        self.maximumHistoryBytes = maximumHistoryBytes
    }

    mutating func setTools(_ tools: [ToolDefinition]) {
        toolTokens = ContextBudget.tokens(of: tools)
    }

    /// The whole conversation as far as it is kept, system prompt first.
    package var history: [ChatMessage] {
        var messages = systemMessages
        for turn in turns { turn.appendMessages(to: &messages) }
        return messages
    }

    /// What to send now: the system prompt and the last turn's user message and newest answer always, then as much as
    /// the budget has room for, newest first: the last turn's earlier answers, then whole turns before it.
    package var requestMessages: [ChatMessage] {
        var messages = systemMessages
        guard let current = turns.last else { return messages }
        var room = budget.requestTokens - fixedTokens - current.groups[0].tokens

        var firstAnswer = current.groups.count
        while firstAnswer > 1 {
            let tokens = current.groups[firstAnswer - 1].tokens
            // The newest one stays even where there is no room: without it the model would repeat its tool calls.
            if tokens > room && firstAnswer < current.groups.count { break }
            room -= tokens
            firstAnswer -= 1
        }
        var firstTurn = turns.count - 1
        if firstAnswer <= 1 {
            while firstTurn > 0, turns[firstTurn - 1].tokens <= room {
                firstTurn -= 1
                room -= turns[firstTurn].tokens
            }
        }
        for turn in turns[firstTurn..<(turns.count - 1)] { turn.appendMessages(to: &messages) }
        messages += current.groups[0].messages
        for group in current.groups[firstAnswer...] { messages += group.messages }
        return messages
    }

    /// Opens a turn. The one before must have been ended.
    mutating func beginTurn(userMessage: String) {
        let turn = Turn(Group([.user(userMessage)]))
        byteCount += turn.byteCount
        turns.append(turn)
    }

    /// Adds an answer of the model to the open turn, with one result for each of its tool calls, in their order.
    mutating func append(_ answer: AssistantMessage, results: [ToolResult] = []) {
        guard !turns.isEmpty else { return }
        let last = turns.count - 1
        let group = Group(
            [.assistant(answer)] + results.map { .tool(callID: $0.callID, content: $0.content) })
        turns[last].groups.append(group)
        turns[last].tokens += group.tokens
        turns[last].byteCount += group.byteCount
        turns[last].hasAnswerText = turns[last].hasAnswerText || !answer.text.isEmpty
        byteCount += group.byteCount
    }

    /// Closes the open turn. It is removed, user message and all, where the model did not answer: where it neither said
    /// nor called anything, or was cut short (error, cancel) before it said a word.
    mutating func endTurn(wasCutShort: Bool) {
        guard let turn = turns.last else { return }
        let isAnswered = turn.hasAnswerText || (!wasCutShort && turn.groups.count > 1)
        if !isAnswered {
            turns.removeLast()
            byteCount -= turn.byteCount
        }
        forgetOldTurns()
    }

    /// Makes room for a quarter of the limit at once, so that the cost of moving the rest spreads over many turns.
    private mutating func forgetOldTurns() {
        guard byteCount > maximumHistoryBytes else { return }
        var count = 0
        while count < turns.count - 1, byteCount > maximumHistoryBytes / 4 * 3 {
            byteCount -= turns[count].byteCount
            count += 1
        }
        turns.removeFirst(count)
    }
}
