import CommandLineSpec
import JSON

/// What a chat was asked for on the command line.
struct ChatRequest: Sendable, Equatable {
    /// nil: a conversation.
    var message: String?
    /// nil: in this process.
    var url: String?
    /// For `sessionParams`, where they are given.
    var model: String?
    var systemPrompt: String?
    var params = JSONObject()
    /// A file with function definitions.
    var toolFile: String?
    var wantsReasoning = false
    var keepsHistory = true
    /// One JSON event a line instead of text.
    var isJSON = false

    init(_ parsed: ParsedCommandLine) {
        message = parsed.arguments.first
        url = parsed.value(of: "url")
        model = parsed.value(of: "model")
        systemPrompt = parsed.value(of: "system")
        toolFile = parsed.value(of: "tools")
        wantsReasoning = parsed.isGiven("reasoning")
        keepsHistory = !parsed.isGiven("no-history")
        isJSON = parsed.isGiven("json")
        for assignment in parsed.values(of: "param") {
            let name = assignment.prefix { $0 != "=" }
            params[String(name)] = Self.value(String(assignment.dropFirst(name.count + 1)))
        }
    }

    /// JSON where the text is JSON, else the text itself: `temperature=0.2`, `stop=["a"]`, `user=ann`.
    private static func value(_ text: String) -> JSONValue {
        (try? JSONParser.parse(text)) ?? .string(text)
    }
}
