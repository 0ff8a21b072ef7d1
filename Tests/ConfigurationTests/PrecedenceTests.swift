import Configuration
import JSON
import Testing

@Suite struct PrecedenceTests {
    private struct Case: CustomTestStringConvertible {
        var file: Bool
        var dotEnv: Bool
        var variable: Bool
        var option: Bool
        var testDescription: String { "file \(file), .env \(dotEnv), variable \(variable), option \(option)" }
    }

    private static let cases = [false, true].flatMap { file in
        [false, true].flatMap { dotEnv in
            [false, true].flatMap { variable in
                [false, true].map { Case(file: file, dotEnv: dotEnv, variable: variable, option: $0) }
            }
        }
    }

    @Test("the strongest layer that has a value wins, and is named as its origin", arguments: cases)
    private func strongest(layers: Case) {
        let loaded = load(
            layers.file ? "ai_service: mock\nserver:\n  port: 1\n" : "ai_service: mock\n",
            environment: layers.variable ? ["AILOOP_SERVER__PORT": "3"] : [:],
            dotEnv: layers.dotEnv ? "# comment\nAILOOP_SERVER__PORT=2\n" : nil,
            options: layers.option ? [.init(name: "port", path: "server.port", text: "4")] : [])
        let (port, origin) =
            if layers.option {
                (4, "option --port")
            } else if layers.variable {
                (3, "environment variable AILOOP_SERVER__PORT")
            } else if layers.dotEnv {
                (2, ".env:2")
            } else if layers.file {
                (1, "config.yaml:3")
            } else {
                (8000, "default")
            }
        #expect(loaded.settings?.server.port == port)
        #expect(loaded.origin(of: "server.port").description(in: loaded.catalog) == origin)
    }

    @Test("a value that is overridden must be right all the same")
    func overriddenFaults() {
        let loaded = load(
            "ai_service: mock\nserver:\n  port: x\n", environment: ["AILOOP_SERVER__PORT": "y"],
            options: [.init(name: "port", path: "server.port", text: "4")])
        #expect(
            loaded.lines == [
                "AL030 3:9 `server.port` must be a whole number, not text `x`",
                "AL030 environment:AILOOP_SERVER__PORT `server.port` must be a whole number, not text `y`",
            ])
        #expect(loaded.settings == nil)
        #expect(loaded.effective.server.port == 4)
    }

    @Test("without a file there are defaults, unless a file was asked for")
    func noFile() {
        let implied = load(nil, environment: ["AILOOP_AI_SERVICE": "mock"])
        #expect(implied.settings?.server == Settings().server)
        #expect(implied.file == nil && implied.isReadable)

        let inputs = ConfigurationInputs(file: "missing.yaml", environment: ["AILOOP_AI_SERVICE": "mock"])
        let named = ConfigurationLoader(files: MemoryFiles()).load(inputs)
        #expect(named.lines == ["AL001 missing.yaml there is no such file"])
        #expect(!named.isReadable && named.settings == nil)
    }

    @Test("a file is read up to its size limit, and refused one byte past it")
    func sizeLimit() {
        let text = "ai_service: mock\n"
        let padding = String(repeating: "#", count: ConfigurationLoader.maximumFileBytes - text.utf8.count)
        #expect(load(text + padding).settings != nil)
        let past = load(text + padding + "#", environment: ["AILOOP_AI_SERVICE": "mock"])
        #expect(past.lines == ["AL002 config.yaml the file is larger than 4 MiB"])
        #expect(!past.isReadable)
    }

    @Test("lists and mappings come out of one variable as out of the file")
    func collections() {
        let inFile = load(
            """
            ai_service: mock
            openrouter:
              fallback_models: [a/b, "c,d"]
              params: {temperature: 0.5, stop: ["\\n", end], n: 1, x: null, y: true, z: 0x10, big: 123456789012345678901}
            """)
        let inVariables = load(
            "ai_service: mock",
            environment: [
                "AILOOP_OPENROUTER__FALLBACK_MODELS": #"[a/b, "c,d"]"#,
                "AILOOP_OPENROUTER__PARAMS":
                    #"{"temperature":0.5,"stop":["\n","end"],"n":1,"x":null,"y":true,"z":16,"big":123456789012345678901}"#,
            ])
        #expect(inFile.lines.isEmpty && inVariables.lines.isEmpty)
        #expect(inFile.settings == inVariables.settings)
        #expect(inFile.settings?.openRouter.fallbackModels == ["a/b", "c,d"])
        #expect(inFile.settings?.openRouter.params["z"] == 16)
    }

    @Test("faults in a variable are shown in it")
    func variableFaults() {
        let loaded = load(
            "ai_service: mock",
            environment: [
                "AILOOP_OPENROUTER__PARAMS": "{a: [1", "AILOOP_OPENROUTER__FALLBACK_MODELS": "[a, 5]",
                "AILOOP_SERVR__PORT": "1", "AILOOP_NOTHING_LIKE_IT": "1",
            ],
            dotEnv: "AILOOP_OPENROUTER__PROVIDER={a: b\n")
        #expect(
            loaded.lines == [
                "AL009 .env what begins with `{` here does not go on with `,` or `}`",
                "AL030 environment:AILOOP_OPENROUTER__FALLBACK_MODELS `openrouter.fallback_models[1]` must be text, not the number `5`",
                "AL009 environment:AILOOP_OPENROUTER__PARAMS what begins with `[` here does not go on with `,` or `]`",
                "AL009 environment:AILOOP_OPENROUTER__PARAMS what begins with `{` here does not go on with `,` or `}`",
                "AL023 environment:AILOOP_NOTHING_LIKE_IT no key is set by the variable `AILOOP_NOTHING_LIKE_IT`",
                "AL023 environment:AILOOP_SERVR__PORT no key is set by the variable `AILOOP_SERVR__PORT`",
            ])
    }

    @Test("the older places of two parameters complete openrouter.params, which wins")
    func olderPlaces() {
        let older = load("ai_service: mock\nai_loop: {temperature: 0.5, max_tokens: 7}")
        #expect(
            older.settings?.requestParams == ["temperature": .number(JSONNumber(validated: "0.5")), "max_tokens": 7])
        let both = load(
            "ai_service: mock\nai_loop: {temperature: 0.5, max_tokens: 7}\nopenrouter: {params: {max_tokens: 9}}")
        #expect(
            both.settings?.requestParams == ["max_tokens": 9, "temperature": .number(JSONNumber(validated: "0.5"))])
    }
}
