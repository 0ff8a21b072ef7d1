import Quantities

/// Every configuration key. Defaults stand in ``Settings``.
package enum SettingTable {
    package static let keys = service + openRouter + aiLoop + server + sessions + tools + logging + mock

    /// The row of a key's path.
    package static let byPath = Dictionary(uniqueKeysWithValues: keys.map { ($0.path, $0) })
    static let byVariable = Dictionary(uniqueKeysWithValues: keys.map { ($0.environmentName, $0) })

    /// Paths that hold keys: `server`, `server.auth`, …
    package static let sections = Set(keys.flatMap { enclosingSections(of: $0.path) })

    /// What each of the sections is for: a sentence for a person, without final stop.
    package static let sectionSummaries = [
        "openrouter": "The AI service: OpenRouter, or any other OpenAI-compatible endpoint",
        "ai_loop": "What a session tells the model, and how far it goes",
        "server": "Where clients connect, and what each of them may use",
        "server.auth": "Who may connect",
        "server.rate_limit": "How much a user may send",
        "sessions": "How many sessions there may be, how long they live, and what is kept for each",
        "tools": "What the model may call, and what that may do",
        "logging": "What is logged, and where",
        "mock": "The pace of the built-in AI service",
    ]

    /// Keys of the design that this version does not act on, with what they are for. Taking them silently would promise it.
    package static let unavailable = [
        "openrouter.cache": "a cache of answers",
        "sessions.journal": "a journal of sessions",
        "sessions.budget": "a budget for each session",
        "mock.script": "scripts for the mock service",
    ]

    /// Top-level keys of older files, taken with a warning.
    package static let unused = ["prompts", "task_models", "task_prompts", "workspace_ignore_patterns"]

    /// The section that a name belongs to which landed in the mapping at `path`: one level up, or the top (`""`).
    static func home(of name: String, besides path: String) -> String? {
        let enclosing = [""] + enclosingSections(of: path)
        return enclosing.last { section in
            let own = section.isEmpty ? name : "\(section).\(name)"
            return own != path && (byPath[own] != nil || sections.contains(own))
        }
    }

    /// What to do with a name that belongs into `section`, or to the top level (`""`).
    static func indentationHelp(_ name: String, in section: String) -> String {
        "`\(name)` belongs \(section.isEmpty ? "to the top level" : "into `\(section)`"): check its indentation"
    }

    /// `a.b.c` → `a`, `a.b`.
    static func enclosingSections(of path: String) -> [String] {
        path.indices.filter { path[$0] == "." }.map { String(path[..<$0]) }
    }
}

extension SettingTable {
    private static let second = Duration.seconds(1)
    private static let hour = Duration.seconds(3600)
    private static let shortest = Duration.milliseconds(1)
    private static let mebibyte = 1 << 20

    private static let service: [SettingKey] = [
        .choice(
            "ai_service", \.aiService, reloadable: true,
            "Who answers: `openrouter`, or the built-in `mock`, which needs no key"
        ).example("mock")
    ]

    private static let openRouter: [SettingKey] = [
        .secret(
            "openrouter.api_key", \.openRouter.apiKey, default: "from `OPENROUTER_API_KEY`", reloadable: true,
            "The key; better kept in the environment, `.env` or `api_key_file` than in this file"
        ).example("${OPENROUTER_API_KEY}"),
        .text(
            "openrouter.api_key_file", \.openRouter.apiKeyFile, .filePath, default: "none", reloadable: true,
            "A file that holds the key and nothing else"
        ).example("/run/secrets/openrouter"),
        .text(
            "openrouter.base_url", \.openRouter.baseURL, .endpointURL, reloadable: true,
            "The OpenAI-compatible endpoint; no key is needed where its host is loopback"
        ).example("http://localhost:11434/v1"),
        .text(
            "openrouter.model", \.openRouter.model, .modelName, default: "none: required", reloadable: true,
            "The model that answers, as the endpoint names it"
        ).example("openai/gpt-4o-mini"),
        .texts(
            "openrouter.fallback_models", \.openRouter.fallbackModels, .modelName, maximumCount: 32, reloadable: true,
            "Models to try in this order where the first fails"
        ).example("[openai/gpt-4o, mistralai/mistral-small]"),
        .object(
            "openrouter.params", \.openRouter.params, reserved: reservedParameters, reloadable: true,
            "Parameters of every request, passed on as they are: `temperature`, `max_tokens`, `top_p`, `reasoning`, …"
        ).example("{temperature: 0.2, reasoning: {effort: low}}").members(.requestParameters),
        .object(
            "openrouter.provider", \.openRouter.provider, reloadable: true,
            "OpenRouter's provider routing, passed on as it is"
        ).example("{sort: price, data_collection: deny}").members(.providerRouting),
        .text(
            "openrouter.site_url", \.openRouter.siteURL, .optionalURL, reloadable: true,
            "Sent as `HTTP-Referer`; empty: not sent"
        ).example("https://example.org"),
        .text(
            "openrouter.app_name", \.openRouter.appName, .headerValue, reloadable: true,
            "Sent as `X-Title`; empty: not sent"
        ).example("my-app"),
        .duration(
            "openrouter.timeout_seconds", \.openRouter.timeout, shortest...hour * 24, reloadable: true,
            "For a model call as a whole, retries and waits included"),
        .duration(
            "openrouter.first_byte_timeout_seconds", \.openRouter.firstByteTimeout, shortest...hour * 24,
            default: "as `timeout_seconds`", reloadable: true, "To the first byte of an answer"
        ).example("20s"),
        .duration(
            "openrouter.idle_timeout_seconds", \.openRouter.idleTimeout, shortest...hour * 24,
            default: "as `timeout_seconds`", reloadable: true, "Between two pieces of an answer"
        ).example("20s"),
        .integer(
            "openrouter.max_retries", \.openRouter.maximumRetries, 0...20, reloadable: true,
            "How often a call that failed before its first word is tried again"),
        .duration(
            "openrouter.retry_base_seconds", \.openRouter.retryBase, .zero...hour, reloadable: true,
            "Wait before the first retry; each further one waits about twice as long"),
        .duration(
            "openrouter.retry_max_seconds", \.openRouter.retryMaximum, .zero...hour, reloadable: true,
            "Longest wait before a retry; a `Retry-After` is obeyed up to it"),
        .integer(
            "openrouter.max_concurrent_requests", \.openRouter.maximumConcurrentRequests, 0...100_000, reloadable: true,
            "Calls at the same time; further ones wait their turn; 0: no limit"
        ).example("100"),
    ]

    /// Members of a request that are set by other means.
    private static let reservedParameters = [
        "model": "openrouter.model", "models": "openrouter.fallback_models", "provider": "openrouter.provider",
        "messages": "the session", "tools": "the session", "tool_choice": "the session", "stream": "the server",
        "session_id": "the session",
    ]

    private static let aiLoop: [SettingKey] = [
        .text(
            "ai_loop.system_prompt", \.aiLoop.systemPrompt, reloadable: true,
            "What the model is told before the conversation; empty: nothing"
        ).example("You answer in one sentence."),
        .number(
            "ai_loop.temperature", \.aiLoop.temperature, 0...2, default: "the model's", reloadable: true,
            "Older place of `openrouter.params.temperature`, which wins"
        ).example("0.7"),
        .integer(
            "ai_loop.max_tokens", \.aiLoop.maximumTokens, 1...10_000_000, default: "the model's", reloadable: true,
            "Older place of `openrouter.params.max_tokens`, which wins"
        ).example("1024"),
        .integer(
            "ai_loop.max_tool_rounds", \.aiLoop.maximumToolRounds, 0...1000, reloadable: true,
            "Rounds of tool calls in one answer; then the model is asked to answer without tools"),
        .integer(
            "ai_loop.max_context_tokens", \.aiLoop.maximumContextTokens, 1...100_000_000,
            default: "the model's, else \(Settings.AILoop.defaultContextTokens)", reloadable: true,
            "Budget of a conversation; oldest turns are left out first"
        ).example("32768"),
    ]

    private static let server: [SettingKey] = [
        .text("server.host", \.server.host, .host, "Address or host name to listen on").example("0.0.0.0"),
        .integer("server.port", \.server.port, 0...65535, "Port to listen on; 0: any free one").example("8443"),
        .text("server.path", \.server.path, .requestPath, "Path of the WebSocket").example("/socket"),
        .integer("server.event_loops", \.server.eventLoops, 0...1024, "Threads that do the work; 0: one for each core")
            .example("4"),
        .integer(
            "server.max_connections", \.server.maximumConnections, 1...1_000_000, reloadable: true,
            "Connections at the same time; further ones get 503"),
        .size(
            "server.max_message_bytes", \.server.maximumMessageBytes, 1 << 10...1 << 30, reloadable: true,
            "Largest message that a client may send"),
        .size(
            "server.max_queued_bytes", \.server.maximumQueuedBytes, 1 << 10...1 << 30, reloadable: true,
            "What may wait for a client that reads slowly, per connection"),
        .duration(
            "server.handshake_timeout_seconds", \.server.handshakeTimeout, shortest...hour, reloadable: true,
            "For a client to complete its request"),
        .duration(
            "server.ping_interval_seconds", \.server.pingInterval, .zero...hour, reloadable: true,
            "Between pings of a quiet connection; 0: none"),
        .duration(
            "server.ping_timeout_seconds", \.server.pingTimeout, shortest...hour, reloadable: true,
            "For the answer to a ping"),
        .duration(
            "server.idle_timeout_seconds", \.server.idleTimeout, .zero...hour * 720, reloadable: true,
            "Until a connection without messages is closed; 0: never"),
        .texts(
            "server.allowed_origins", \.server.allowedOrigins, .origin, maximumCount: 1000, reloadable: true,
            "Origins of browser pages that may connect, besides the server's own host; `*`: any"
        ).example("[\"https://example.org\"]"),
        .secrets(
            "server.auth.tokens", \.server.auth.tokens, maximumCount: 10_000, reloadable: true,
            "Tokens that clients show; none: nobody is asked"
        ).example("[\"${CLIENT_TOKEN}\"]"),
        .text(
            "server.auth.tokens_file", \.server.auth.tokensFile, .filePath, default: "none", reloadable: true,
            "A file with one token a line"
        ).example("/run/secrets/ailoop-tokens"),
        .boolean(
            "server.auth.insecure", \.server.auth.insecure,
            "Allows to listen on more than loopback without tokens"),
        .integer(
            "server.rate_limit.messages_per_minute", \.server.rateLimit.messagesPerMinute, 0...1_000_000,
            reloadable: true, "Messages that a user may send in a minute; 0: no limit"
        ).example("60"),
        .integer(
            "server.rate_limit.burst", \.server.rateLimit.burst, 0...1_000_000, reloadable: true,
            "How many of them at once; 0: a minute's worth"
        ).example("10"),
        .duration(
            "server.shutdown_grace_seconds", \.server.shutdownGrace, .zero...hour, reloadable: true,
            "For running answers to end when the server is told to stop"),
        .boolean("server.web_ui", \.server.webUI, reloadable: true, "Whether `GET /` serves the chat page"),
        .boolean("server.metrics", \.server.metrics, reloadable: true, "Whether `GET /metrics` serves metrics"),
    ]

    private static let sessions: [SettingKey] = [
        .integer(
            "sessions.max_sessions", \.sessions.maximumSessions, 1...1_000_000, reloadable: true,
            "Sessions at the same time"),
        .integer(
            "sessions.max_sessions_per_user", \.sessions.maximumSessionsPerUser, 0...1_000_000, reloadable: true,
            "Sessions of one user at the same time; 0: no limit"
        ).example("5"),
        .duration(
            "sessions.timeout_seconds", \.sessions.timeout, .zero...hour * 8760, reloadable: true,
            "Life of a session as a whole; 0: no limit"),
        .duration(
            "sessions.idle_timeout_seconds", \.sessions.idleTimeout, .zero...hour * 8760, reloadable: true,
            "Life of a session without a message; 0: no limit"),
        .duration(
            "sessions.resume_window_seconds", \.sessions.resumeWindow, .zero...hour * 24, reloadable: true,
            "How long a session outlives its connection; 0: not at all"),
        .size(
            "sessions.replay_buffer_bytes", \.sessions.replayBufferBytes, 0...1 << 30, reloadable: true,
            "Notifications kept for a client that comes back, per session"),
        .integer(
            "sessions.max_queued_messages", \.sessions.maximumQueuedMessages, 0...10_000, reloadable: true,
            "Messages that may wait while one is being answered, per session"),
    ]

    private static let commandMember = SettingMember(
        "command", .command(maximumCount: 256), required: true,
        "The program and its arguments, each by itself; no shell is involved")
    private static let environmentMember = SettingMember(
        "env", .secretMap(maximumCount: 256), "Variables of its environment, which else has the basic ones only")
    private static let timeoutMember = SettingMember(
        "timeout_seconds", .duration(shortest...hour * 24, .seconds),
        "For a call; as `tools.timeout_seconds` by default")
    private static let policies = Settings.Tools.Policy.allCases.map(\.rawValue)
    private static let policyMember = SettingMember(
        "policy", .choice(policies), "`allow`, `ask` or `deny`; `allow` by default")

    private static let tools: [SettingKey] = [
        .builtInTools(
            "tools.builtin",
            "Built-in tools to offer, of "
                + Settings.Tools.BuiltIn.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        ).example("[current_time, read_file]"),
        .text(
            "tools.workspace", \.tools.workspace, .filePath,
            "The directory that file tools see, nothing outside it, and that commands start in"
        ).example("/srv/ailoopctl"),
        .toolPolicies(
            "tools.policies",
            "Whether tools may run: `allow`, `ask` (a person), `deny`; by full name, over what stands elsewhere"
        ).example("{write_file: deny}"),
        .toolCommands(
            "tools.commands",
            [
                SettingMember("name", .text(.toolName), required: true, "What the model calls it"),
                SettingMember("description", .text(.any), "What the model is told of it"),
                SettingMember("parameters", .schema, "JSON Schema of its arguments"), commandMember,
                environmentMember, timeoutMember, policyMember,
            ], "Programs that are tools: arguments come as JSON on standard input, the result is what they write"
        ).example("[{name: word_count, command: [wc, -w]}]"),
        .mcpServers(
            "tools.mcp_servers", [commandMember, environmentMember, timeoutMember, policyMember],
            "Programs whose tools are offered as `NAME__TOOL`, spoken to in the Model Context Protocol"
        ).example("{time: {command: [mcp-server-time]}}"),
        .texts(
            "tools.allowed_hosts", \.tools.allowedHosts, .hostPattern, maximumCount: 1000,
            "Hosts that `fetch_url` may ask: names, or `*.` and a domain for all names below it; with `:8080` at that port"
        ).example("[example.org, \"*.example.com\"]"),
        .texts(
            "tools.allowed_commands", \.tools.allowedCommands, .nonEmpty, maximumCount: 1000,
            "What commands of `run_command` must begin with, such as `git status`"
        ).example("[git status]"),
        .duration(
            "tools.approval_timeout_seconds", \.tools.approvalTimeout, shortest...hour * 24, reloadable: true,
            "For a person to approve a call; then it is refused"),
        .integer(
            "tools.max_parallel_calls", \.tools.maximumParallelCalls, 1...1000, reloadable: true,
            "Calls of one answer that run at the same time"),
        .integer(
            "tools.max_processes", \.tools.maximumProcesses, 1...100_000,
            "Programs that run for tools at the same time, in the whole process; further ones wait"),
        .duration(
            "tools.timeout_seconds", \.tools.timeout, shortest...hour * 24,
            "For a tool that the server runs"),
        .duration(
            "tools.client_timeout_seconds", \.tools.clientTimeout, shortest...hour * 24, reloadable: true,
            "For a tool that the client answers"),
        .size(
            "tools.max_result_bytes", \.tools.maximumResultBytes, 1 << 10...64 * mebibyte, reloadable: true,
            "What of a tool's result is given to the model at most"),
    ]

    private static let logging: [SettingKey] = [
        .choice("logging.level", \.logging.level, reloadable: true, "The least important messages that are logged")
            .example("debug"),
        .choice(
            "logging.format", \.logging.format, "`text`, `json`, or `auto`: text on a terminal and JSON elsewhere"
        ).example("json"),
        .text("logging.file", \.logging.file, .filePath, default: "standard error", "File to append the log to")
            .example("/var/log/ailoopctl.log"),
    ]

    private static let mock: [SettingKey] = [
        .duration(
            "mock.first_chunk_ms", \.mock.firstChunk, .zero...second * 600, unit: .milliseconds, reloadable: true,
            "Wait before the mock service's first word"),
        .duration(
            "mock.chunk_interval_ms", \.mock.chunkInterval, .zero...second * 600, unit: .milliseconds,
            reloadable: true, "Wait between its chunks"),
        .integer(
            "mock.chunks", \.mock.chunks, 0...100_000, reloadable: true,
            "Chunks of an answer; 0: as many as its text needs"),
        .size(
            "mock.chunk_bytes", \.mock.chunkBytes, 0...64 << 10, reloadable: true, "Size of a chunk; 0: a word each"),
    ]
}
