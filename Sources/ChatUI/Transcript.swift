import JSON

/// The conversation as `getHistory` tells it, for people and for files.
struct Transcript {
    /// In the OpenAI form, the system prompt first.
    let messages: [JSONValue]

    init(_ result: JSONValue) {
        messages = result["messages"]?.array ?? []
    }

    var systemPrompt: String? {
        messages.first.flatMap { $0["role"]?.string == "system" ? $0["content"]?.string : nil }
    }

    /// What was said last.
    var lastUserMessage: String? {
        messages.last.flatMap { $0["role"]?.string == "user" ? $0["content"]?.string : nil }
    }

    /// Each message under its role; results of tools with the tool's name, and what is known of its run.
    ///
    /// - Parameter runs: by the ids of their calls.
    func text(_ runs: [String: ToolRun] = [:]) -> String {
        var names: [String: String] = [:]
        return messages.map { message in
            let toolCallID = message["tool_call_id"]?.string ?? ""
            let about = [names[toolCallID], runs[toolCallID]?.phrase].compactMap { $0 }.joined(separator: ", ")
            var parts = [(message["role"]?.string ?? "?") + (about.isEmpty ? ":" : " (\(about)):")]
            if let content = message["content"]?.string, !content.isEmpty { parts.append(content) }
            for call in message["tool_calls"]?.array ?? [] {
                let function = call["function"]
                names[call["id"]?.string ?? ""] = function?["name"]?.string
                parts.append("[calls \(function?["name"]?.string ?? "?") \(function?["arguments"]?.string ?? "")]")
            }
            return parts.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    var json: String {
        let lines = messages.map { "  " + $0.jsonText }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }
}
