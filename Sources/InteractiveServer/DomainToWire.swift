import AILoop
import JSON
import JSONRPC
import SessionProtocol
import Sessions

// How the domain's values look on the wire. Nothing else translates them.

extension ModelError {
    /// `reason` of the status that tells it: the older clients know `timeout`, everything else starts with `Error`.
    var statusReason: String { kind == .timeout ? "timeout" : "Error: " + detail }
}

extension AnswerError {
    init(_ error: ModelError, messageID: String?) {
        self.init(
            kind: AnswerErrorKind(error.kind), detail: error.detail,
            retryable: error.retryable, upstreamStatus: error.upstreamStatus,
            retryAfterSeconds: error.retryAfterSeconds, messageID: messageID)
    }
}

extension AnswerErrorKind {
    init(_ kind: ModelError.Kind) {
        self =
            switch kind {
            case .timeout: .timeout
            case .unauthorized: .unauthorized
            case .paymentRequired: .paymentRequired
            case .forbidden: .forbidden
            case .modelNotFound: .modelNotFound
            case .badRequest: .badRequest
            case .rateLimited: .rateLimited
            case .upstreamUnavailable: .upstreamUnavailable
            case .connectionFailed: .connectionFailed
            case .truncated: .truncated
            case .malformedResponse: .malformedResponse
            case .limitReached: .limitReached
            }
    }
}

extension UsageReport {
    init(_ usage: TokenUsage, model: String?, generationID: String?) {
        self.init(
            promptTokens: usage.promptTokens, completionTokens: usage.completionTokens, totalTokens: usage.totalTokens,
            cachedTokens: usage.cachedTokens, reasoningTokens: usage.reasoningTokens, cost: usage.cost,
            model: model ?? "", generationID: generationID)
    }
}

extension ModelDescription {
    /// As `listModels` answers.
    var jsonValue: JSONValue {
        var object: JSONObject = ["id": .string(id)]
        if let name { object["name"] = .string(name) }
        if let contextLength { object["contextLength"] = .number(JSONNumber(contextLength)) }
        if !supportedParameters.isEmpty {
            object["supportedParameters"] = .array(supportedParameters.map { .string($0) })
        }
        return .object(object)
    }
}

extension ChatMessage {
    /// As `getHistory` answers: the OpenAI form.
    var jsonValue: JSONValue {
        switch self {
        case .system(let text): return ["role": "system", "content": .string(text)]
        case .user(let text): return ["role": "user", "content": .string(text)]
        case .tool(let callID, let content):
            return ["role": "tool", "tool_call_id": .string(callID), "content": .string(content)]
        case .assistant(let message):
            let hasText = !message.text.isEmpty || message.toolCalls.isEmpty
            var object: JSONObject = ["role": "assistant", "content": hasText ? .string(message.text) : .null]
            if !message.toolCalls.isEmpty { object["tool_calls"] = .array(message.toolCalls.map(\.jsonValue)) }
            return .object(object)
        }
    }
}

extension ToolCall {
    fileprivate var jsonValue: JSONValue {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }
}

extension SessionTool {
    var toolDefinition: ToolDefinition { ToolDefinition(name: name, definition: .object(definition)) }
}
