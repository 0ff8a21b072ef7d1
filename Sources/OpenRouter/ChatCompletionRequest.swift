package import AILoop
package import JSON

/// The body of `POST /chat/completions`: a ``ModelRequest`` in the form of OpenAI, with OpenRouter's extensions.
///
/// Fields that are not set are left out: some servers refuse a null.
package struct ChatCompletionRequest: Sendable {
    /// OpenRouter takes no longer `session_id`; the rest is cut off. In characters.
    package static let maximumSessionIDLength = 256

    /// How far an endpoint goes beyond OpenAI's own form. Other services refuse fields that they do not know.
    package enum Dialect: Sendable, Hashable {
        /// Knows `session_id`, and always sends usage.
        case openRouter
        /// Must be asked for usage (`stream_options.include_usage`).
        case openAI
    }

    private let request: ModelRequest
    private let provider: JSONObject
    private let dialect: Dialect

    /// - Parameter provider: provider routing; empty: not sent. A `provider` among the request's parameters wins.
    package init(_ request: ModelRequest, provider: JSONObject = [:], dialect: Dialect = .openRouter) {
        self.request = request
        self.provider = provider
        self.dialect = dialect
    }

    /// What names the session to the upstream: for the same session always the same.
    static func sessionName(_ request: ModelRequest) -> String {
        String(request.sessionID.prefix(maximumSessionIDLength))
    }

    /// The body as JSON text, written in one pass.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("model")
        writer.string(request.model)
        if !request.fallbackModels.isEmpty {
            writer.name("models")
            writer.beginArray()
            for model in request.fallbackModels { writer.string(model) }
            writer.endArray()
        }
        writer.name("messages")
        writer.beginArray()
        for message in request.messages { Self.write(message, to: &writer) }
        writer.endArray()
        writer.name("stream")
        writer.bool(true)
        writeTools(to: &writer)
        writeParams(to: &writer)
        writeDefaults(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    // MARK: Tools and parameters

    private func writeTools(to writer: inout JSONWriter) {
        guard !request.tools.isEmpty else { return }
        // Resent with every request, also where none may be called: providers want to know those in the history.
        writer.name("tools")
        writer.beginArray()
        for tool in request.tools { writer.value(tool.definition) }
        writer.endArray()
        if request.toolChoice == .none {
            writer.name("tool_choice")
            writer.string("none")
        }
    }

    /// Names that the request itself decides. A parameter of that name is not passed on.
    private static let ownNames: Set<String> = ["model", "models", "messages", "stream", "tools"]

    private func isPassedOn(_ param: JSONObject.Member) -> Bool {
        if param.value.isNull || Self.ownNames.contains(param.name) { return false }
        return param.name != "tool_choice" || (!request.tools.isEmpty && request.toolChoice != .none)
    }

    private func writeParams(to writer: inout JSONWriter) {
        for param in request.params.members where isPassedOn(param) {
            writer.name(param.name)
            writer.value(param.value)
        }
    }

    /// Fields that a parameter of the same name replaces, or with null switches off.
    private func writeDefaults(to writer: inout JSONWriter) {
        if !provider.isEmpty, request.params["provider"] == nil {
            writer.name("provider")
            writer.value(.object(provider))
        }
        switch dialect {
        case .openRouter:
            if !request.sessionID.isEmpty, request.params["session_id"] == nil {
                writer.name("session_id")
                writer.string(Self.sessionName(request))
            }
            if !request.user.isEmpty, request.params["user"] == nil {
                writer.name("user")
                writer.string(request.user)
            }
        case .openAI:
            if request.params["stream_options"] == nil {
                writer.name("stream_options")
                writer.value(["include_usage": true])
            }
        }
    }

    // MARK: Messages

    private static func write(_ message: ChatMessage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("role")
        switch message {
        case .system(let text):
            writer.string("system")
            writer.name("content")
            writer.string(text)
        case .user(let text):
            writer.string("user")
            writer.name("content")
            writer.string(text)
        case .assistant(let answer):
            writer.string("assistant")
            write(answer, to: &writer)
        case .tool(let callID, let content):
            writer.string("tool")
            writer.name("tool_call_id")
            writer.string(callID)
            writer.name("content")
            writer.string(content)
        }
        writer.endObject()
    }

    private static func write(_ answer: AssistantMessage, to writer: inout JSONWriter) {
        writer.name("content")
        if answer.text.isEmpty && !answer.toolCalls.isEmpty {
            // Some providers refuse an empty text beside tool calls.
            writer.null()
        } else {
            writer.string(answer.text)
        }
        // Signatures break where anything in them or their order changes.
        if let details = answer.reasoningDetails {
            writer.name("reasoning_details")
            writer.value(details)
        }
        guard !answer.toolCalls.isEmpty else { return }
        writer.name("tool_calls")
        writer.beginArray()
        for call in answer.toolCalls { write(call, to: &writer) }
        writer.endArray()
    }

    private static func write(_ call: ToolCall, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("id")
        writer.string(call.id)
        writer.name("type")
        writer.string("function")
        writer.name("function")
        writer.beginObject()
        writer.name("name")
        writer.string(call.name)
        writer.name("arguments")
        writer.string(replayable(call.arguments))
        writer.endObject()
        writer.endObject()
    }

    /// Arguments that are no JSON object make providers refuse the whole conversation; the result that follows tells the
    /// model what was wrong with them.
    private static func replayable(_ arguments: String) -> String {
        let isObject = (try? JSONParser.parse(arguments))?.object != nil
        return isObject ? arguments : "{}"
    }
}
