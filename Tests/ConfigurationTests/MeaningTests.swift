import Configuration
import Diagnostics
import Testing

/// What can only be said of several settings together.
@Suite struct MeaningTests {
    private func loaded(_ yaml: String, isHermetic: Bool = false) -> LoadedConfiguration {
        load("ai_service: mock\n" + yaml, isHermetic: isHermetic)
    }

    @Test(
        "a value that could not be taken, or is not known, is not judged by the default in its place",
        arguments: [
            "openrouter: {timeout_seconds: x, first_byte_timeout_seconds: 90}",
            "openrouter: {retry_max_seconds: abc, retry_base_seconds: 50}",
            "openrouter: {max_retries: x, retry_base_seconds: 1}",
            "server: {rate_limit: {messages_per_minute: x, burst: 5}}",
            "server: {metrics: maybe, path: /metrics}", "server: {web_ui: maybe, path: /}",
            "sessions: {resume_window_seconds: -5, idle_timeout_seconds: 30}",
            "sessions: {max_sessions: x, max_sessions_per_user: 20000}",
            "server: {max_message_bytes: x}\ntools: {max_result_bytes: 2MiB}",
            "openrouter: {params: {temperature: .nan, max_tokens: 1}}\nai_loop: {max_context_tokens: 1}",
            "tools: {builtin: [x], allowed_hosts: [a.b]}",
            "tools: {mcp_servers: {a: 1}, policies: {a__b: deny}}",
            "server: {host: 0.0.0.0, auth: {insecure: x}}",
        ])
    func faulty(yaml: String) {
        let loaded = loaded(yaml)
        #expect(loaded.codes.count == 1, "\(loaded.lines)")
        #expect(Set(loaded.codes).isSubset(of: ["AL030", "AL031", "AL033", "AL034"]), "\(loaded.lines)")
    }

    @Test(
        "the same of what may stand in a part that could not be read",
        arguments: [
            "openrouter:\n  first_byte_timeout_seconds: 90\n  timeout_seconds: @x\n",
            "server:\n  path: /metrics\n  metrics: @x\n",
        ])
    func unread(yaml: String) {
        #expect(loaded(yaml).codes == ["AL005"])
    }

    @Test(
        "without the machine, a reference is neither judged nor replaced by a default",
        arguments: [
            "openrouter: {timeout_seconds: \"${T}\", first_byte_timeout_seconds: 90}",
            "server: {rate_limit: {messages_per_minute: \"${R}\", burst: 5}}",
            "server: {path: /metrics, metrics: \"${M}\"}",
        ])
    func unknown(yaml: String) {
        #expect(loaded(yaml, isHermetic: true).lines.isEmpty)
    }

    @Test("two sources of the key contradict each other with and without the machine")
    func keyAndFile() {
        let yaml = "openrouter: {model: a/b, api_key: \"${X}\", api_key_file: k}"
        #expect(load(yaml, environment: ["X": "k"], files: ["k": "k"]).codes == ["AL043"])
        #expect(load(yaml, isHermetic: true).codes == ["AL043"])
    }

    @Test("the default of two values is called so")
    func defaults() {
        let loaded = loaded("openrouter: {retry_max_seconds: 0.2}")
        #expect(loaded.codes == ["AL043"])
        #expect(
            loaded.diagnostics[0].help
                == "change `openrouter.retry_base_seconds` (the default) or `openrouter.retry_max_seconds`")
    }

    @Test(
        "a limit that nobody chose is not said to be unreachable",
        arguments: [
            "sessions: {idle_timeout_seconds: 30}", "sessions: {timeout_seconds: 30}",
            "server: {max_message_bytes: 32KiB}", "openrouter: {timeout_seconds: 300ms}",
        ])
    func notChosen(yaml: String) {
        #expect(loaded(yaml).lines.isEmpty)
    }

    @Test("what a session does not live to see is told with both limits")
    func sessionLife() {
        let yaml = """
            sessions: {timeout_seconds: 10, idle_timeout_seconds: 20, resume_window_seconds: 15}
            openrouter: {timeout_seconds: 60}
            tools: {timeout_seconds: 30, approval_timeout_seconds: 5m, client_timeout_seconds: 10}
            """
        #expect(
            loaded(yaml).lines == [
                "AL044 2:55 no session lives without a message for 20s: each ends after 10s",
                "AL044 2:82 no session waits 15s for its client: it ends after 10s",
                "AL044 3:31 no session waits for a call of the model for 1m: each ends after 10s",
                "AL044 4:26 no session waits for a tool for 30s: each ends after 10s",
                "AL044 4:56 no session waits for an approval for 5m: each ends after 10s",
            ])
        #expect(loaded(yaml).diagnostics[0].related.count == 1)
    }

    @Test("tools that no round may call have no effect")
    func noRounds() {
        let yaml = "ai_loop: {max_tool_rounds: 0}\ntools: {builtin: [calculate]}"
        #expect(
            loaded(yaml).lines == [
                "AL048 3:18 `tools.builtin` has no effect: `ai_loop.max_tool_rounds` is 0: no tool is called"
            ])
    }

    @Test("an answer as long as the context is told at the parameter that asks for it")
    func context() {
        let yaml = "openrouter: {params: {top_p: 1, max_completion_tokens: 50}}\nai_loop: {max_context_tokens: 50}"
        let loaded = loaded(yaml)
        #expect(loaded.codes == ["AL043"])
        let related = loaded.diagnostics[0].related[0]
        #expect(loaded.catalog[related.span.origin]?.text(in: related.span.range) == "50")
    }

    @Test("what is twice in a list is told, but not what it is where it is secret")
    func repetitions() {
        let loaded = loaded(
            "tools: {builtin: [calculate, calculate]}\nserver: {auth: {tokens: [\"${A:-abcd}\", \"${A:-abcd}\"]}}")
        #expect(
            loaded.lines == [
                "AL048 2:30 `tools.builtin` has the same item `calculate` twice",
                "AL042 3:26 `server.auth.tokens` stands in the file in plain text",
                "AL048 3:40 `server.auth.tokens` has the same item twice",
                "AL042 3:40 `server.auth.tokens` stands in the file in plain text",
            ])
        #expect(!loaded.rendered.contains("abcd"))
    }

    @Test("the default of a reference to a secret is one that stands in the file")
    func secretDefault() {
        let loaded = load("openrouter: {model: a/b, api_key: \"${K:-hidden-key-1}\"}")
        #expect(loaded.codes == ["AL042"])
        #expect(!loaded.rendered.contains("hidden"))
        #expect(load("openrouter: {model: a/b, api_key: \"${K:-}\"}", environment: ["K": "k"]).codes.isEmpty)
    }

    @Test("each part of a value is told at its own place")
    func places() {
        let yaml = """
            openrouter: {fallback_models: [a/b, "c d", 7]}
            server: {allowed_origins: ["*", "https://a.b"]}
            tools:
              builtin: [calculate]
              policies:
                calculate: allow
                calcluate: deny
            """
        #expect(
            loaded(yaml).lines == [
                "AL034 2:37 `openrouter.fallback_models[1]`: `c d` contains a blank",
                "AL030 2:44 `openrouter.fallback_models[2]` must be text, not the number `7`",
                "AL048 3:33 `https://a.b` in `server.allowed_origins` has no effect: `*` allows every origin",
                "AL048 8:5 `tools.policies` names `calcluate`, which is no tool here",
            ])
    }

    @Test("an item of a list in a variable is told at its own place in it")
    func variablePlaces() {
        let loaded = load(
            "ai_service: mock", environment: ["AILOOP_TOOLS__BUILTIN": "calculate, calulate"],
            dotEnv: "AILOOP_SERVER__ALLOWED_ORIGINS=https://a.b,x\nAILOOP_TOOLS__ALLOWED_HOSTS='a.b,/'\n")
        let shown = loaded.diagnostics.map { loaded.catalog[$0.span.origin]?.text(in: $0.span.range) }
        #expect(Set(shown) == ["calulate", "x", "'a.b,/'"])
    }
}

/// Keys at another level than their own.
@Suite struct MisplacedKeyTests {
    @Test("a key of the section that landed in its parameters is told, and that it would be sent")
    func inParameters() {
        let loaded = load(
            """
            openrouter:
              model: a/b
              base_url: http://localhost/v1
              params:
                temperature: 0.3
                timeout_seconds: 30
                ai_loop: {max_tokens: 3}
                own_parameter: 1
              provider: {max_retries: 3, sort: price}
            """)
        #expect(
            loaded.lines == [
                "AL038 6:5 `timeout_seconds` in `openrouter.params` goes to the service, and sets nothing here",
                "AL038 7:5 `ai_loop` in `openrouter.params` goes to the service, and sets nothing here",
                "AL038 9:14 `max_retries` in `openrouter.provider` goes to the service, and sets nothing here",
            ])
        #expect(loaded.diagnostics[0].help == "`timeout_seconds` belongs into `openrouter`: check its indentation")
        #expect(loaded.diagnostics[1].help == "`ai_loop` belongs to the top level: check its indentation")
    }

    @Test("levels joined by dots are not taken; what stands there is checked all the same")
    func dotted() {
        let loaded = load(
            "ai_service: mock\nserver.port: 99999\nserver: {\"auth.tokens\": [hidden-token], port: 1}\n"
                + "openrouter.cache: 1\na.b: 1\nlogging: {\"logging.level\": info}\n")
        #expect(
            loaded.lines == [
                "AL020 2:1 unknown key `server.port`",
                "AL031 2:14 `server.port` must be between 0 and 65535, not `99999`",
                "AL020 3:10 unknown key `auth.tokens` in `server`", "AL020 4:1 unknown key `openrouter.cache`",
                "AL020 5:1 unknown key `a.b`", "AL020 6:11 unknown key `logging.level` in `logging`",
            ])
        #expect(loaded.diagnostics[0].help == "write it nested: `server:`, below it `port:`")
        #expect(!loaded.rendered.contains("hidden-token"))
    }

    @Test("what stands in a section with a misspelt name or at the wrong place is checked all the same")
    func bodies() {
        let loaded = load(
            """
            ai_service: mock
            loging: {level: inf, levl: 3}
            server:
              port: 80
              sessions: {max_sessions: x}
            """)
        #expect(
            loaded.lines == [
                "AL020 2:1 unknown key `loging`", "AL032 2:17 `logging.level`: `inf` is not a choice",
                "AL020 2:22 unknown key `levl` in `logging`", "AL020 5:3 unknown key `sessions` in `server`",
                "AL030 5:28 `sessions.max_sessions` must be a whole number, not text `x`",
            ])
    }
}
