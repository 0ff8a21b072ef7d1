package import JSON

/// Something that answers conversations: OpenRouter, an OpenAI-compatible endpoint, or the built-in mock.
///
/// Isolation: a service, its calls and their receivers live on one event loop and are used only there. They are not
/// `Sendable`, so the compiler keeps them there.
package protocol ModelService: AnyObject {
    /// Starts one model call. Events arrive at `receiver` later, never from within this function.
    func start(_ request: ModelRequest, receiver: any ModelCallReceiver) -> any ModelCall

    /// The models that the service offers; `completion` is called once, later.
    func listModels(completion: @escaping (Result<[ModelDescription], ModelError>) -> Void)
}

/// One running model call, retries included. Dropping it does not stop it; ``cancel()`` does.
package protocol ModelCall: AnyObject {
    /// Stops the call and closes its connection at once. No event follows.
    func cancel()
    /// Holds the stream back (TCP back-pressure; nothing is lost). What had been read before still arrives. No time limit
    /// runs while paused. Idempotent.
    func pauseReading()
    func resumeReading()
}

package protocol ModelCallReceiver: AnyObject {
    /// `call` is what ``ModelService/start(_:receiver:)`` returned. After `.finished` or `.failed` nothing follows.
    func modelCall(_ call: any ModelCall, received event: ModelEvent)
}

/// What a model call asks for.
package struct ModelRequest: Sendable, Hashable {
    package enum ToolChoice: Sendable, Hashable { case auto, none }

    package var model: String
    /// Ordered fallbacks, sent as `models`; empty: not sent.
    package var fallbackModels: [String]
    /// The whole conversation, system prompt first.
    package var messages: [ChatMessage]
    package var tools: [ToolDefinition]
    package var toolChoice: ToolChoice
    /// Sampling parameters, passed on as they are; a null means unset.
    package var params: JSONObject
    /// Names the session to the upstream (`session_id`: sticky provider routing).
    package var sessionID: String
    /// Names the end user to the upstream (`user`: abuse detection); empty: not sent.
    package var user: String

    package init(
        model: String, fallbackModels: [String] = [], messages: [ChatMessage], tools: [ToolDefinition] = [],
        toolChoice: ToolChoice = .auto, params: JSONObject = [:], sessionID: String = "", user: String = ""
    ) {
        self.model = model
        self.fallbackModels = fallbackModels
        self.messages = messages
        self.tools = tools
        self.toolChoice = toolChoice
        self.params = params
        self.sessionID = sessionID
        self.user = user
    }
}

/// What arrives while a model call runs.
package enum ModelEvent: Sendable, Hashable {
    /// A non-empty piece of the answer's text.
    case text(String)
    /// A non-empty piece of the model's reasoning.
    case reasoning(String)
    /// One fragment of `reasoning_details`, as it came.
    case reasoningDetails([JSONValue])
    case toolCallFragment(ToolCallFragment)
    /// The stream ended as it should.
    case finished(ModelCompletion)
    /// The call failed; text that came before stands.
    case failed(ModelError)
}

/// A piece of a tool call as streamed. Absent and empty ids and names are nil; whole `arguments` objects arrive as JSON text.
package struct ToolCallFragment: Sendable, Hashable {
    package var index: Int?
    package var id: String?
    package var name: String?
    package var arguments: String

    package init(index: Int? = nil, id: String? = nil, name: String? = nil, arguments: String = "") {
        self.index = index
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// How a model call ended well.
package struct ModelCompletion: Sendable, Hashable {
    /// `stop`, `length`, `tool_calls`, `content_filter`, or what else the upstream says; nil where it said nothing.
    package var finishReason: String?
    package var usage: TokenUsage?
    /// The model that answered, as the upstream names it.
    package var model: String?
    package var generationID: String?

    package init(
        finishReason: String? = nil, usage: TokenUsage? = nil, model: String? = nil, generationID: String? = nil
    ) {
        self.finishReason = finishReason
        self.usage = usage
        self.model = model
        self.generationID = generationID
    }
}

package struct TokenUsage: Sendable, Hashable {
    package var promptTokens: Int
    package var completionTokens: Int
    package var totalTokens: Int
    package var cachedTokens: Int?
    package var reasoningTokens: Int?
    /// US dollars.
    package var cost: Double?

    package init(
        promptTokens: Int, completionTokens: Int, totalTokens: Int, cachedTokens: Int? = nil,
        reasoningTokens: Int? = nil, cost: Double? = nil
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.totalTokens = totalTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
        self.cost = cost
    }
}

/// Why a model call failed, in terms that may be shown to a client: never a key, a token or prompt text.
package struct ModelError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// No first byte, no next byte, or no end in time.
        case timeout
        /// 401: the key is wrong or missing.
        case unauthorized
        /// 402: credits are used up.
        case paymentRequired
        /// 403: moderation, guardrail or permission.
        case forbidden
        /// 404: no such model or endpoint.
        case modelNotFound
        /// 400, 412, 413, 422.
        case badRequest
        /// 429.
        case rateLimited
        /// 5xx.
        case upstreamUnavailable
        /// No connection: refused, unresolvable, reset, TLS.
        case connectionFailed
        /// The stream ended in the middle.
        case truncated
        /// What came is not an answer.
        case malformedResponse
        /// A configured limit of ours ended the call (tool rounds, budget, context).
        case limitReached
    }

    package var kind: Kind
    /// A sentence for a person.
    package var detail: String
    package var retryable: Bool
    /// HTTP status of the upstream, or the status that it gave in the stream.
    package var upstreamStatus: Int?
    package var retryAfterSeconds: Double?

    package init(
        kind: Kind, detail: String, retryable: Bool, upstreamStatus: Int? = nil, retryAfterSeconds: Double? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.retryable = retryable
        self.upstreamStatus = upstreamStatus
        self.retryAfterSeconds = retryAfterSeconds
    }
}

package struct ModelDescription: Sendable, Hashable {
    package var id: String
    package var name: String?
    package var contextLength: Int?
    /// `supported_parameters` of the upstream; empty where it says nothing.
    package var supportedParameters: [String]

    package init(id: String, name: String? = nil, contextLength: Int? = nil, supportedParameters: [String] = []) {
        self.id = id
        self.name = name
        self.contextLength = contextLength
        self.supportedParameters = supportedParameters
    }
}
