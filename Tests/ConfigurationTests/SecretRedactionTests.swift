import Configuration
import Diagnostics
import Testing

/// What stands in the source lines of diagnostics.
@Suite struct SecretRedactionTests {
    private func rendered(_ yaml: String) -> String { load("ai_service: mock\n" + yaml).rendered }

    @Test(
        "a secret on the line of another fault is not shown",
        arguments: [
            "tools: {commands: [{name: a, command: [b], env: {GITHUB_PAT: hunter-plain, B: [}}]}",
            "tools:\n  commands:\n    - name: a\n      command: [b]\n      env: {GITHUB_PAT: hunter-plain, B: [}",
            "tools: {commands: [{name: a, command: [b], enviroment: {T: hunter-plain}}]}",
            "tools: {commands: [{name: a, command: [b], env: [hunter-plain]}]}",
            "tools: {commands: [{name: a, command: [b], env: {\"BAD NAME\": hunter-plain}}]}",
            "tools: {commands: [{name: a, command: [b], env:\n  hunter-plain}]}",
            "tools:\n  mcp_servers:\n    a:\n      command: [b]\n      env:\n        A: hunter-plain\n     B: @hunter-plain\n",
            "server:\n   auth: {tokens: [hunter-plain, hunter-plain]}\n  port: 80\n",
            "server: {auth: hunter-plain}", "server:\n  auth:\n    - hunter-plain\n",
            "server: {auth: {tokens: {hunter-plain: 5}}}", "server: {auth: {tokenz: hunter-plain}}",
            "server:\n  auth:\n    tokens: - hunter-plain\n", "server:\n  auth:\n    tokens\n      - hunter-plain: [\n",
            "openrouter:\n  api_keyhunter-plain: 5\n", "openrouter:\n  api-key= hunter-plain\n",
            "openrouter:\n  api_key:\n  hunter-plain\n  timeout: 5\n",
            "server: {auth: {tokens: hunter-plain,", "tools: {x: {env: {A: hunter-plain,",
            "openrouter: {api_key: hunter-plain,:",
            "openrouter: {headers: {Authorization: Bearer hunter-plain}}",
            "tools: {allowed_commands: [\"curl --token=hunter-plain\", 5]}",
            "logging: {fiel: \"x?password=hunter-plain\"}", "logging: {fiel: ghp_hunter-plain-0123456}",
            "server:\n  auth:\n    # tokens:\n    #   - hunter-plain\n  port: hunter-plain\n",
            "openrouter:\n  # api_key: hunter-plain\n  model: [hunter-plain]\n",
            "# GITHUB_PAT: hunter-plain\n# FOO=hunter-plain\nopenrouter: {model: [hunter-plain]}\n",
            "openrouter:\n  api_key: \"abc\n    #hunter-plain\" x: y\n",
            "logging: {weather_key: hunter-plain}",
            "logging: {fiel: q7GzPlain0hunterX92kdM}", "openrouter: {api_key: hunter-plain, model: *hunter-plain}",
        ])
    func hidden(yaml: String) {
        let text = rendered(yaml)
        #expect(!text.isEmpty)
        #expect(!text.lowercased().contains("hunter-plain") && !text.contains("Plain0hunter"), "\(text)")
    }

    @Test(
        "what is no secret is shown",
        arguments: [
            "openrouter: {api_key_fil: place-of-key}", "server: {auth: {tokens_fil: place-of-key}}",
            "openrouter: {parms: {max_tokens: place-of-key}}", "sever: {host: place-of-key}",
            "server: {auth: {tokens: [], tokens_fle: place-of-key}}",
            "openrouter: {modl: author/place-of-key-0123456789-abc}",
            "tools:\n  builtin:\n    # NOTE: only safe ones\n    - place-of-key\n",
            "tools:\n  builtin:\n    - 5 # place-of-key\n    # HTTP: more\n",
            "ai_loop:\n  system_prompt: |\n    RULES:\n    - place-of-key\nlogging: {fiel: place-of-key}\n",
            "openrouter:\n  api_key: abcdef\n\n  # see the\n  modl: place-of-key\n",
            "openrouter:\n  api_key: abcdef\n  # place-of-key\n  modl: place-of-key\n",
            "openrouter: {base_url: \"http://place-of-key:${PORT}/v1 x\"}",
        ])
    func shown(yaml: String) {
        #expect(rendered(yaml).contains("place-of-key"), "\(rendered(yaml))")
    }

    private static func letters(_ count: Int) -> String { String(repeating: "g", count: count) }

    /// What is as long as it may be without being hidden, or one shorter than what is hidden, and the same one longer. `WORD` is what stands
    /// in the line.
    @Test(
        "what is hidden begins at a length",
        arguments: [
            // Keys by their beginnings, grown together with others, by their look.
            ("logging: {fiel: WORD}", "sk-" + letters(7), "sk-" + letters(8)),
            ("logging: {fiel: WORD}", "xsk-\(letters(12))1", "xsk-\(letters(13))1"),
            ("logging: {fiel: WORD}", "aB3" + letters(16), "aB3" + letters(17)),
            (
                "logging: {fiel: WORD}", "a1" + String(repeating: "b", count: 29),
                "a1" + String(repeating: "b", count: 30)
            ),
            // Numbers, members of environments, words that stand again.
            ("tools: {x: {token: WORD}, commands: 5}", "123456", "1234567"),
            ("tools: {x: {env: {A: WORD}}, commands: 5}", "ggg", "gggg"),
            ("openrouter: {api_key: WORD}\nlogging: {fiel: WORD}", letters(5), letters(6)),
        ])
    func lengths(yaml: String, shown: String, hidden: String) {
        #expect(rendered(yaml.replacing("WORD", with: shown)).contains(shown))
        #expect(!rendered(yaml.replacing("WORD", with: hidden)).contains(hidden))
    }

    @Test("a name that is too long for one is none of a secret's")
    func longName() {
        let yaml: (Int) -> String = { "tools: {x: {\(Self.letters($0 - 6))_token: plainword}, commands: 5}" }
        #expect(!rendered(yaml(64)).contains("plainword"))
        // By then no more than its ending is looked at, where it has grown together.
        #expect(rendered(yaml(65)).contains("plainword"))
    }

    @Test("a word that a message cuts is known by so many of its letters")
    func cutWords() {
        func message(_ filler: Int) -> String {
            let text = "\(String(repeating: "x", count: filler)) plainsecret"
            return load("ai_service: mock\nopenrouter: {api_key: plainsecret}\nserver: {port: \(text)}\n")
                .diagnostics.first { $0.code.id == "AL030" }?.message ?? ""
        }
        #expect(message(56).hasSuffix(" pla…`"))
        #expect(message(55).hasSuffix(" ********`"))
    }

    /// Where secrets can stand, one of a word that anybody could have chosen and one that a service gave.
    private static let originals = [
        """
        ai_service: mock
        openrouter:
          model: a/b
          api_key: sk-or-v1-0123456789abcdef
          timeout_seconds: 30
          params: {temperature: 0.5, stop: [a]}
        server:
          port: 8000
          auth:
            tokens:
              - first-hunter
              - "second-hunter"
            insecure: false
          host: localhost
        logging: {level: info}
        """,
        """
        ai_service: mock
        server: {port: 80, auth: {tokens: [first-hunter, 'second-hunter'], insecure: true}, path: /x}
        tools:
          builtin: [calculate]
          commands:
            - name: weather
              command: [curl, "-H", "Authorization: Bearer third-hunter", "https://user:fourth-hunter@example.org"]
              env: {WEATHER_KEY: fifth-hunter, LANG: en}
              policy: ask
            - name: other
              command: [other]
              env:
                A: "sixth-hunter"
                B: ghp_0123456789abcdefghij
              timeout_seconds: 5
          mcp_servers:
            files: {command: [npx], env: {X: seventh-hunter}}
        logging:
          level: info
        """,
    ]

    private static let secrets =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"].map { $0 + "-hunter" }
        + keys
    private static let keys = ["sk-or-v1-0123456789abcdef", "ghp_0123456789abcdefghij"]

    private static let pieces = [
        "[", "]", "{", "}", ":", ": ", "\n", "\t", "\"", "'", "#", " #", "&a ", "*a", "|", ">", "- ", "? ", "---\n",
        "...\n",
        "!!", "%", "@", "`", "${", "$${", "\r", "\0", "é", "\u{2028}", "\u{85}", "\u{FEFF}", ",", "<<: ", "\\", "  ",
        "👩",
    ]

    @Test("a file with a slip of the hand anywhere shows none of its secrets", arguments: 0..<4)
    func slips(part: UInt64) {
        var generator = SplitMix(state: 0x5EC_0000 + part)
        for round in 0..<300 {
            var bytes = Array(Self.originals[round % 2].utf8)
            let index = Int(generator.next() % UInt64(bytes.count))
            switch generator.next() % 3 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
            case 1: bytes.removeSubrange(index..<min(bytes.count, index + 1 + Int(generator.next() % 3)))
            default:
                let piece = Self.pieces[Int(generator.next() % UInt64(Self.pieces.count))]
                bytes.insert(contentsOf: Array(piece.utf8), at: index)
            }
            check(bytes, for: Self.secrets, "seed \(part), round \(round)")
        }
    }

    @Test("a file that ends anywhere shows none of its secrets", arguments: 0..<2)
    func truncations(which: Int) {
        let bytes = Array(Self.originals[which].utf8)
        for length in stride(from: 0, through: bytes.count, by: 3) {
            check(Array(bytes[..<length]), for: Self.secrets, "\(length) bytes")
        }
    }

    /// What is moved away from the name that tells it is known by its look alone.
    @Test("a file with any mutation shows no key that looks like one", arguments: 0..<2)
    func mutations(part: UInt64) {
        var generator = SplitMix(state: 0x5EC_1000 + part)
        for round in 0..<200 {
            var bytes = Array(Self.originals[round % 2].utf8)
            for _ in 0...Int(generator.next() % 4) {
                let index = Int(generator.next() % UInt64(bytes.count))
                let start = Int(generator.next() % UInt64(bytes.count))
                let piece = bytes[start..<min(bytes.count, start + Int(generator.next() % 40))]
                if generator.next() % 2 == 0 {
                    bytes.insert(contentsOf: Array(piece), at: index)
                } else {
                    bytes.removeSubrange(index..<min(bytes.count, index + piece.count))
                }
            }
            check(bytes, for: Self.keys, "seed \(part), round \(round)")
        }
    }

    private func check(_ bytes: [UInt8], for secrets: [String], _ what: String) {
        let files = MemoryFiles(files: ["config.yaml": bytes])
        let text = ConfigurationLoader(files: files).load(ConfigurationInputs()).rendered
        let shown = secrets.filter { text.contains($0) }
        #expect(shown.isEmpty, "\(what): \(String(decoding: bytes, as: UTF8.self))\n\(text)")
    }
}
