import Configuration
import Diagnostics
import Testing

@Suite struct EffectiveConfigurationTests {
    private func yaml(_ loaded: LoadedConfiguration) -> String { EffectiveConfiguration(loaded).yaml() }

    @Test("each value stands with its origin, in the order of the table")
    func origins() {
        let loaded = load(
            "ai_service: mock\nserver:\n  port: 9000\n  path: /x\n", environment: ["AILOOP_SERVER__PATH": "/y"],
            dotEnv: "\nAILOOP_SERVER__METRICS=false\n",
            options: [.init(name: "log-level", path: "logging.level", text: "debug")])
        let lines = yaml(loaded).split(separator: "\n")
        for line in [
            "ai_service: mock  # config.yaml:1", "server:", "  port: 9000  # config.yaml:3",
            "  path: /y  # environment variable AILOOP_SERVER__PATH", "  metrics: false  # .env:2",
            "  level: debug  # option --log-level", "  max_message_bytes: 1MiB  # default",
            "  handshake_timeout_seconds: 10s  # default", "    burst: 0  # default",
            "  # max_context_tokens: unset; the model's, else 32768",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
        let names = lines.compactMap { $0.firstMatch(of: /^ *(# )?([a-z_]+):/).map { String($0.2) } }
        let expected = SettingTable.keys.map { $0.path.split(separator: ".").last.map(String.init) ?? "" }
        let sections = SettingTable.sections.map { $0.split(separator: ".").last.map(String.init) ?? "" }
        #expect(names.filter { !sections.contains($0) } == expected)
    }

    @Test("secrets are references or masks, and never themselves")
    func secrets() {
        let key = "openrouter:\n  model: a/b\n"
        let files = ["k": "hunter2", "t": "hunter2\nhunter3\n"]
        let table: [(String, [String: String], String?, String)] = [
            (
                key, ["OPENROUTER_API_KEY": "hunter2"], nil,
                "  api_key: \"${OPENROUTER_API_KEY}\"  # environment variable"
            ),
            (key, [:], "OPENROUTER_API_KEY=hunter2", "  api_key: \"${OPENROUTER_API_KEY}\"  # .env:1"),
            (key, ["AILOOP_OPENROUTER__API_KEY": "hunter2"], nil, "  api_key: \"${AILOOP_OPENROUTER__API_KEY}\"  #"),
            (key + "  api_key: ${K}\n", ["K": "hunter2"], nil, "  api_key: \"${K}\"  # config.yaml:3"),
            (key + "  api_key: ${K:-hunter2}\n", [:], nil, "  api_key: \"********\"  # config.yaml:3"),
            (key + "  api_key: hunter2\n", [:], nil, "  api_key: \"********\"  # config.yaml:3"),
            (key + "  api_key_file: k\n", [:], nil, "  # api_key: from api_key_file"),
            (
                "ai_service: mock\nserver: {auth: {tokens: [\"${K}\", hunter3], tokens_file: t}}", ["K": "hunter2"],
                nil,
                "    tokens: [\"${K}\", \"********\"]  #"
            ),
            (
                "ai_service: mock\n", ["AILOOP_SERVER__AUTH__TOKENS": "hunter2,hunter3"], nil,
                "    tokens: [\"********\", \"********\"]  #"
            ),
        ]
        for (text, environment, dotEnv, line) in table {
            let loaded = load(text, environment: environment, dotEnv: dotEnv, files: files)
            let printed = yaml(loaded)
            #expect(printed.contains(line), "\(printed)")
            #expect(!printed.contains("hunter"))
            // What it prints is valid where it was made.
            let again = load(printed, environment: environment, dotEnv: dotEnv, files: files)
            #expect(!again.containsError, "\(again.lines)")
        }
    }

    /// Texts that YAML could read as something else.
    private static let texts = [
        "", " ", "a", "a b", "true", "no", "0123", "1e3", "~", "12:30", "2026-01-31", "a: b", "a #b", "#a", "- a", "*a",
        "@a",
        "a:", "[a]", "{a}", "'a'", "\"a\"", "a\\b", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "\n", "tab\tb", "${HOME}",
        "$${HOME}",
        "a ${x} b\n${y}", "${\u{301}a}", "é", "日本語", "👩‍💻", "\u{7}", "\u{85}", "\u{2028}", "\u{FEFF}a", "\u{E000}",
        "a\r\nb", "- a\n- b",
        "a\n b\n  c", "|", ">",
        "%a", "&a", "!a", "a, b", "https://a.example/b?c=d#e", "null", "=", "<<", "?", "-", "---", "...", "x\n---\ny",
    ]

    @Test("what is printed reads back as the same text", arguments: texts)
    func textRoundTrip(text: String) {
        let first = load(
            "ai_service: mock", options: [.init(name: "system", path: "ai_loop.system_prompt", text: text)])
        let again = load(yaml(first))
        #expect(again.lines.isEmpty, "\(again.rendered)")
        #expect(again.effective == first.effective, "\(yaml(first))")
    }

    @Test("the example file and every key's limits read back as the same settings")
    func roundTrip() throws {
        let example = load(try exampleConfiguration())
        #expect(load(yaml(example)).settings == example.settings)
        for key in SettingTable.keys {
            let base = "openrouter:\n  model: a/b\n"
            let loaded = load(
                base,
                environment: [key.environmentName: SettingTableTests.sample(for: key), "OPENROUTER_API_KEY": "k"],
                files: ["secrets.txt": "from-file\n"])
            guard loaded.settings != nil, !key.holdsSecrets else { continue }
            let again = load(
                yaml(loaded), environment: ["OPENROUTER_API_KEY": "k"], files: ["secrets.txt": "from-file\n"])
            #expect(again.settings == loaded.settings, "\(key.path)")
        }
    }

    @Test("members of objects keep their types")
    func objects() {
        let text =
            "ai_service: mock\nopenrouter:\n  params: {stop: [a, \"1\", \"no\"], seed: 1, x: {y: null, z: 1.5, \"a: b\": true}}\n"
        let loaded = load(text)
        #expect(load(yaml(loaded)).effective == loaded.effective, "\(yaml(loaded))")
    }

    @Test("a list stands on one line up to its width, and one longer below its name")
    func lineWidth() {
        func line(_ count: Int) -> String? {
            let model = String(repeating: "m", count: count)
            let printed = yaml(load("ai_service: mock\nopenrouter: {fallback_models: [a, \(model)]}"))
            return printed.split(separator: "\n").first { $0.contains("fallback_models") }.map(String.init)
        }
        #expect(line(95)?.hasPrefix("  fallback_models: [a, mmm") == true)
        #expect(line(96)?.hasPrefix("  fallback_models:  #") == true)
    }

    @Test("without the machine references stand as they are")
    func hermetic() {
        let text =
            "openrouter:\n  model: ${MODEL}\n  api_key: ${KEY}\n  timeout_seconds: ${T:-5}\nserver: {allowed_origins: [\"${O}\", \"*\"]}\n"
        let printed = yaml(load(text, isHermetic: true))
        #expect(printed.contains("  model: \"${MODEL}\"  # config.yaml:2\n"))
        #expect(printed.contains("allowed_origins: [\"${O}\", \"*\"]"))
        #expect(printed.contains("timeout_seconds: 5s"))
        #expect(load(printed, isHermetic: true).lines.isEmpty, "\(printed)")
    }

    @Test("what a variable holds, and what looks like a secret, is printed nowhere")
    func hidden() {
        let text = """
            ai_service: mock
            openrouter:
              model: sk-hunter2-0123456789
              params: {api_key: hunter2-plain, pin_token: 12345678, max_completion_tokens: 1000000, user: "${K}", note: sk-hunter2-0123456789}
            tools:
              commands:
                - name: a
                  command: [curl, "--token=${K}", "--password", hunter2-x, "Authorization: Bearer hunter2-y"]
                  env: {A: "${K}", B: hunter2-z, PIN: 12345678, COUNT: 123456, OLD: -12.5}
            ai_loop:
              system_prompt: |
                Say nothing of
                sk-hunter2-0123456789!
            logging: {file: "/tmp/${K}"}
            """
        let loaded = load(text, environment: ["K": "hunter2"])
        let printed = yaml(loaded)
        #expect(
            !printed.contains("hunter2") && !printed.contains("12345678") && !printed.contains("12.5"), "\(printed)")
        for part in [
            "model: \"********\"", "system_prompt: |  #", "    ********!", "COUNT: 123456",
            "max_completion_tokens: 1000000", "file: \"/tmp/${K}\"", "\"--token=${K}\"", "user: \"${K}\"",
            "A: \"${K}\", B: \"********\"",
        ] {
            #expect(printed.contains(part), "\(part): \(printed)")
        }
        // Masks are told where they are read again.
        let again = load(printed, environment: ["K": "hunter2"])
        #expect(again.codes.contains("AL050"), "\(again.lines)")
    }

    @Test(
        "what a mask is told of is not said of asterisks that frame something",
        arguments: [
            ("********", true), ("say ******** to nobody", true), ("Bearer ********", true), ("a\\n********!\\n", true),
            ("*******", false), ("*********", false), ("a\\n ******** \\nb", false),
            ("a\\n******** RULES ********\\nb", false), ("******** RULES ********", false),
        ])
    func masks(prompt: String, isMasked: Bool) {
        let loaded = load("ai_service: mock\nai_loop: {system_prompt: \"\(prompt)\"}\n")
        #expect(loaded.codes == (isMasked ? ["AL050"] : []))
    }

    @Test("a secret in an environment that stands in the file is told, and so is its mask")
    func environmentSecrets() {
        let yaml: (String) -> String = {
            "ai_service: mock\ntools: {commands: [{name: a, command: [b], env: {\($0)}}]}"
        }
        let table = [
            ("API_TOKEN: plain", ["AL042"]), ("A: ghp_0123456789abcdefghij", ["AL042"]), ("LANG: german", []),
            ("API_TOKEN: \"${K}\"", []), ("API_TOKEN: \"${K:-plain}\"", ["AL042"]),
            ("API_TOKEN: \"********\"", ["AL050"]), ("LANG: \"********\"", ["AL050"]),
        ]
        for (text, codes) in table {
            let found = load(yaml(text), environment: ["K": "k"]).codes.filter { ["AL042", "AL050"].contains($0) }
            #expect(found == codes, "\(text)")
        }
    }
}
