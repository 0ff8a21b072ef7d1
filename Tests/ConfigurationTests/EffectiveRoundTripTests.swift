import Configuration
import Testing

/// What `--show-effective` prints is a configuration that means the same, whatever texts and names the first one held.
@Suite struct EffectiveRoundTripTests {
    @Test("a random valid configuration reads back as the same settings", arguments: 0..<4)
    func random(part: UInt64) {
        var random = RandomConfiguration(seed: 0xEFF_0000 + part)
        for round in 0..<60 {
            let text = random.next()
            let environment = ["TEXT": "a: b", "WORD": "word", "NUMBER": "5", "YES": "yes"]
            let first = load(text, environment: environment)
            guard first.settings != nil else {
                Issue.record("seed \(part), round \(round): \(text)\n\(first.rendered)")
                continue
            }
            let printed = EffectiveConfiguration(first).yaml()
            let again = load(printed, environment: environment)
            #expect(!again.containsError, "seed \(part), round \(round): \(text)\n\(printed)\n\(again.rendered)")
            #expect(again.effective == first.effective, "seed \(part), round \(round): \(text)\n\(printed)")
            #expect(EffectiveConfiguration(again).yaml().withoutOrigins == printed.withoutOrigins, "\(printed)")
            // Where no variable is known, they stay what they are.
            let open = load(text, isHermetic: true)
            let openAgain = load(EffectiveConfiguration(open).yaml(), isHermetic: true)
            #expect(
                EffectiveConfiguration(openAgain).yaml().withoutOrigins
                    == EffectiveConfiguration(open).yaml().withoutOrigins, "seed \(part), round \(round): \(text)")
        }
    }
}

extension String {
    fileprivate var withoutOrigins: String { replacing(/\ {2}# (config\.yaml:\d+|default)/, with: "") }
}

/// Makes configurations out of texts and names that YAML could read as something else.
private struct RandomConfiguration {
    private var generator: SplitMix

    private static let texts = [
        "a", "yes", "no", "1", "1e3", "~", "null", "a: b", "a #b", "#x", "- x", "x\\ny\\n", "x\\ny", "\\n\\n", "  lead",
        "trail ", "é日本👩‍👩‍👧", "\\\"q\\\"", "it's", "$${x}", "\\\\", "a,b", "[x]", "{y}", "*z", "&z", "!t", "%d", "@x",
        "`", "|", ">", "?", "---", "...", "0x1F", "0o7", ".inf", "12:30", "2026-01-01", "true", "<<", "=", "a\\tb",
        "\\u200b", "\\u2028", "\\x85", "\\a", "a:", "://", "x\\r\\ny", "on", "N", "0123", "1_000", "+1", "-", ".5",
        "~x",
        "_", ".", "/p", "\\u00a0b", "\\ufeffq", "x\\n  y\\n z", "$${", "$$${a}", "${TEXT}", "a ${WORD} b", "${NUMBER}",
        "${YES}", "${MISSING:-x: y}", "Counts words, lines and bytes", "x, y: z",
    ]
    private static let names = ["A", "Y", "N", "no", "_x", "TRUE", "On", "LANG"]
    private static let plain = ["1", "0", "-5", "1.5", "true", "null", "1e10", "${NUMBER}", "${MISSING:-7}", "0x10"]

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
    }

    private mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

    private mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Between double quotes.
    private mutating func text() -> String {
        "\"" + one(of: Self.texts) + (below(3) == 0 ? one(of: Self.texts) : "") + "\""
    }

    private mutating func list(_ count: Int, _ item: (inout Self) -> String) -> String {
        var items: [String] = []
        for _ in 0..<below(count + 1) { items.append(item(&self)) }
        return "[" + items.joined(separator: ", ") + "]"
    }

    /// Names are numbered, as none may stand twice.
    private mutating func map(_ count: Int, name: (inout Self) -> String, _ value: (inout Self) -> String) -> String {
        var members: [String] = []
        var names: Set<String> = []
        for _ in 0..<below(count + 1) {
            let name = name(&self)
            if names.insert(name).inserted { members.append("\(name): \(value(&self))") }
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private mutating func json(_ depth: Int = 0) -> String {
        switch below(depth < 3 ? 4 : 2) {
        case 0: text()
        case 1: one(of: Self.plain.filter { !$0.hasPrefix("$") })
        case 2: list(3) { $0.json(depth + 1) }
        default: map(3, name: { $0.text() }, { $0.json(depth + 1) })
        }
    }

    private mutating func word() -> String {
        "\"" + String((0...below(6)).map { _ in one(of: Array("abYnoN01-")) }) + "\""
    }

    private mutating func tool() -> String {
        let command = "[/bin/true, \"x\", \(text().replacing("\"", with: "\"_", maxReplacements: 1))]"
        let environment = map(
            3, name: { "\"\($0.one(of: Self.names))\"" }, { $0.one(of: ["\"${WORD}\"", "\"${TEXT}\""]) })
        let policy = one(of: ["allow", "ask", "deny", "null"])
        return
            "command: \(command), env: \(environment), policy: \(policy), timeout_seconds: \(one(of: ["5", "1m", "0.5"]))"
    }

    mutating func next() -> String {
        var commands: [String] = []
        for index in 0..<below(3) {
            commands.append(
                "{name: \"\(index)\(one(of: ["", "e3", "x"]))\", description: \(text()), parameters: "
                    + "{type: object, description: \(text())}, \(tool())}")
        }
        return """
            ai_service: mock
            openrouter:
              model: \(one(of: ["a/b", "\"no\"", "\"1e3\"", "x#y", "\"[a\"", "\"0123\"", "${WORD}", "a/${NUMBER}"]))
              app_name: \(one(of: ["a b", "\"yes\"", "\"1\"", "\" x\"", "\"#\"", "\"\"", "${WORD} app", "\"${YES}\""]))
              timeout_seconds: \(one(of: ["90", "1h30m", "${NUMBER}m", "${MISSING:-5}", "100s"]))
              params:
                z: \(one(of: Self.plain))
                y: \(json())
                x: [\(json()), \(json())]
                \(text()): \(json())
              provider: {order: \(list(3) { $0.text() })}
            ai_loop:
              system_prompt: \(text())
            tools:
              commands: [\(commands.joined(separator: ", "))]
              mcp_servers: \(map(3, name: { $0.word() }, { "{\($0.tool())}" }))
              policies: \(map(3, name: { $0.text() }, { $0.one(of: ["allow", "ask", "deny"]) }))
            logging:
              file: \(one(of: ["x", "\"a b\"", "'C:\\x'", "\"#a\"", "\"- b\"", "\"yes\"", "\"1\"", "é", "\"x: y\"", "${WORD}.log"]))

            """
    }
}
