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
        for (path, model, span) in result.namedModels where !model.isEmpty {
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
        guard HostName.isLoopback(url.host), url.port == server.port else { return }
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
        if openRouter.maximumRetries == 0 {
            for path in ["openrouter.retry_base_seconds", "openrouter.retry_max_seconds"] {
                reportWithoutEffect(
                    path, because: "`openrouter.max_retries` is 0: nothing is tried again", "openrouter.max_retries")
            }
        }
        if openRouter.maximumConcurrentRequests > result.effective.sessions.maximumSessions {
            reportUnreachable(
                "never so many calls run at once: each of at most \(result.effective.sessions.maximumSessions) sessions "
                    + "has one",
                "openrouter.max_concurrent_requests", "sessions.max_sessions")
        }
        if openRouter.maximumRetries > 0, openRouter.retryBase >= openRouter.timeout {
            reportUnreachable(
                "no retry can start: the first wait is at least as long as the whole call may last",
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

    // MARK: - Server

    private mutating func checkServer() {
        let server = result.effective.server
        let isOpen = server.auth.tokens.isEmpty && !server.auth.insecure && !HostName.isLoopback(server.host)
        if isOpen, areKnown("server.auth.tokens", "server.auth.tokens_file", "server.auth.insecure") {
            report(
                ConfigurationCode.openBind, .error, "`\(server.host)` can be reached by others, and no tokens are set",
                "server.host",
                help:
                    "set `server.auth.tokens_file` or `server.auth.tokens`, or allow it with `server.auth.insecure: true`"
            )
        }
        checkPath()
        if server.rateLimit.burst > 0, server.rateLimit.messagesPerMinute == 0 {
            reportWithoutEffect(
                "server.rate_limit.burst", because: "`messages_per_minute` sets no limit",
                "server.rate_limit.messages_per_minute")
        }
        if server.pingInterval == .zero {
            reportWithoutEffect(
                "server.ping_timeout_seconds", because: "`server.ping_interval_seconds` is 0: no pings",
                "server.ping_interval_seconds")
        }
        let largest = result.effective.tools.maximumResultBytes
        if largest > server.maximumMessageBytes {
            reportUnreachable(
                "no client can send a result of \(Quantity.text(ofBytes: largest)): its messages may have at most "
                    + Quantity.text(ofBytes: server.maximumMessageBytes),
                "tools.max_result_bytes", "server.max_message_bytes")
        }
    }

    /// Paths that the server answers itself.
    private mutating func checkPath() {
        let server = result.effective.server
        var taken = ["/healthz", "/readyz"]
        if server.metrics, areKnown("server.metrics") { taken.append("/metrics") }
        if server.webUI, areKnown("server.web_ui") { taken.append("/") }
        if taken.contains(server.path) {
            report(
                ConfigurationCode.contradiction, .error, "the server answers `\(server.path)` itself", "server.path",
                help: "choose another path, such as `/ws`")
        }
    }

    private mutating func checkAccess() {
        let server = result.effective.server
        if server.auth.insecure, !server.auth.tokens.isEmpty {
            reportWithoutEffect("server.auth.insecure", because: "there are tokens, and every client must show one")
        }
        let path = "server.allowed_origins"
        if server.allowedOrigins.contains("*") {
            for (index, origin) in server.allowedOrigins.enumerated() where origin != "*" {
                reportWithoutEffect(
                    path, at: .item(index), naming: quotedForDisplay(result.shown(origin, of: path, at: .item(index))),
                    because: "`*` allows every origin")
            }
        }
    }

    // MARK: - Sessions

    private mutating func checkSessions() {
        let sessions = result.effective.sessions
        if sessions.maximumSessionsPerUser > sessions.maximumSessions {
            reportUnreachable(
                "one user can never have so many sessions: all together have at most \(sessions.maximumSessions)",
                "sessions.max_sessions_per_user", "sessions.max_sessions")
        }
        for (path, life) in [
            ("sessions.timeout_seconds", sessions.timeout), ("sessions.idle_timeout_seconds", sessions.idleTimeout),
        ] where life > .zero && sessions.resumeWindow > life {
            reportUnreachable(
                "no session waits \(Quantity.text(of: sessions.resumeWindow)) for its client: it ends after "
                    + Quantity.text(of: life),
                "sessions.resume_window_seconds", path)
        }
        if sessions.resumeWindow == .zero, sessions.replayBufferBytes > 0 {
            reportWithoutEffect(
                "sessions.replay_buffer_bytes",
                because: "`sessions.resume_window_seconds` is 0: nobody comes back to a session",
                "sessions.resume_window_seconds")
        }
    }

    /// What a session does not live to see.
    private mutating func checkSessionParts() {
        let settings = result.effective
        guard settings.sessions.timeout > .zero else { return }
        let limits = [
            ("sessions.idle_timeout_seconds", settings.sessions.idleTimeout, "lives without a message"),
            ("openrouter.timeout_seconds", settings.openRouter.timeout, "waits for a call of the model"),
            ("tools.timeout_seconds", settings.tools.timeout, "waits for a tool"),
            ("tools.client_timeout_seconds", settings.tools.clientTimeout, "waits for a client's tool"),
            ("tools.approval_timeout_seconds", settings.tools.approvalTimeout, "waits for an approval"),
        ]
        for (path, limit, what) in limits where limit > settings.sessions.timeout {
            reportUnreachable(
                "no session \(what) for \(Quantity.text(of: limit)): each ends after "
                    + Quantity.text(of: settings.sessions.timeout),
                path, "sessions.timeout_seconds")
        }
    }

    /// What is said twice, where only one of the two counts.
    private mutating func checkRepetitions() {
        let openRouter = result.effective.openRouter
        for name in ["temperature", "max_tokens"] where openRouter.params[name] != nil {
            reportWithoutEffect("ai_loop.\(name)", because: "`openrouter.params` sets `\(name)`, and wins")
        }
        let path = "openrouter.fallback_models"
        for (index, model) in openRouter.fallbackModels.enumerated() where !model.isEmpty && model == openRouter.model {
            diagnostics.add(
                Diagnostic(
                    ConfigurationCode.withoutEffect,
                    "`\(path)` names \(quotedForDisplay(result.shown(model, of: path, at: .item(index)))) again, which is "
                        + "`openrouter.model`",
                    at: result.span(of: path, at: .item(index)), severity: .warning, help: "name each model once"))
        }
    }

    private mutating func checkContext() {
        let openRouter = result.effective.openRouter
        guard let context = result.effective.aiLoop.maximumContextTokens else { return }
        for name in ["max_tokens", "max_completion_tokens"] {
            guard let answer = result.effective.requestParams[name]?.int, answer >= context else { continue }
            let isOldPlace = openRouter.params[name] == nil
            reportContradiction(
                "an answer of \(answer) tokens leaves nothing of a context of \(context) for the conversation",
                "ai_loop.max_context_tokens", isOldPlace ? "ai_loop.\(name)" : "openrouter.params",
                at: isOldPlace ? [] : [.member(name)])
        }
    }

    // MARK: - Tools

    private mutating func checkTools() {
        let tools = result.effective.tools
        let lists: [(tool: Settings.Tools.BuiltIn, path: String, isEmpty: Bool)] = [
            (.fetchURL, "tools.allowed_hosts", tools.allowedHosts.isEmpty),
            (.runCommand, "tools.allowed_commands", tools.allowedCommands.isEmpty),
        ]
        for (tool, path, isEmpty) in lists where areListed(path) && areKnown("tools.builtin") {
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
        checkPolicies()
        checkRounds()
    }

    private mutating func checkPolicies() {
        let tools = result.effective.tools
        let known = Set(tools.builtin.map(\.rawValue) + tools.commands.map(\.name))
        let prefixes = tools.mcpServers.map { $0.name + "__" }
        let areNamed =
            tools.commands.allSatisfy { !$0.name.isEmpty } && tools.mcpServers.allSatisfy { !$0.name.isEmpty }
        guard areNamed, areListed("tools.commands", "tools.mcp_servers"), areKnown("tools.builtin") else { return }
        for name in tools.policies.keys.sorted() {
            guard !known.contains(name), !prefixes.contains(where: { name.hasPrefix($0) }) else { continue }
            diagnostics.add(
                Diagnostic(
                    ConfigurationCode.withoutEffect,
                    "`tools.policies` names \(quotedForDisplay(name)), which is no tool here",
                    at: result.span(of: "tools.policies", at: .name(name)), severity: .warning,
                    help: nearestName(to: name, among: known.sorted()).map { "did you mean `\($0)`?" } ?? "remove it"))
        }
    }

    private mutating func checkRounds() {
        guard result.effective.aiLoop.maximumToolRounds == 0 else { return }
        for path in result.effective.tools.offers {
            reportWithoutEffect(
                path, because: "`ai_loop.max_tool_rounds` is 0: no tool is called", "ai_loop.max_tool_rounds")
        }
    }

    // MARK: - Reports

    /// Whether a key has a value of its own, not the default.
    func isChosen(_ path: String) -> Bool { result.origin(of: path).layer != .defaults }

    /// Whether something was given for a key, or for a section that it is in, which could not be taken.
    func isFaulty(_ path: String) -> Bool {
        faultyPaths.contains(path) || SettingTable.enclosingSections(of: path).contains { faultyPaths.contains($0) }
    }

    /// Whether the values of these keys are those that are meant: not defaults in the place of something that could not be
    /// taken, or that may stand in what could not be read.
    func areKnown(_ paths: String...) -> Bool {
        paths.allSatisfy { !isFaulty($0) && (isComplete || isChosen($0)) }
    }

    /// Whether these lists and mappings have all the items that are meant, although some of them may be faulty.
    func areListed(_ paths: String...) -> Bool {
        paths.allSatisfy { (!isFaulty($0) || listedPaths.contains($0)) && (isComplete || isChosen($0)) }
    }

    /// A key that was chosen and does nothing, by reason of another one.
    private mutating func reportWithoutEffect(
        _ path: String, at step: ValuePlaces.Step? = nil, naming what: String? = nil, because reason: String,
        _ cause: String? = nil
    ) {
        guard isChosen(path), areKnown(path, cause ?? path) else { return }
        let name = what.map { "\($0) in `\(path)`" } ?? "`\(path)`"
        let related = cause.flatMap { result.origin(of: $0).span }.map {
            [Diagnostic.Related($0, "`\(cause ?? "")` is set here")]
        }
        diagnostics.add(
            Diagnostic(
                ConfigurationCode.withoutEffect, "\(name) has no effect: \(reason)",
                at: step.map { result.span(of: path, at: $0) } ?? place(of: path), severity: .warning,
                help: cause == nil ? "remove it" : "remove it, or change the other", related: related ?? []))
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

    /// Two values that cannot both hold.
    private mutating func reportContradiction(
        _ message: String, _ path: String, _ other: String, at steps: [ValuePlaces.Step] = []
    ) {
        reportPair(ConfigurationCode.contradiction, .error, message, path, other, at: steps)
    }

    /// A limit that was chosen, and that another one keeps from being reached.
    private mutating func reportUnreachable(_ message: String, _ path: String, _ other: String) {
        guard isChosen(path) else { return }
        reportPair(ConfigurationCode.unreachableLimit, .warning, message, path, other)
    }

    /// Two values that do not go together, told at the one that was chosen (not a default), with the other beside it.
    ///
    /// - Parameter steps: to the part of the other one that matters.
    mutating func reportPair(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, _ path: String, _ other: String,
        at steps: [ValuePlaces.Step] = []
    ) {
        guard areKnown(path, other) else { return }
        let places = [path, other].filter(isChosen).map { chosen in
            (path: chosen, span: result.span(of: chosen, at: chosen == other ? steps : []))
        }
        let names = [path, other].map { isChosen($0) ? "`\($0)`" : "`\($0)` (the default)" }
        diagnostics.add(
            Diagnostic(
                code, message, at: places.first?.span ?? place(of: path), severity: severity,
                help: "change \(names.joined(separator: " or "))",
                related: places.dropFirst().map { Diagnostic.Related($0.span, "`\($0.path)` is set here") }))
    }
}
