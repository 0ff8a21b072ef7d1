import JSON

/// How much of a conversation is sent to the model.
///
/// Tokens are estimated, since every model counts its own way: one for each ``bytesPerToken`` bytes of UTF-8, rounded
/// up, and ``tokensPerMessage`` for a message's frame. That is more than the common tokenizers need for prose (English
/// about four bytes a token, Chinese about four), and about right for code: a request that is too large fails as a
/// whole, so the estimate errs on that side.
package struct ContextBudget: Sendable, Hashable {
    package static let bytesPerToken = 3
    package static let tokensPerMessage = 4
    /// Reserved for the answer where no `max_tokens` is set; at most a quarter of the context.
    package static let defaultAnswerTokens = 4096

    /// What the model takes in, its answer included.
    package var maximumContextTokens: Int
    /// Kept free for the answer: `max_tokens` of the request.
    package var answerTokens: Int

    package init(maximumContextTokens: Int, answerTokens: Int? = nil) {
        self.maximumContextTokens = maximumContextTokens
        self.answerTokens = answerTokens ?? min(Self.defaultAnswerTokens, maximumContextTokens / 4)
    }

    /// What is left for the request. Not above zero where the answer takes all: then only what is never left out is sent.
    package var requestTokens: Int {
        // An absurd configured value must not overflow.
        let (difference, overflow) = maximumContextTokens.subtractingReportingOverflow(answerTokens)
        return overflow ? 0 : difference
    }

    static func tokens(forBytes count: Int) -> Int {
        (count + bytesPerToken - 1) / bytesPerToken
    }

    static func tokens(of message: ChatMessage) -> Int {
        tokensPerMessage + tokens(forBytes: message.byteCount)
    }

    static func tokens(of tools: [ToolDefinition]) -> Int {
        tools.reduce(0) { $0 + tokens(forBytes: $1.definition.approximateByteCount) }
    }
}

extension ChatMessage {
    /// What it says, in bytes of UTF-8; near enough the same in a request.
    var byteCount: Int {
        switch self {
        case .system(let text), .user(let text):
            text.utf8.count
        case .assistant(let message):
            message.text.utf8.count + (message.reasoningDetails?.approximateByteCount ?? 0)
                + message.toolCalls.reduce(0) {
                    $0 + $1.id.utf8.count + $1.name.utf8.count + $1.arguments.utf8.count
                }
        case .tool(let callID, let content):
            callID.utf8.count + content.utf8.count
        }
    }
}

extension JSONValue {
    /// The length of its compact JSON text, escapes not counted.
    var approximateByteCount: Int {
        switch self {
        case .null, .bool: 4
        case .number(let number): number.text.utf8.count
        case .string(let text): text.utf8.count + 2
        case .array(let values): values.reduce(2) { $0 + $1.approximateByteCount + 1 }
        case .object(let object):
            object.members.reduce(2) { $0 + $1.name.utf8.count + 4 + $1.value.approximateByteCount }
        }
    }
}
