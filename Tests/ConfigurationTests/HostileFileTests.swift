import Configuration
import Diagnostics
import Testing

/// Files made to be dear: what takes steps without bound for each byte does not come to its end here.
@Suite struct HostileFileTests {
    private static func repeated(_ text: String, _ size: Int = 1 << 17) -> String {
        String(repeating: text, count: size / text.utf8.count)
    }

    private static func numbered(_ count: Int, _ text: (Int) -> String) -> String {
        (0..<count).map(text).joined()
    }

    private static let lines = [
        "x-a: a:" + repeated("@"), "x-a: //" + repeated("a:@"), "x-a: " + repeated("//a:b"),
        "x-a: {" + repeated("token: 1, ") + "}", "x-a: {" + repeated("token: {x: 1, ") + "}",
        "x-a: \"" + repeated("token=1, a: "), "x-a: [" + repeated("token: ,,,,"),
        "x-a: {" + repeated("secretary1, a: "), "x-a: 1" + repeated("sk-"), "x-a: 1" + repeated("sk-") + "1",
        "x-a: {env: " + repeated("{A: 1, env: "), "x-a: " + repeated("token: ]"),
    ]

    @Test("the search for secrets reads a line a few times, whatever is on it", arguments: lines.indices)
    func secretsOfLine(index: Int) {
        #expect(load("ai_service: mock\n\(Self.lines[index])\n").effective.aiService == .mock)
    }

    @Test("names that may be secrets' are compared with others so many times, and no more")
    func secretNames() {
        let names = Self.numbered(20_000) { "secret\($0)b: 1\npasswor\($0): 1\n" }
        #expect(load("ai_service: mock\n" + names).droppedCount > 0)
    }

    /// `tokens_fle` is a misspelt `tokens_file`; where it is not compared with that, it begins with the name of a secret.
    @Test("past the number of names that are compared, what may be a secret is hidden")
    func secretNameLimit() {
        func shows(_ count: Int) -> Bool {
            // Together with `ai_service`, `server`, `auth` and `tokens`.
            let others = Self.numbered(count) { "x-\($0): 1\n" }
            let text = "ai_service: mock\n\(others)server: {auth: {tokens: [], tokens_fle: place-of-key}}\n"
            return load(text).rendered.contains("place-of-key")
        }
        #expect(shows(1995))
        #expect(!shows(1996))
    }

    @Test("what unknown aliases were meant for is looked for while it is shown")
    func unknownAliases() {
        let anchors = Self.numbered(20_000) { "&anchor\($0) 1, " }
        let aliases = Self.numbered(20_000) { "*alias\($0), " }
        let loaded = load("ai_service: mock\nx-a: [\(anchors)]\nx-b: [\(aliases)]\n")
        #expect(loaded.diagnostics.count == ConfigurationLoader.maximumDiagnostics)
    }

    @Test("an unknown alias is compared with so many anchors, and no more")
    func anchorLimit() {
        func help(_ count: Int) -> String? {
            let anchors = Self.numbered(count) { "&n\($0) 1, " }
            return load("ai_service: mock\nx-a: [\(anchors)&target 1, *targat]\n").diagnostics.first?.help
        }
        #expect(help(999) == "put quotes around text that begins with `*`; did you mean `*target`?")
        #expect(help(1000) == "put quotes around text that begins with `*`")
    }

    private static let long = String(repeating: "1", count: 100_000)

    @Test(
        "messages are short, however long what they tell of is",
        arguments: [
            "openrouter: {fallback_models: LONG}", "openrouter: {fallback_models: aLONG}", "openrouter: {model: LONG}",
            "openrouter: {app_name: 0LONG}", "tools: {allowed_commands: a LONG}", "logging: {file: ${aLONG}}",
            "logging: {file: \"${aLONG-}\"}", "LONG: 1", "server: {LONG: 1}", "server: {port: *LONG}",
            "server: {port: &LONG x, path: *LONG}", "server: {port: !LONG x}", "tools: {mcp_servers: {LONG: {}}}",
            "tools: {policies: {LONG: 5, LONGb: allow}}",
            "tools: {commands: [{name: a, command: [b], parameters: {type: object, properties: {LONG: 5}}}]}",
            "tools: {commands: [{name: a, command: b LONG, env: {aLONG: [], LONG: x}}, {name: LONG, command: [c]}]}",
            "openrouter: {params: {LONG: 5, temperature: LONG, response_format: {json_schema: {schema: {LONG: 1, items: LONG}}}}}",
        ])
    func messages(yaml: String) {
        let loaded = load("ai_service: mock\n" + yaml.replacing("LONG", with: Self.long))
        #expect(!loaded.diagnostics.isEmpty)
        for diagnostic in loaded.diagnostics {
            let texts = [diagnostic.message, diagnostic.help ?? ""] + diagnostic.related.map(\.message)
            #expect(texts.allSatisfy { $0.utf8.count < 1000 }, "\(diagnostic.code.id)")
        }
    }

    @Test("merge keys that name nothing are as many as they like")
    func unknownMerges() {
        let merges = Self.numbered(20_000) { "{<<: *a\($0)}, " }
        let loaded = load("ai_service: mock\nx-a: [\(merges)]\n")
        #expect(loaded.codes.allSatisfy { $0 == "AL011" })
    }

    @Test("what unknown variables were meant for is looked for while it is shown")
    func unknownVariables() {
        let variables = Self.numbered(50_000) { "AILOOP_SERVER__X\($0)=1\n" }
        let loaded = load("ai_service: mock\n", dotEnv: variables)
        #expect(loaded.diagnostics.count + loaded.droppedCount == 50_000)
    }
}
