import CommandLineSpec
import Configuration
import JSON

/// `chat`: one answer or a conversation, with a server or in this process.
struct ChatCommand {
    /// What a chat was asked for on the command line.
    struct Request: Sendable, Equatable {
        /// nil: a conversation.
        var message: String?
        /// nil: in this process.
        var url: String?
        /// For `sessionParams`, where they are given.
        var model: String?
        var systemPrompt: String?
        var params = JSONObject()
        /// One JSON event a line instead of text.
        var isJSON = false

        init(_ parsed: ParsedCommandLine) {
            message = parsed.arguments.first
            url = parsed.value(of: "url")
            model = parsed.value(of: "model")
            systemPrompt = parsed.value(of: "system")
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

    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() throws(OutputError) -> ExitCode {
        let request = Request(invocation.parsed)
        if request.url != nil { return try chat(request, in: nil) }
        guard let (_, settings) = invocation.usableConfiguration() else { return .configuration }
        return try chat(request, in: settings)
    }

    /// Talks to the server at `request.url`, or, where `settings` are given, to a session in this process.
    private func chat(_ request: Request, in settings: Settings?) throws(OutputError) -> ExitCode {
        ChatProcess(request: request, settings: settings, console: invocation.console).run()
    }
}
