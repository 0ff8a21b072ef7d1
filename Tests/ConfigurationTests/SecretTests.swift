import Configuration
import Diagnostics
import Testing

@Suite struct SecretTests {
    @Test("a secret shows itself in no way but one")
    func neverShown() {
        let secret = Secret("hunter2")
        var settings = Settings()
        settings.openRouter.apiKey = secret
        settings.server.auth.tokens = [secret]
        var dumped = ""
        dump(settings, to: &dumped)
        let texts = ["\(secret)", String(describing: secret), String(reflecting: [secret]), "\(settings)", dumped]
        for text in texts { #expect(!text.contains("hunter2")) }
        #expect(secret.reveal() == "hunter2")
    }

    @Test("a candidate matches where every byte does")
    func matching() {
        let secret = Secret("hunter2")
        #expect(secret.matches("hunter2"))
        for other in ["", "hunter", "hunter3", "Hunter2", "hunter22", "iunter2"] { #expect(!secret.matches(other)) }
    }

    private let openRouter = "openrouter:\n  model: a/b\n"

    @Test("the API key comes from the strongest place that names one")
    func apiKey() {
        let inFile = openRouter + "  api_key: ${FILE_KEY}\n"
        let byFile = openRouter + "  api_key_file: key.txt\n"
        let variables = ["FILE_KEY": "from-file", "OPENROUTER_API_KEY": "usual"]
        let files = ["key.txt": "\n  from-key-file \r\n", "other.txt": "# comment\nfrom-other\n"]
        let table: [(String, [String: String], String?, String, String)] = [
            (openRouter, variables, nil, "usual", "environment variable OPENROUTER_API_KEY"),
            (openRouter, [:], "OPENROUTER_API_KEY=dotted", "dotted", ".env:1"),
            (openRouter, variables, "OPENROUTER_API_KEY=dotted", "usual", "environment variable OPENROUTER_API_KEY"),
            (inFile, variables, nil, "from-file", "config.yaml:3"),
            (byFile, variables, nil, "from-key-file", "config.yaml:3"),
            (
                inFile, variables.merging(["AILOOP_OPENROUTER__API_KEY": "own"]) { $1 }, nil, "own",
                "environment variable AILOOP_OPENROUTER__API_KEY"
            ),
            (
                inFile, variables.merging(["AILOOP_OPENROUTER__API_KEY_FILE": "other.txt"]) { $1 }, nil, "from-other",
                "environment variable AILOOP_OPENROUTER__API_KEY_FILE"
            ),
            (
                byFile, variables.merging(["AILOOP_OPENROUTER__API_KEY": "own"]) { $1 }, nil, "own",
                "environment variable AILOOP_OPENROUTER__API_KEY"
            ),
        ]
        for (yaml, environment, dotEnv, key, origin) in table {
            let loaded = load(yaml, environment: environment, dotEnv: dotEnv, files: files)
            #expect(loaded.lines.isEmpty)
            #expect(loaded.settings?.openRouter.apiKey?.reveal() == key)
            #expect(loaded.origin(of: "openrouter.api_key").description(in: loaded.catalog) == origin)
        }
    }

    @Test("no key is needed where the service is the mock or the endpoint is loopback")
    func noKeyNeeded() {
        #expect(load("ai_service: mock").settings?.openRouter.apiKey == nil)
        for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "model.localhost"] {
            #expect(load(openRouter + "  base_url: http://\(host)/v1\n").lines.isEmpty, "\(host)")
        }
        #expect(load(openRouter + "  base_url: http://192.168.0.1/v1\n").codes == ["AL041"])
    }

    @Test("tokens come from the list and from the file together")
    func tokens() {
        let yaml = "ai_service: mock\nserver:\n  host: 0.0.0.0\n  auth:\n    tokens_file: tokens\n"
        let files = ["tokens": "# people\none\n\n  two  \n"]
        let loaded = load(yaml, environment: ["AILOOP_SERVER__AUTH__TOKENS": "zero"], files: files)
        #expect(loaded.lines.isEmpty)
        #expect(loaded.settings?.server.auth.tokens.map { $0.reveal() } == ["zero", "one", "two"])
    }

    @Test(
        "a file that holds no usable secret is an error that shows nothing of it",
        arguments: [
            ("", "the file `key.txt` holds nothing"), ("one\ntwo\n", "the file `key.txt` holds 2 lines"),
            ("hunter 2", "secret 1 in the file `key.txt` contains a blank or a line break"),
            ("hünter2", "secret 1 in the file `key.txt` contains a character that is not ASCII"),
        ])
    func badFile(content: String, message: String) {
        let loaded = load(openRouter + "  api_key_file: key.txt\n", files: ["key.txt": content])
        #expect(loaded.lines == ["AL046 3:17 \(message)"])
    }

    @Test("a file holds so many tokens, and no more")
    func tokenLimit() {
        let yaml = "ai_service: mock\nserver: {auth: {tokens_file: tokens}}\n"
        func loaded(_ count: Int) -> LoadedConfiguration {
            load(yaml, files: ["tokens": (0..<count).map { "token\($0)\n" }.joined()])
        }
        #expect(loaded(10_000).settings?.server.auth.tokens.count == 10_000)
        #expect(loaded(10_001).lines == ["AL046 2:30 the file `tokens` holds 10001 lines"])
    }

    @Test("a key file is not asked for where the mock answers")
    func mockNeedsNoFile() {
        #expect(load("ai_service: mock\nopenrouter:\n  api_key_file: nowhere\n").lines.isEmpty)
    }

    @Test("what looks like a secret is hidden wherever it stands, in broken files too")
    func redaction() {
        let texts = [
            "openrouter:\n  api_key: hunter2 # hunter2\n  bad\n", "openrouter: {api_key: hunter2, modle: x}\n",
            "openrouter:\n  model: sk-or-v1-hunter2hunter2\n  model: sk-or-v1-hunter2hunter2\n",
            "server:\n  auth:\n    tokens: [hunter2, hunter2\n",
            "server:\n  auth:\n    tokens:\n    - hunter2\n    - hunter2: x\n",
            "server:\n  auth:\n    tokens:\n      - \"hunter2\n", "openrouter:\n  \"api-key\" : 'hunter2\n",
            "token: hunter2\n", "x: y\npassword: hunter2 hunter2\n\tz",
            "openrouter:\n  api_key: &k hunter2\n  model: *k\n  base_url: *k\n",
            "openrouter:\n  api_kye:\n    - hunter2\n",
            "openrouter:\n  base_url: https://me:hunter2@x\n  site_url: a b\n",
            "openrouter:\n  model: [sk-hunter2hunter2]\n", "openrouter:\n  model: \"`sk-hunter2hunter2` x\"\n",
            "openrouter:\n  model: \"`sk-hunter2hunter2 x\"\n", "openrouter:\n  model: \"sk-hunter2hunter2` x\"\n",
            "x-a: [password hunter2pass]\nserver:\n  port: hunter2pass\n",
            "server: {auth: {tokens: &hunter2-plain [*hunter2-plain]}}\n",
            "server: {auth: {tokens: [hunter2/plain]}, port: hunter2/plain}\n",
        ]
        for text in texts {
            let loaded = load("ai_service: mock\n" + text)
            #expect(!loaded.diagnostics.isEmpty)
            #expect(!loaded.rendered.contains("hunter2"), "\(loaded.rendered)")
        }
        let dotEnv = load("ai_service: mock", dotEnv: "hunter2\nA='hunter2\nAILOOP_SERVER__PORT=hunter2 x\n1=hunter2")
        // Of a key that holds no secret.
        let rendered = dotEnv.rendered.replacing("text `hunter2 x`", with: "")
        #expect(!rendered.contains("hunter2"), "\(dotEnv.rendered)")
        let swapped = load(
            "ai_service: mock", environment: ["AILOOP_SERVER__PATH": "sk-hunter2hunter2"],
            dotEnv: "AILOOP_SERVER__PORT=sk-hunter2hunter2\nhunter2+cd=\nOTHER=hunter2-plain\nhunter2-plain=1\n",
            options: [.init(name: "host", path: "server.host", text: "sk-hunter2hunter2 x")])
        #expect(swapped.codes.sorted() == ["AL018", "AL018", "AL030", "AL034", "AL034"])
        #expect(!swapped.rendered.contains("hunter2"), "\(swapped.rendered)")
        let variable = load("ai_service: mock", environment: ["AILOOP_OPENROUTER__API_KEY": "hunter2 x"])
        #expect(variable.codes == ["AL034"])
        #expect(!variable.rendered.contains("hunter2"))
    }
}
