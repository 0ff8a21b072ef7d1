package import JSON

/// Texts of server-sent events as an OpenAI-compatible service streams them.
package enum ChatCompletionEvent {
    package static let done = "data: [DONE]\n\n"

    package static func comment(_ text: String = "OPENROUTER PROCESSING") -> String { ": \(text)\n\n" }

    /// Any JSON as one event.
    package static func data(_ value: JSONValue) -> String { "data: \(value.jsonText)\n\n" }

    package static func text(_ text: String) -> String {
        delta(["role": "assistant", "content": .string(text)])
    }

    package static func reasoning(_ text: String) -> String {
        delta(["role": "assistant", "content": "", "reasoning": .string(text)])
    }

    /// The first fragment of a tool call; `arguments` may be its beginning only.
    package static func toolCall(index: Int = 0, id: String, name: String, arguments: String = "") -> String {
        let call: JSONValue = [
            "index": number(index), "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
        return delta(["role": "assistant", "content": nil, "tool_calls": [call]])
    }

    /// A later fragment of a tool call.
    package static func toolArguments(index: Int = 0, _ fragment: String) -> String {
        delta(["tool_calls": [["index": number(index), "function": ["arguments": .string(fragment)]]]])
    }

    package static func finish(_ reason: String = "stop") -> String {
        delta(["role": "assistant", "content": ""], finishReason: .string(reason))
    }

    /// The usage event with `choices: []`.
    package static func usage(prompt: Int, completion: Int) -> String {
        data(
            envelope(
                choices: [],
                [
                    (
                        "usage",
                        [
                            "prompt_tokens": number(prompt), "completion_tokens": number(completion),
                            "total_tokens": number(prompt + completion),
                        ]
                    )
                ]))
    }

    /// An error in the middle of a stream.
    package static func error(code: JSONValue, message: String, metadata: JSONValue? = nil) -> String {
        var error: JSONObject = ["code": code, "message": .string(message)]
        if let metadata { error.set("metadata", to: metadata) }
        let choice: JSONValue = ["index": 0, "delta": ["content": ""], "finish_reason": "error"]
        return data(envelope(choices: [choice], [("error", .object(error))]))
    }

    /// A chunk with one choice.
    package static func delta(_ delta: JSONValue, finishReason: JSONValue = nil) -> String {
        data(envelope(choices: [["index": 0, "delta": delta, "finish_reason": finishReason]]))
    }

    private static func envelope(choices: [JSONValue], _ more: [(String, JSONValue)] = []) -> JSONValue {
        var object: JSONObject = [
            "id": "gen-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "scripted/model",
            "choices": .array(choices),
        ]
        for (name, value) in more { object.set(name, to: value) }
        return .object(object)
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
}
