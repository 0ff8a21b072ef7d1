import AILoop
import JSON
import JSONRPC
import SessionProtocol
import Sessions

// How the domain's values look on the wire. Nothing else translates them.

extension ModelError {
    /// `reason` of the status that tells it: the older clients know `timeout`, everything else starts with `Error`.
    var statusReason: String { kind == .timeout ? "timeout" : "Error: " + detail }

    /// `error` of the status.
    func object(messageID: String?) -> JSONObject {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "detail": .string(detail), "retryable": .bool(retryable),
        ]
        if let upstreamStatus { object["upstreamStatus"] = .number(JSONNumber(upstreamStatus)) }
        if let retryAfterSeconds, let number = JSONNumber(retryAfterSeconds) {
            object["retryAfterSeconds"] = .number(number)
        }
        if let messageID { object["messageId"] = .string(messageID) }
        return object
    }
}

extension TokenUsage {
    func object(model: String?, generationID: String?) -> JSONObject {
        var object: JSONObject = [
            "promptTokens": .number(JSONNumber(promptTokens)), "completionTokens": .number(JSONNumber(completionTokens)),
            "totalTokens": .number(JSONNumber(totalTokens)),
        ]
        if let cachedTokens { object["cachedTokens"] = .number(JSONNumber(cachedTokens)) }
        if let reasoningTokens { object["reasoningTokens"] = .number(JSONNumber(reasoningTokens)) }
        if let cost, let number = JSONNumber(cost) { object["cost"] = .number(number) }
        object["model"] = .string(model ?? "")
        if let generationID { object["generationId"] = .string(generationID) }
        return object
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

extension JSONObject {
    /// A function that a client offers, in the OpenAI form, which was checked when it came.
    var toolDefinition: ToolDefinition {
        ToolDefinition(name: self["function"]?["name"]?.string ?? "", definition: .object(self))
    }
}
