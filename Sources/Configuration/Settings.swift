package import JSON

/// Everything that the product can be told, checked and complete. What a key means and which values it takes stands in
/// ``SettingTable``; the values here are the defaults.
///
/// Durations are the standard library's; sizes are bytes. "0: off" is said where zero switches a limit off.
package struct Settings: Sendable, Equatable {
    package enum AIService: String, Sendable, CaseIterable {
        case openrouter
        /// Built in: no network, no key.
        case mock
    }

    package var aiService = AIService.openrouter
    package var openRouter = OpenRouter()
    package var aiLoop = AILoop()
    package var server = Server()
    package var sessions = Sessions()
    package var tools = Tools()
    package var logging = Logging()
    package var mock = Mock()

    package init() {}
}

extension Settings {
    /// `openrouter`: the OpenAI-compatible endpoint and how calls to it behave.
    package struct OpenRouter: Sendable, Equatable {
        /// From `api_key`, `api_key_file` or `OPENROUTER_API_KEY`; nil where the endpoint needs none.
        package var apiKey: Secret?
        package var apiKeyFile: String?
        /// An http or https URL without user, query or fragment; paths such as `/chat/completions` are appended to it.
        package var baseURL = "https://openrouter.ai/api/v1"
        /// Empty only where the service is ``AIService/mock``.
        package var model = ""
        /// Sent as `models`; empty: not sent.
        package var fallbackModels: [String] = []
        /// Sampling parameters, passed on as they are. `ai_loop.temperature` and `.max_tokens` are not yet in it:
        /// see ``Settings/requestParams``.
        package var params = JSONObject()
        /// Provider routing, passed on as it is.
        package var provider = JSONObject()
        /// Sent as `HTTP-Referer`; empty: not sent.
        package var siteURL = ""
        /// Sent as `X-Title`; empty: not sent.
        package var appName = "ailoopctl"
        /// A model call as a whole, retries and waits included.
        package var timeout = Duration.seconds(60)
        /// To the first byte of the answer; nil: as ``timeout``.
        package var firstByteTimeout: Duration?
        /// Between data of the answer; nil: as ``timeout``.
        package var idleTimeout: Duration?
        package var maximumRetries = 2
        package var retryBase = Duration.milliseconds(500)
        package var retryMaximum = Duration.seconds(30)
        /// 0: no limit.
        package var maximumConcurrentRequests = 0
    }

    /// `ai_loop`: what goes to the model besides the person's words.
    package struct AILoop: Sendable, Equatable {
        package var systemPrompt =
            "You are a helpful assistant. Answer clearly and to the point, and say so when you do not know."
        package var temperature: Double?
        package var maximumTokens: Int?
        package var maximumToolRounds = 8
        /// nil: the model's own context length, else ``defaultContextTokens``.
        package var maximumContextTokens: Int?

        /// The context budget where neither the configuration nor the model names one.
        package static let defaultContextTokens = 32_768
    }

    /// `server`: sockets and what may come through them.
    package struct Server: Sendable, Equatable {
        package var host = "127.0.0.1"
        /// 0: any free port.
        package var port = 8000
        package var path = "/ws"
        /// 0: one for each core.
        package var eventLoops = 0
        package var maximumConnections = 10_000
        package var maximumMessageBytes = 1 << 20
        /// Outbound, per connection.
        package var maximumQueuedBytes = 4 << 20
        package var handshakeTimeout = Duration.seconds(10)
        /// 0: no pings.
        package var pingInterval = Duration.seconds(20)
        package var pingTimeout = Duration.seconds(20)
        /// 0: off.
        package var idleTimeout = Duration.zero
        /// Origins besides the server's own host; `*` allows any.
        package var allowedOrigins: [String] = []
        package var auth = Auth()
        package var rateLimit = RateLimit()
        package var shutdownGrace = Duration.seconds(20)
        package var webUI = true
        package var metrics = true
    }

    /// `server.auth`: who may connect.
    package struct Auth: Sendable, Equatable {
        /// From `tokens` and `tokens_file` together; empty: nobody is asked for one.
        package var tokens: [Secret] = []
        package var tokensFile: String?
        /// Allows to bind other addresses than loopback without tokens.
        package var insecure = false
    }

    /// `server.rate_limit`: messages of one user.
    package struct RateLimit: Sendable, Equatable {
        /// 0: off.
        package var messagesPerMinute = 0
        /// How many may come at once; 0: a minute's worth.
        package var burst = 0
    }

    /// `sessions`: how many, and how long they live.
    package struct Sessions: Sendable, Equatable {
        package var maximumSessions = 10_000
        /// 0: no limit.
        package var maximumSessionsPerUser = 0
        /// A session as a whole. 0: off.
        package var timeout = Duration.zero
        /// Without a message. 0: off.
        package var idleTimeout = Duration.seconds(3600)
        /// 0: a session ends with its connection.
        package var resumeWindow = Duration.seconds(60)
        package var replayBufferBytes = 1 << 20
        package var maximumQueuedMessages = 8
    }

    /// `logging`: what is told about the running, and where.
    package struct Logging: Sendable, Equatable {
        package enum Level: String, Sendable, CaseIterable { case trace, debug, info, warning, error }
        package enum Format: String, Sendable, CaseIterable {
            /// Text on a terminal, JSON elsewhere.
            case auto
            case text, json
        }

        package var level = Level.info
        package var format = Format.auto
        /// nil: standard error.
        package var file: String?
    }

    /// `mock`: the pace of the built-in service.
    package struct Mock: Sendable, Equatable {
        package var firstChunk = Duration.milliseconds(150)
        package var chunkInterval = Duration.milliseconds(30)
        /// How many chunks an answer has; 0: as many as its text needs.
        package var chunks = 0
        /// Size of a chunk; 0: a word each.
        package var chunkBytes = 0
    }
}

extension Settings {
    /// The parameters that go into every request: `openrouter.params`, completed by the older `ai_loop.temperature` and
    /// `ai_loop.max_tokens` where it does not name them.
    package var requestParams: JSONObject {
        var params = openRouter.params
        if params["temperature"] == nil, let temperature = aiLoop.temperature, let number = JSONNumber(temperature) {
            params["temperature"] = .number(number)
        }
        if params["max_tokens"] == nil, let tokens = aiLoop.maximumTokens {
            params["max_tokens"] = .number(JSONNumber(tokens))
        }
        return params
    }
}
