import Foundation
import JSON
import ScriptedUpstream
import Testing

@Suite(.timeLimit(.minutes(5))) struct ValidateConfigTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("good.yaml", "ai_service: mock\n")
        try directory.write("warned.yaml", "ai_service: mock\nprompts: {}\n")
        try directory.write("bad.yaml", "ai_service: mok\nserver:\n  prot: 1\n")
        try directory.write("needs-key.yaml", "openrouter:\n  model: a/b\n")
    }

    private func validate(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> BuiltProgram.Result {
        try await program.run(
            ["validate-config"] + arguments, input: input, environment: environment, in: directory.url)
    }

    @Test("the exit code says what came of it")
    func exitCodes() async throws {
        let table: [([String], Int32)] = [
            (["good.yaml"], 0), (["warned.yaml"], 0), (["warned.yaml", "--strict"], 1), (["good.yaml", "--strict"], 0),
            (["bad.yaml"], 1), (["good.yaml", "bad.yaml"], 1), (["missing.yaml"], 3),
            (["bad.yaml", "missing.yaml"], 3), (["."], 3),
            (["--frob"], 2), (["--format", "xml", "good.yaml"], 2), (["needs-key.yaml"], 1), ([], 3),
        ]
        for (arguments, status) in table {
            let result = try await program.run(["validate-config"] + arguments, in: directory.url)
            #expect(result.status == status, "\(arguments): \(result.output)\(result.errors)")
        }
        #expect(try await validate("needs-key.yaml", environment: ["OPENROUTER_API_KEY": "k"]).status == 0)
        try directory.write(".env", "OPENROUTER_API_KEY=k\n")
        #expect(try await validate("needs-key.yaml").status == 0)
    }

    @Test("findings are data on standard output, and name everything at once")
    func text() async throws {
        let result = try await validate("bad.yaml")
        #expect(result.errors.isEmpty)
        #expect(
            result.output == """
                error[AL032]: `ai_service`: `mok` is not a choice
                 --> bad.yaml:1:13
                  |
                1 | ai_service: mok
                  |             ^^^
                  = help: did you mean `mock`? choices: `openrouter`, `mock`

                error[AL020]: unknown key `prot` in `server`
                 --> bad.yaml:3:3
                  |
                3 |   prot: 1
                  |   ^^^^
                  = help: did you mean `port`?

                bad.yaml: 2 errors

                """)
        #expect(try await validate("good.yaml").output == "good.yaml: valid\n")
        #expect(try await validate("warned.yaml").output.hasSuffix("\nwarned.yaml: 1 warning\n"))
    }

    @Test("standard input is a file named -")
    func standardInput() async throws {
        #expect(try await validate("-", input: "ai_service: mock\n").output == "standard input: valid\n")
        let result = try await validate("-", input: "x: 1\nai_service: mock\n")
        #expect(result.status == 1)
        #expect(result.output.contains(" --> standard input:1:1\n"))
    }

    @Test("without arguments config.yaml is checked")
    func defaultFile() async throws {
        #expect(try await validate().output.contains("there is no such file"))
        try directory.write("config.yaml", "ai_service: mock\n")
        #expect(try await validate().output == "config.yaml: valid\n")
    }

    @Test("JSON is one value for all files, and nothing else")
    func json() async throws {
        let result = try await validate("--format=json", "bad.yaml", "warned.yaml", "good.yaml")
        #expect(result.status == 1 && result.errors.isEmpty)
        let value = try JSONParser.parse(result.output)
        #expect(value["version"] == 1)
        let diagnostics = value["diagnostics"]?.array ?? []
        #expect(diagnostics.map { $0["code"]?.string } == ["AL032", "AL020", "AL022"])
        #expect(diagnostics.map { $0["file"]?.string } == ["bad.yaml", "bad.yaml", "warned.yaml"])
        let expected: JSONValue = [
            "code": "AL020", "severity": "error", "message": "unknown key `prot` in `server`",
            "help": "did you mean `port`?",
            "file": "bad.yaml", "line": 3, "column": 3, "endLine": 3, "endColumn": 7,
        ]
        #expect(diagnostics.dropFirst().first == expected)
        #expect(try await validate("--format=json", "good.yaml").output == "{\"version\":1,\"diagnostics\":[]}\n")
    }

    @Test("colour comes only when asked for, off a terminal")
    func colour() async throws {
        #expect(!(try await validate("bad.yaml").output.contains("\u{1B}")))
        #expect(try await validate("--color=always", "bad.yaml").output.contains("\u{1B}[1;31merror[AL032]"))
        #expect(!(try await validate("--color", "never", "bad.yaml").output.contains("\u{1B}")))
    }

    @Test("on a terminal there is colour, unless NO_COLOR or TERM says otherwise")
    func terminal() async throws {
        let line = #"script -qec '"$PROGRAM" validate-config bad.yaml' /dev/null"#
        for (environment, expected) in [
            (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false),
        ] {
            let result = try await program.shell(line, environment: environment, in: directory.url)
            #expect(result.output.contains("AL032") && result.output.contains("\u{1B}") == expected, "\(environment)")
        }
    }

    @Test("SARIF and GitHub's commands name every finding of every file")
    func exchangeFormats() async throws {
        let sarif = try await validate("--format=sarif", "bad.yaml", "warned.yaml")
        #expect(sarif.status == 1 && sarif.errors.isEmpty)
        let run = try JSONParser.parse(sarif.output)["runs"]?.array?.first
        let results = run?["results"]?.array ?? []
        #expect(results.map { $0["ruleId"]?.string } == ["AL032", "AL020", "AL022"])
        let rules = run?["tool"]?["driver"]?["rules"]?.array ?? []
        for result in results {
            #expect(rules[try #require(result["ruleIndex"]?.int)]["id"] == result["ruleId"])
        }
        let github = try await validate("--format=github", "bad.yaml", "good.yaml", "warned.yaml")
        let lines = github.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines.last?.hasPrefix("::warning file=warned.yaml,line=2,col=1,endLine=2,endColumn=8,title=AL022::") == true
        )
        #expect(try await validate("--format=github", "good.yaml").output.isEmpty)
    }

    @Test("without the machine nothing of it counts, and the same file gives the same result everywhere")
    func withoutEnvironment() async throws {
        try directory.write(
            "config.yaml", "openrouter: {model: \"${MODEL}\", api_key_file: nowhere}\nserver: {port: 1}\n")
        try directory.write(".env", "broken line\n")
        let bare = try await validate("--no-env")
        #expect(bare.status == 0 && bare.output == "config.yaml: valid\n")
        let other = try await validate("--no-env", environment: ["AILOOP_SERVER__PORT": "x", "MODEL": ""])
        #expect(other.output == bare.output && other.status == 0)
        #expect(try await validate().status == 1)
    }

    @Test("every code is explained, with an example that is reported as it says")
    func explain() async throws {
        let result = try await validate("--explain", "AL020")
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output.hasPrefix("AL020: an unknown key\n\n"))
        #expect(result.output.contains("    error[AL020]: unknown key `prot` in `server`\n     --> config.yaml:2:3\n"))
        #expect(result.output.contains("\nInstead:\n\n    server:\n      port: 8000\n"))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(try await validate("--explain=20").output == result.output)
        let unknown = try await validate("--explain", "AL0020x")
        #expect(unknown.status == 2 && unknown.output.isEmpty && unknown.errors.contains("unknown code `AL0020x`"))
    }

    @Test("the configuration in force is printed with its origins, and is itself one")
    func effective() async throws {
        try directory.write(
            "c.yaml", "ai_service: mock\nserver: {port: 1234}\nopenrouter: {api_key: sk-secret-key-1}\n")
        let result = try await validate("--show-effective", "c.yaml", "--host", "::1")
        #expect(result.status == 0)
        #expect(result.output.contains("\n  port: 1234  # c.yaml:2\n"))
        #expect(result.output.contains("\n  host: \"::1\"  # option --host\n"))
        #expect(!result.output.contains("sk-secret"))
        #expect(result.errors.contains("warning[AL042]") && !result.errors.contains("sk-secret"))
        let again = try await validate("-", input: result.output)
        #expect(again.status == 0, "\(again.output)")
        let bad = try await validate("--show-effective", "bad.yaml")
        #expect(bad.status == 1 && bad.output.isEmpty && bad.errors.contains("error[AL032]"))
        #expect(try await validate("--show-effective", "missing.yaml").status == 3)
    }

    @Test("the schema is printed as it is committed")
    func schema() async throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let committed = try String(contentsOf: top.appending(path: "docs/config.schema.json"), encoding: .utf8)
        #expect(try await validate("--schema").output == committed)
    }

    @Test("what cannot go together is a usage error")
    func conflicts() async throws {
        for arguments in [
            ["--no-env", "--online"], ["--schema", "good.yaml"], ["--explain", "AL020", "good.yaml"],
            ["--schema", "--explain", "AL020"], ["--show-effective", "good.yaml", "bad.yaml"],
            ["--show-effective", "--format", "json", "good.yaml"],
        ] {
            let result = try await program.run(["validate-config"] + arguments, in: directory.url)
            #expect(result.status == 2 && result.output.isEmpty && !result.errors.isEmpty, "\(arguments)")
        }
    }

    @Test("a file of a hundred megabytes is refused at once, from a name and from a pipe")
    func hugeFile() async throws {
        let line =
            #"head -c 104857600 /dev/zero > big.yaml; "$PROGRAM" validate-config big.yaml; echo $?; "$PROGRAM" validate-config - < big.yaml; echo $?"#
        let result = try await program.shell(line, in: directory.url)
        #expect(result.output.split(separator: "\n").filter { $0 == "3" }.count == 2, "\(result.output)")
        #expect(result.output.contains("error[AL002]: the file is larger than 4 MiB"))
    }

    @Test("the example at the top of the project is valid")
    func example() async throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        #expect(try await validate(top.appending(path: "config.yaml").path).status == 0)
    }

    @Test("a reader that leaves early ends it quietly")
    func brokenPipe() async throws {
        let many = (0..<150).map { "key\($0): 1\n" }.joined()
        try directory.write("many.yaml", many)
        let result = try await program.shell(
            #""$PROGRAM" validate-config many.yaml many.yaml many.yaml many.yaml many.yaml | head -1; echo "${PIPESTATUS[0]}""#,
            in: directory.url)
        #expect(result.output == "error[AL020]: unknown key `key0`\n0\n")
        #expect(result.errors.isEmpty)
    }

    @Test("a full disk is told, and fails")
    func fullDisk() async throws {
        let result = try await program.shell(#""$PROGRAM" validate-config bad.yaml > /dev/full"#, in: directory.url)
        #expect(result.status == 1)
        #expect(
            result.errors == "ailoopctl validate-config: cannot write to standard output: No space left on device\n")
    }
}

/// `validate-config --online`, against an upstream that does what it is told.
@Suite(.timeLimit(.minutes(5))) struct OnlineCheckTests {
    private let program = BuiltProgram(name: "ailoopctl")

    private func validate(_ upstream: ScriptedUpstream, _ yaml: String) async throws -> BuiltProgram.Result {
        try await validate(upstream.url, yaml)
    }

    private func validate(_ url: String, _ yaml: String) async throws -> BuiltProgram.Result {
        let directory = try TemporaryDirectory()
        try directory.write("config.yaml", "openrouter:\n  base_url: \(url)/v1\n" + yaml)
        return try await program.run(
            ["validate-config", "--online"], environment: ["OPENROUTER_API_KEY": "a-secret-key"], in: directory.url)
    }

    private static let models: JSONValue = [
        "data": [["id": "acme/one", "context_length": 8192, "supported_parameters": ["temperature"]]]
    ]
    private static let key: JSONValue = ["data": ["limit_remaining": 3]]

    @Test("an endpoint that has what is configured leaves nothing to say")
    func good() async throws {
        try await ScriptedUpstream.with(replies: [.json(Self.models), .json(Self.key)]) { upstream in
            let result = try await validate(upstream, "  model: acme/one\n")
            #expect(result.status == 0 && result.output == "config.yaml: valid\n" && result.errors.isEmpty)
            #expect(upstream.requestCount == 2)
        }
    }

    @Test("a model that it has not, and what the model does not support, stand at their places")
    func models() async throws {
        try await ScriptedUpstream.with(replies: [.json(Self.models), .json(Self.key)]) { upstream in
            let result = try await validate(
                upstream, "  model: acme/one\n  fallback_models: [acme/onne]\n  params: {top_k: 1}\n")
            #expect(result.status == 1)
            #expect(
                result.output.contains("error[AL074]: the endpoint has no model `acme/onne`\n --> config.yaml:4:21"))
            #expect(result.output.contains("did you mean `acme/one`?"))
            #expect(result.output.contains("warning[AL075]: `acme/one` does not support the parameter `top_k`"))
            #expect(result.output.hasSuffix("config.yaml: 1 error, 1 warning\n"))
        }
    }

    @Test("a refused key and an endpoint that is gone are told, without the key")
    func refusals() async throws {
        let refusal: [ScriptStep] = .json(status: 401, ["error": ["code": 401, "message": "No key a-secret-key."]])
        try await ScriptedUpstream.with(replies: [refusal]) { upstream in
            let result = try await validate(upstream, "  model: acme/one\n")
            #expect(result.status == 1 && result.output.contains("error[AL071]: the endpoint refuses the API key"))
            #expect(!result.output.contains("a-secret-key"))
        }
        // The system hands this port out to no other test.
        let result = try await validate("http://127.0.0.1:1", "  model: acme/one\n")
        #expect(result.status == 1 && result.output.contains("error[AL070]"), "\(result.output)")
    }

    @Test("a configuration with errors is not asked about, nor is the mock")
    func notAsked() async throws {
        try await ScriptedUpstream.with(replies: []) { upstream in
            let faulty = try await validate(upstream, "  modle: acme/one\n")
            let mock = try await validate(upstream, "ai_service: mock\n")
            #expect(faulty.status == 1 && mock.status == 0)
            #expect(faulty.errors == "ailoopctl: config.yaml has errors: its endpoint was not asked\n")
            #expect(upstream.requestCount == 0)
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct CommandLineTests {
    private let program = BuiltProgram(name: "ailoopctl")

    @Test("help and version are data, and succeed")
    func help() async throws {
        let overview = try await program.run(["--help"])
        #expect(overview.status == 0 && overview.errors.isEmpty)
        for command in ["serve", "chat", "bench", "replay", "validate-config"] {
            #expect(overview.output.contains("\n  \(command) "))
            let help = try await program.run([command, "--help"])
            #expect(help.status == 0 && help.output.hasPrefix("ailoopctl \(command) — "))
            #expect(help.output.contains("\nExit codes:\n"))
            #expect(try await program.run(["--help", command]).output == help.output)
            let short = try await program.run([command, "-h"])
            #expect(short.status == 0 && short.output.hasPrefix("ailoopctl \(command) — "))
            #expect(short.output.count < help.output.count && !short.output.contains("Exit codes"))
        }
        let version = try await program.run(["--version"])
        #expect(version.status == 0 && version.output.wholeMatch(of: /ailoopctl \d+\.\d+\.\d+\n/) != nil)
    }

    @Test("help is as wide as the terminal, with headings in bold unless NO_COLOR says otherwise")
    func helpOnATerminal() async throws {
        for (columns, widest) in [(60, 60), (90, 90), (300, 100)] {
            let line = #"script -qec "stty cols \#(columns); '$PROGRAM' serve --help" /dev/null"#
            let plain = try await program.shell(line, environment: ["TERM": "xterm", "NO_COLOR": "1"])
            let lines = plain.output.split(whereSeparator: \.isNewline).filter { !$0.contains("ailoopctl serve") }
            #expect(lines.contains("Options:") && !plain.output.contains("\u{1B}"))
            let longest = lines.map(\.count).max() ?? 0
            #expect(longest <= widest && longest > widest - 25, "\(columns): \(longest)")
            let coloured = try await program.shell(line, environment: ["TERM": "xterm"])
            #expect(coloured.output.contains("\u{1B}[1mOptions:\u{1B}[0m\r\n"))
        }
        #expect(!(try await program.run(["serve", "--help"]).output.contains("\u{1B}")))
        #expect(try await program.run(["serve", "--help", "--color=always"]).output.contains("\u{1B}[1mOptions:"))
    }

    @Test("a call that cannot be understood is told on standard error, with exit code 2")
    func usage() async throws {
        let empty = try await program.run([])
        #expect(empty.status == 2 && empty.output.isEmpty && empty.errors.contains("Usage: ailoopctl COMMAND"))
        let misspelt = try await program.run(["srve"])
        #expect(misspelt.status == 2 && misspelt.output.isEmpty)
        #expect(
            misspelt.errors == """
                ailoopctl: unknown command `srve`; did you mean `serve`?
                `ailoopctl --help` shows how to call it.

                """)
        let option = try await program.run(["serve", "--prot", "80"])
        #expect(option.status == 2)
        #expect(option.errors.contains("ailoopctl serve: unknown option `--prot`; did you mean `--port`?\n"))
    }

    @Test(
        "a URL that cannot be used is a fault of the command line, told in the same words",
        arguments: [
            ["chat", "hi"], ["replay", "/dev/null"], ["bench"],
        ])
    func unusableURL(command: [String]) async throws {
        for (url, words) in [
            ("https://127.0.0.1:1/ws", "https:// is not spoken here; use a ws:// or wss:// URL"),
            ("ws://", "`--url`: "),
        ] {
            let result = try await program.run(command + ["--url", url])
            #expect(result.status == 2 && result.output.isEmpty)
            #expect(result.errors.contains(words))
        }
    }

    @Test("an invalid configuration stops serve and chat with 78, and all that is wrong on standard error")
    func invalidConfiguration() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.yaml", "ai_service: mok\nserver:\n  port: 70000\n")
        for arguments in [["serve"], ["serve", "--config", "config.yaml"], ["chat", "hello"]] {
            let result = try await program.run(arguments, in: directory.url)
            #expect(result.status == 78 && result.output.isEmpty, "\(arguments)")
            #expect(result.errors.contains("error[AL032]") && result.errors.contains("error[AL031]"))
            #expect(result.errors.hasSuffix("\nconfig.yaml: 2 errors\n"))
        }
        let missing = try await program.run(["serve", "-c", "missing.yaml"], in: directory.url)
        #expect(missing.status == 78 && missing.errors.contains("there is no such file"))
        let option = try await program.run(
            ["serve", "--ai-service", "mock", "--host", "a b", "-c", "/dev/null"], in: directory.url)
        #expect(option.status == 78 && option.errors.contains(" --> option --host\n"))
        let noKey = try await program.run(["serve", "-m", "a/b", "-c", "/dev/null"], in: directory.url)
        #expect(noKey.status == 78 && noKey.errors.contains("there is no API key"))
    }

    @Test("chat takes a server's address or a configuration, not both")
    func chatConflict() async throws {
        let result = try await program.run(["chat", "--url", "ws://127.0.0.1:1/ws", "--config", "a.yaml", "hi"])
        #expect(result.status == 2)
        #expect(result.errors.contains("`--config` cannot go with `--url`"))
    }
}
