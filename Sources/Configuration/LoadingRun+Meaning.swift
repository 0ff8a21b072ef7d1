import Diagnostics
import HTTP1
import JSON
import Quantities

extension LoadingRun {
    /// What can only be said of the settings together.
    mutating func checkMeaning() {
        if result.effective.aiService == .openrouter, !isFaulty("ai_service") { checkEndpoint() }
        checkRetries()
        checkCallLimits()
        checkServer()
        checkAccess()
        checkSessions()
        checkSessionParts()
        checkContext()
        checkTools()
        checkRepetitions()
    }

    // MARK: - Endpoint

    private mutating func checkEndpoint() {
        let openRouter = result.effective.openRouter
        if openRouter.model.isEmpty, isComplete, !isFaulty("openrouter.model") {
            reportMissing(
                ConfigurationCode.missingKey, "`openrouter.model` is required", "openrouter.model",
                help: "name the model that answers, as in `model: author/slug`, or set `ai_service: mock`")
        }
        guard !isFaulty("openrouter.base_url"), let url = try? HTTPURL(openRouter.baseURL) else { return }
        checkModelNames(of: url)
        checkOwnAddress(url)
        if openRouter.apiKey == nil {
            guard !inputs.isHermetic, !HostName.isLoopback(url.host), isComplete, !isFaulty("openrouter.api_key"),
                !isFaulty("openrouter.api_key_file")
            else { return }
            reportMissing(
                ConfigurationCode.missingAPIKey, "there is no API key for \(openRouter.baseURL)", "openrouter.api_key",
                help: "set OPENROUTER_API_KEY in the environment or in `.env`; without a key use `ai_service: mock`")
        } else if url.scheme == .http, !HostName.isLoopback(url.host) {
            report(
                ConfigurationCode.plainTransport, .warning, "the API key goes to `\(url.host)` unencrypted",
                "openrouter.base_url", help: "use an `https://` URL")
        }
    }

    /// OpenRouter names its models `author/slug`; other endpoints name theirs as they like.
    private mutating func checkModelNames(of url: HTTPURL) {
        guard url.host == "openrouter.ai" || url.host.hasSuffix(".openrouter.ai") else { return }
        let openRouter = result.effective.openRouter
        let named =
            [("openrouter.model", openRouter.model, result.span(of: "openrouter.model"))]
            + openRouter.fallbackModels.enumerated().map { index, model in
                let path = "openrouter.fallback_models"
                let spans = result.itemSpans[path] ?? []
                return (path, model, spans.indices.contains(index) ? spans[index] : result.span(of: path))
            }
        for (path, model, span) in named where !model.isEmpty && !isFaulty(path) {
            let parts = model.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty { continue }
            diagnostics.add(
                Diagnostic(
                    ConfigurationCode.modelName, "`\(path)`: OpenRouter names its models `author/slug`", at: span,
                    severity: .warning,
                    help: "write for example `openai/gpt-4o-mini`; https://openrouter.ai/models lists them all"))
        }
    }

    private mutating func checkOwnAddress(_ url: HTTPURL) {
        let server = result.effective.server
        guard HostName.isLoopback(url.host), url.port == server.port, !isFaulty("server.port") else { return }
        reportPair(
            ConfigurationCode.contradiction, .warning,
            "the endpoint is on the port that this server listens on", "openrouter.base_url", "server.port")
    }

    // MARK: - Limits

    private mutating func checkRetries() {
        let openRouter = result.effective.openRouter
        if openRouter.retryBase > openRouter.retryMaximum {
            reportContradiction(
                "the first wait (\(Quantity.text(of: openRouter.retryBase))) is longer than the longest "
                    + "(\(Quantity.text(of: openRouter.retryMaximum)))",
                "openrouter.retry_base_seconds", "openrouter.retry_max_seconds")
        }
        for path in ["openrouter.retry_base_seconds", "openrouter.retry_max_seconds"]
        where openRouter.maximumRetries == 0 && isChosen(path) && !isFaulty("openrouter.max_retries") {
            reportWithoutEffect(path, because: "`openrouter.max_retries` is 0: nothing is tried again")
        }
        if openRouter.maximumConcurrentRequests > result.effective.sessions.maximumSessions {
            reportUnreachable(
                "never so many calls run at once: each of at most \(result.effective.sessions.maximumSessions) sessions "
                    + "has one",
                "openrouter.max_concurrent_requests", "sessions.max_sessions")
        }
        if openRouter.maximumRetries > 0, openRouter.retryBase >= openRouter.timeout {
            reportUnreachable(
                "no retry can start: the first wait is as long as the whole call may last",
                "openrouter.retry_base_seconds", "openrouter.timeout_seconds")
        }
    }

    private mutating func checkCallLimits() {
        let openRouter = result.effective.openRouter
        let parts = [
            ("openrouter.first_byte_timeout_seconds", openRouter.firstByteTimeout),
            ("openrouter.idle_timeout_seconds", openRouter.idleTimeout),
        ]
        for (path, limit) in parts {
            guard let limit, limit > openRouter.timeout else { continue }
            reportContradiction(
                "`\(path)` (\(Quantity.text(of: limit))) is longer than the whole call may last "
                    + "(\(Quantity.text(of: openRouter.timeout)))",
                path, "openrouter.timeout_seconds")
        }
    }

    private mutating func checkServer() {
        let server = result.effective.server
        let isOpen = server.auth.tokens.isEmpty && !server.auth.insecure && !HostName.isLoopback(server.host)
        let isJudgeable =
            isComplete && !["tokens", "tokens_file", "insecure"].contains { isFaulty("server.auth.\($0)") }
        if isOpen, isJudgeable {
            report(
                ConfigurationCode.openBind, .error, "`\(server.host)` can be reached by others, and no tokens are set",
                "server.host",
                help:
                    "set `server.auth.tokens_file` or `server.auth.tokens`, or allow it with `server.auth.insecure: true`"
            )
        }
        let taken = ["/healthz", "/readyz"] + (server.metrics ? ["/metrics"] : []) + (server.webUI ? ["/"] : [])
        if taken.contains(server.path) {
            report(
                ConfigurationCode.contradiction, .error, "the server answers `\(server.path)` itself", "server.path",
                help: "choose another path, such as `/ws`")
        }
        if server.rateLimit.burst > 0, server.rateLimit.messagesPerMinute == 0 {
            report(
                ConfigurationCode.withoutEffect, .warning,
                "`server.rate_limit.burst` has no effect without `messages_per_minute`", "server.rate_limit.burst",
                help: "set `server.rate_limit.messages_per_minute`, or remove it")
        }
        if server.pingInterval == .zero, isChosen("server.ping_timeout_seconds") {
            reportWithoutEffect("server.ping_timeout_seconds", because: "`server.ping_interval_seconds` is 0: no pings")
        }
        if result.effective.tools.maximumResultBytes > server.maximumMessageBytes {
            reportUnreachable(
                "no client can send so large a result: its messages may have at most "
                    + Quantity.text(ofBytes: server.maximumMessageBytes),
                "tools.max_result_bytes", "server.max_message_bytes")
        }
    }

    private mutating func checkAccess() {
        let server = result.effective.server
        if server.auth.insecure, !server.auth.tokens.isEmpty {
            reportWithoutEffect("server.auth.insecure", because: "there are tokens, and every client must show one")
        }
        if server.allowedOrigins.contains("*"), server.allowedOrigins.count > 1 {
            reportWithoutEffect(
                "server.allowed_origins", naming: "what stands beside `*` in `server.allowed_origins`",
                because: "`*` allows every origin")
        }
    }

    private mutating func checkSessions() {
        let sessions = result.effective.sessions
        if sessions.maximumSessionsPerUser > sessions.maximumSessions {
            reportUnreachable(
                "one user can never have so many sessions: all together have at most \(sessions.maximumSessions)",
                "sessions.max_sessions_per_user", "sessions.max_sessions")
        }
        if isChosen("sessions.idle_timeout_seconds"), sessions.timeout > .zero, sessions.idleTimeout > sessions.timeout
        {
            reportUnreachable(
                "no session lives so long: each ends after \(Quantity.text(of: sessions.timeout))",
                "sessions.idle_timeout_seconds", "sessions.timeout_seconds")
        }
    }

    private mutating func checkSessionParts() {
        let sessions = result.effective.sessions
        let lives = [
            ("sessions.timeout_seconds", sessions.timeout), ("sessions.idle_timeout_seconds", sessions.idleTimeout),
        ]
        for (path, life) in lives where life > .zero && sessions.resumeWindow > life {
            reportUnreachable(
                "no session waits so long for its client: it ends after \(Quantity.text(of: life))",
                "sessions.resume_window_seconds", path)
        }
        if sessions.timeout > .zero, isChosen("tools.client_timeout_seconds"),
            result.effective.tools.clientTimeout > sessions.timeout
        {
            reportUnreachable(
                "no tool is waited for so long: each session ends after \(Quantity.text(of: sessions.timeout))",
                "tools.client_timeout_seconds", "sessions.timeout_seconds")
        }
        if sessions.resumeWindow == .zero, isChosen("sessions.replay_buffer_bytes"), sessions.replayBufferBytes > 0 {
            reportWithoutEffect(
                "sessions.replay_buffer_bytes",
                because: "`sessions.resume_window_seconds` is 0: nobody comes back to a session")
        }
    }

    /// What is said twice, where only one of the two counts.
    private mutating func checkRepetitions() {
        let openRouter = result.effective.openRouter
        for name in ["temperature", "max_tokens"] where openRouter.params[name] != nil {
            let path = "ai_loop.\(name)"
            if isChosen(path) { reportWithoutEffect(path, because: "`openrouter.params` sets `\(name)`, and wins") }
        }
        var seen: Set<String> = openRouter.model.isEmpty ? [] : [openRouter.model]
        for (index, model) in openRouter.fallbackModels.enumerated() where !seen.insert(model).inserted {
            let spans = result.itemSpans["openrouter.fallback_models"] ?? []
            diagnostics.add(
                Diagnostic(
                    ConfigurationCode.withoutEffect, "\(quotedForDisplay(model)) has been tried already",
                    at: spans.indices.contains(index) ? spans[index] : result.span(of: "openrouter.fallback_models"),
                    severity: .warning, help: "name each model once"))
        }
    }

    private mutating func checkContext() {
        guard let context = result.effective.aiLoop.maximumContextTokens,
            let answer = result.effective.requestParams["max_tokens"]?.int, answer >= context
        else { return }
        let isOldPlace = result.effective.openRouter.params["max_tokens"] == nil
        reportContradiction(
            "an answer of \(answer) tokens leaves nothing of a context of \(context) for the conversation",
            "ai_loop.max_context_tokens", isOldPlace ? "ai_loop.max_tokens" : "openrouter.params")
    }

    private mutating func checkTools() {
        let tools = result.effective.tools
        let lists: [(tool: Settings.Tools.BuiltIn, path: String, isEmpty: Bool)] = [
            (.fetchURL, "tools.allowed_hosts", tools.allowedHosts.isEmpty),
            (.runCommand, "tools.allowed_commands", tools.allowedCommands.isEmpty),
        ]
        for (tool, path, isEmpty) in lists where !isFaulty(path) && !isFaulty("tools.builtin") {
            let isOffered = tools.builtin.contains(tool)
            if isOffered, isEmpty {
                report(
                    ConfigurationCode.missingKey, .error,
                    "`\(tool.rawValue)` can do nothing: `\(path)` lists nothing", "tools.builtin",
                    help: "set `\(path)`, or remove `\(tool.rawValue)` from `tools.builtin`")
            } else if !isOffered, !isEmpty {
                report(
                    ConfigurationCode.withoutEffect, .warning,
                    "`\(path)` has no effect: `\(tool.rawValue)` is not offered", path,
                    help: "add `\(tool.rawValue)` to `tools.builtin`, or remove it")
            }
        }
        let known = Set(tools.builtin.map(\.rawValue) + tools.commands.map(\.name))
        let prefixes = tools.mcpServers.map { $0.name + "__" }
        for name in tools.policies.keys.sorted() where !isFaulty("tools.commands") && !isFaulty("tools.builtin") {
            guard !known.contains(name), !prefixes.contains(where: { name.hasPrefix($0) }) else { continue }
            report(
                ConfigurationCode.withoutEffect, .warning,
                "`tools.policies` names \(quotedForDisplay(name)), which is no tool here", "tools.policies",
                help: nearestName(to: name, among: known).map { "did you mean `\($0)`?" } ?? "remove it")
        }
    }

    // MARK: - Reports

    /// Whether a key has a value of its own, not the default.
    func isChosen(_ path: String) -> Bool { result.origin(of: path).layer != .defaults }

    private mutating func reportWithoutEffect(_ path: String, naming what: String? = nil, because reason: String) {
        report(
            ConfigurationCode.withoutEffect, .warning, "\(what ?? "`\(path)`") has no effect: \(reason)", path,
            help: "remove it, or change the other")
    }

    /// Whether something was given for a key, or for a section that it is in, which could not be taken.
    func isFaulty(_ path: String) -> Bool {
        faultyPaths.contains(path) || SettingTable.enclosingSections(of: path).contains { faultyPaths.contains($0) }
    }

    /// Where a key's value stands; where it has none, the section that lacks it; else the beginning of the file.
    private func place(of path: String) -> SourceSpan {
        if let span = result.origin(of: path).span { return span }
        let section = SettingTable.enclosingSections(of: path).reversed().compactMap { sections[$0] }.first
        return SourceSpan(fileOrigin, section ?? 0..<0)
    }

    mutating func report(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, _ path: String, help: String,
        related: [Diagnostic.Related] = []
    ) {
        diagnostics.add(
            Diagnostic(code, message, at: place(of: path), severity: severity, help: help, related: related))
    }

    private mutating func reportMissing(_ code: DiagnosticCode, _ message: String, _ path: String, help: String) {
        let file = result.file == nil ? "; there is no \(inputs.file) here" : ""
        report(code, .error, message, path, help: help + file)
    }

    /// Two values that cannot both hold, told at the one that was chosen (not a default), with the other beside it.
    private mutating func reportContradiction(_ message: String, _ path: String, _ other: String) {
        reportPair(ConfigurationCode.contradiction, .error, message, path, other)
    }

    private mutating func reportUnreachable(_ message: String, _ path: String, _ other: String) {
        reportPair(ConfigurationCode.unreachableLimit, .warning, message, path, other)
    }

    mutating func reportPair(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, _ path: String, _ other: String
    ) {
        let isDefault = result.origin(of: path).layer == .defaults
        let (first, second) = isDefault ? (other, path) : (path, other)
        let related = result.origin(of: second).span.map { [Diagnostic.Related($0, "`\(second)` is set here")] } ?? []
        report(
            code, severity, message, first,
            help: "change `\(path)` or `\(other)`" + (related.isEmpty ? " (the default)" : ""),
            related: related)
    }
}
