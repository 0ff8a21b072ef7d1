import Configuration
import Diagnostics
import Quantities
import Testing

@Suite struct SettingTableTests {
    @Test("every key is described, stands in order, and has an environment name of its own")
    func rows() {
        let keys = SettingTable.keys
        #expect(keys.count >= 59)
        #expect(Set(keys.map(\.path)).count == keys.count)
        #expect(Set(keys.map(\.environmentName)).count == keys.count)
        for key in keys {
            #expect(key.path.wholeMatch(of: /[a-z_]+(\.[a-z_]+){0,2}/) != nil)
            #expect(!key.summary.isEmpty && !key.summary.hasSuffix("."), "\(key.path)")
            #expect(
                (key.defaultValue == nil) == (key.defaultNote != nil), "\(key.path) says what stands for its default")
        }
        #expect(SettingTable.byPath["server.auth.tokens"]?.environmentName == "AILOOP_SERVER__AUTH__TOKENS")
        #expect(SettingTable.byPath["ai_service"]?.environmentName == "AILOOP_AI_SERVICE")
    }

    @Test("no key is both there and announced as unavailable or unused, and no section is a key")
    func disjoint() {
        for path in Array(SettingTable.unavailable.keys) + SettingTable.unused {
            #expect(SettingTable.byPath[path] == nil && !SettingTable.sections.contains(path))
        }
        #expect(SettingTable.sections.isDisjoint(with: SettingTable.keys.map(\.path)))
        let expected: Set = [
            "openrouter", "ai_loop", "server", "server.auth", "server.rate_limit", "sessions", "tools", "logging",
            "mock",
        ]
        #expect(SettingTable.sections == expected)
    }

    /// A text in range for the key, other than its default, as it would stand in an environment variable.
    static func sample(for key: SettingKey) -> String {
        switch key.type {
        case .boolean: key.defaultValue == .boolean(true) ? "false" : "true"
        case .integer(let range): "\(range.upperBound)"
        case .number(let range): "\(range.upperBound)"
        case .duration(let range, _): Quantity.text(of: range.upperBound)
        case .size(let range): Quantity.text(ofBytes: range.upperBound)
        case .choice(let choices): choices.last ?? ""
        case .text(let form):
            switch form {
            case .endpointURL: "http://localhost:1234/v1"
            case .optionalURL: "https://example.org"
            case .host: "::1"
            case .requestPath: "/socket"
            case .filePath: "secrets.txt"
            default: "changed"
            }
        case .texts:
            switch key.path {
            case "server.allowed_origins": "https://a.example, https://b.example"
            case "tools.builtin": "current_time, calculate"
            case "tools.allowed_hosts": "a.example, *.b.example, c.example:8080"
            default: "a/b, c/d"
            }
        case .records:
            #"[{"name": "a", "command": ["/bin/true", "-c"], "env": {"KEY": "value"}, "timeout_seconds": 5}]"#
        case .namedRecords: #"{"a": {"command": ["/bin/true"], "policy": "ask"}}"#
        case .choiceMap(let choices, _): #"{"a": "\#(choices[0])", "b__c": "\#(choices[1])"}"#
        case .secretMap: #"{"KEY": "value"}"#
        case .command: "[b]"
        case .schema: "{type: object}"
        case .object: key.path.hasSuffix("provider") ? #"{"order": ["x"]}"# : #"{"grammar": [1, true, "x"]}"#
        case .secret: "secret-key"
        case .secrets: "token-1,token-2"
        }
    }

    @Test("every key is set by its environment variable and by an option", arguments: SettingTable.keys.map(\.path))
    func everyKeyIsSettable(path: String) throws {
        let key = try #require(SettingTable.byPath[path])
        let text = Self.sample(for: key)
        let base = "openrouter:\n  model: a/b\n"
        let files = ["secrets.txt": "from-file\n"]
        let byVariable = load(base, environment: [key.environmentName: text], files: files)
        let option = ConfigurationInputs.Option(name: "x", path: path, text: text)
        let byOption = load(base, files: files, options: [option])
        let byDotEnv = load(base, dotEnv: "\(key.environmentName)='\(text)'\n", files: files)
        for (loaded, layer) in [(byVariable, ConfigurationLayer.environment), (byOption, .option), (byDotEnv, .dotEnv)]
        {
            // Some values alone contradict the defaults, or make others unreachable; none may be unreadable.
            let unreadable = loaded.diagnostics.filter { $0.code.id < "AL040" }
            #expect(unreadable.isEmpty, "\(path): \(loaded.lines)")
            #expect(loaded.origin(of: path).layer == layer, "\(path)")
            #expect(key.currentValue(in: loaded.effective) != key.defaultValue, "\(path)")
        }
        #expect(byVariable.effective == byOption.effective)
        #expect(byVariable.effective == byDotEnv.effective)
    }

    @Test("an empty variable leaves a key as it was", arguments: SettingTable.keys.map(\.path))
    func emptyVariable(path: String) throws {
        let key = try #require(SettingTable.byPath[path])
        let loaded = load("ai_service: mock\n", environment: [key.environmentName: ""])
        #expect(loaded.diagnostics.isEmpty)
        #expect(loaded.origin(of: path).layer == (path == "ai_service" ? .file : .defaults))
    }
}

@Suite struct SettingRangeTests {
    /// Whether the value of a key is taken as it stands in a file.
    private func isTaken(_ path: String, _ value: String) -> Bool {
        let levels = path.split(separator: ".")
        let yaml =
            levels.enumerated()
            .map { String(repeating: "  ", count: $0) + $1 + ":" }.joined(separator: "\n") + " \(value)\n"
        let loaded = load(yaml, environment: ["AILOOP_AI_SERVICE": "mock"])
        let isFaulty = loaded.diagnostics.contains { ["AL030", "AL031", "AL033"].contains($0.code.id) }
        return !isFaulty && loaded.origin(of: path).layer == .file
    }

    private static let numeric = SettingTable.keys.filter { key in
        switch key.type {
        case .integer, .number, .duration, .size: true
        default: false
        }
    }.map(\.path)

    @Test("a value is taken at each end of its range, and refused one past it", arguments: numeric)
    func limits(path: String) throws {
        let key = try #require(SettingTable.byPath[path])
        switch key.type {
        case .integer(let range), .size(let range):
            for value in [range.lowerBound, range.upperBound] { #expect(isTaken(path, "\(value)")) }
            for value in [range.lowerBound - 1, range.upperBound + 1] { #expect(!isTaken(path, "\(value)")) }
        case .number(let range):
            for value in [range.lowerBound, range.upperBound] { #expect(isTaken(path, "\(value)")) }
            for value in [range.lowerBound - 0.001, range.upperBound + 0.001] { #expect(!isTaken(path, "\(value)")) }
        case .duration(let range, let unit):
            let one = unit == .seconds ? 1e9 : 1e6
            let bounds = [range.lowerBound, range.upperBound].map { Double($0.nanoseconds) }
            for value in bounds { #expect(isTaken(path, "\(value / one)")) }
            for bound in [range.lowerBound, range.upperBound] { #expect(isTaken(path, Quantity.text(of: bound))) }
            for value in [bounds[0] - 1000, bounds[1] + 1_000_000] { #expect(!isTaken(path, "\(value / one)")) }
            #expect(!isTaken(path, Quantity.text(of: range.upperBound + .milliseconds(1))))
        default: Issue.record("\(path) has no range")
        }
    }

    @Test("numbers of many kinds are no values of a number", arguments: numeric)
    func noNumbers(path: String) {
        for value in ["many", "\"5\"", "[5]", "{a: 5}", "true", ".nan", ".inf", "-.inf", "5 5", "0x", "--1"] {
            #expect(!isTaken(path, value), "\(path): \(value)")
        }
    }

    @Test("lists are taken up to their limit and refused past it")
    func listLimits() throws {
        for key in SettingTable.keys {
            let count: Int
            switch key.type {
            case .texts(_, let maximumCount), .secrets(let maximumCount): count = maximumCount
            case .command, .object, .schema, .records, .namedRecords, .choiceMap, .secretMap:
                // Below: in what they stand differs.
                continue
            case .boolean, .integer, .number, .duration, .size, .text, .choice, .secret: continue
            }
            let items = ["server.allowed_origins": "https://a.example", "tools.builtin": "calculate"]
            let item = items[key.path] ?? "item"
            let full = [String](repeating: item, count: count).joined(separator: ",")
            #expect(load("ai_service: mock", environment: [key.environmentName: full]).settings != nil, "\(key.path)")
            let past = load("ai_service: mock", environment: [key.environmentName: full + "," + item])
            #expect(past.codes == ["AL031"], "\(key.path)")
        }
    }

    @Test(
        "so are mappings and lists of tools",
        arguments: [
            (128, "{commands: [ITEMS]}", "{name: aN, command: [/bin/true]}"),
            (32, "{mcp_servers: {ITEMS}}", "aN: {command: [/bin/true]}"),
            (1000, "{mcp_servers: {a: {command: [/bin/true]}}, policies: {ITEMS}}", "a__N: ask"),
            (256, "{commands: [{name: a, command: [/bin/true], env: {ITEMS}}]}", "AN: x"),
            (256, "{commands: [{name: a, command: [/bin/true, ITEMS]}]}", "aN"),
        ])
    func toolLimits(count: Int, tools: String, item: String) {
        func codes(_ count: Int) -> [String] {
            let items = (1...count).map { item.replacing("N", with: "\($0)") }.joined(separator: ", ")
            return load("ai_service: mock\ntools: \(tools.replacing("ITEMS", with: items))").codes
        }
        // The program is an item of its command.
        let most = item == "aN" ? count - 1 : count
        #expect(codes(most) == [])
        #expect(codes(most + 1) == ["AL031"])
    }
}
