import Configuration
import Diagnostics
import Testing

@Suite struct VariableReferenceTests {
    @Test("a value may have so many references, and no more")
    func countLimit() {
        func prompt(_ count: Int) -> LoadedConfiguration {
            let references = String(repeating: "${A}", count: count)
            return load("ai_service: mock\nai_loop: {system_prompt: \"\(references)\"}", environment: ["A": "x"])
        }
        #expect(prompt(1000).settings?.aiLoop.systemPrompt == String(repeating: "x", count: 1000))
        #expect(prompt(1001).lines == ["AL017 2:26 more than 1000 references in one value"])
    }

    private func prompt(_ scalar: String, _ environment: [String: String] = [:]) -> String? {
        load("ai_service: mock\nai_loop:\n  system_prompt: \(scalar)\n", environment: environment).settings?.aiLoop
            .systemPrompt
    }

    @Test("references are replaced in every kind of scalar, as often as they stand")
    func replacing() {
        let environment = ["A": "one", "B_2": "two", "EMPTY": "", "DOLLAR": "$"]
        let table: [(String, String)] = [
            ("${A}", "one"), ("x${A}y${B_2}z", "xoneytwoz"), ("\"${A}\\n\"", "one\n"), ("'${A}'", "one"),
            ("|\n    ${A}\n    b", "one\nb\n"), ("${NONE:-fallback}", "fallback"), ("${EMPTY:-fallback}", "fallback"),
            ("${A:-fallback}", "one"), ("x${EMPTY}y", "xy"), ("${NONE:-}x", "x"), ("${NONE:-a:-b}", "a:-b"),
            ("$${A}", "${A}"), ("$$${A}", "$${A}"), ("${DOLLAR}${A}", "$one"), ("$A", "$A"), ("{A}", "{A}"),
            ("x $", "x $"),
            ("\"${NONE:-日本 🎉}\"", "日本 🎉"),
        ]
        for (scalar, expected) in table where !scalar.hasPrefix("{") {
            #expect(prompt(scalar, environment) == expected, "\(scalar)")
        }
    }

    @Test("what a variable holds is read as if it stood there, but never as YAML")
    func types() {
        let yaml = "ai_service: mock\nserver:\n  port: ${PORT}\n  host: ${HOST}\n"
        let loaded = load(yaml, environment: ["PORT": "9", "HOST": "localhost"])
        #expect(loaded.settings?.server.port == 9)
        let injected = load(yaml, environment: ["PORT": "9\nmetrics: false", "HOST": "[a, b]"])
        #expect(injected.codes == ["AL030", "AL034"])
    }

    @Test("a variable that is set to nothing is not unset")
    func empty() {
        #expect(prompt("${EMPTY}", ["EMPTY": ""]) == nil)
        #expect(prompt("\"${EMPTY}\"", ["EMPTY": ""]) == "")
    }

    @Test("a variable comes from .env where the environment lacks it")
    func dotEnv() {
        let yaml = "ai_service: mock\nai_loop:\n  system_prompt: ${A} ${B}\n"
        let loaded = load(yaml, environment: ["A": "outer"], dotEnv: "A=inner\nB=inner\n")
        #expect(loaded.settings?.aiLoop.systemPrompt == "outer inner")
    }

    @Test("free and older keys may hold anything")
    func unread() {
        let loaded = load("ai_service: mock\nx-mine: ${NONE}\nserver: {x-too: '${'}\nprompts: ${NONE}\n")
        #expect(loaded.codes == ["AL022"])
    }

    @Test(
        "a reference that cannot be read is shown where it stands",
        arguments: [
            ("${NONE}", "AL016 3:18 the variable `NONE` is not set"),
            ("a ${NONE} ${NONE}", "AL016 3:20 the variable `NONE` is not set"),
            ("a ${", "AL017 3:20 this reference has no `}`"), ("${}", "AL017 3:18 `${}` names no variable"),
            ("${1A}", "AL017 3:18 `${1A}` names no variable"), ("${A-b}", "AL017 3:18 `${A-b}` names no variable"),
            ("${é}", "AL017 3:18 `${é}` names no variable"),
            ("${A:-${B}}", "AL017 3:18 a default cannot refer to another variable"),
            ("\"\\n${NONE}\"", "AL016 3:21 the variable `NONE` is not set"),
            ("\"$\\x7bNONE}\"", "AL016 3:18 the variable `NONE` is not set"),
        ])
    func faults(scalar: String, line: String) {
        #expect(load("ai_service: mock\nai_loop:\n  system_prompt: \(scalar)\n").lines == [line])
    }

    @Test("what is protected from being a reference is text that stands there itself")
    func protected() {
        let loaded = load(
            "ai_service: mock\nx-a: &a $${x}\nopenrouter: {fallback_models: \"$${x}\"}\nserver: {port: *a}\n")
        #expect(
            loaded.lines == [
                "AL030 3:31 `openrouter.fallback_models` must be a list, not text `${x}`",
                "AL030 4:16 `server.port` must be a whole number, not the value of `*a`",
            ])
        #expect(loaded.diagnostics[0].help == "write `[\"$${x}\"]`")
    }

    @Test("many faulty references cost bounded work and bounded words")
    func bounded() {
        let loaded = load("ai_service: mock\nai_loop:\n  system_prompt: \((0..<2000).map { "${\($0)}" }.joined())\n")
        #expect(loaded.diagnostics.count == ConfigurationLoader.maximumDiagnostics)
        // A thousand of them, and that there are more.
        #expect(loaded.droppedCount == 1001 - ConfigurationLoader.maximumDiagnostics)
    }
}

@Suite struct DotEnvTests {
    private func prompt(_ line: String) -> String? {
        load("ai_service: mock\nai_loop: {system_prompt: \"${A}\"}\n", dotEnv: line).settings?.aiLoop.systemPrompt
    }

    @Test(
        "a line gives its value",
        arguments: [
            ("A=x", "x"), ("A = x ", "x"), ("export A=x", "x"), ("\tA=x\r\n", "x"), ("A=x # comment", "x"),
            ("A=x#y", "x#y"),
            ("A='x # y'", "x # y"), ("A=\"x\\ty\\n\\\"\\\\\\$\\z\"", "x\ty\n\"\\$\\z"), ("A='x\\n'", "x\\n"),
            ("A=\"x\" # c", "x"),
            ("A=x y", "x y"), ("# c\n\nB=1\nA=${B}", "${B}"), ("A=1\nA=2", "2"), ("A=", ""), ("A=\"\"", ""),
            ("A=日本 🎉", "日本 🎉"), ("A=x=y", "x=y"), ("\u{FEFF}A=x", "x"),
        ])
    func values(text: String, value: String) {
        #expect(prompt(text) == value)
    }

    @Test("lines that cannot be read are all reported, and the others used")
    func faults() {
        let loaded = load(
            "ai_service: mock", dotEnv: "nonsense\n1A=x\nB='open\nC=\"a\" b\nAILOOP_SERVER__PORT=7\nD E=1\n")
        #expect(
            loaded.lines == [
                "AL018 .env this line has no `=`", "AL018 .env `1A` is no name of a variable",
                "AL018 .env this value's quote is not closed on its line",
                "AL018 .env this value's quote is not closed on its line", "AL018 .env `D E` is no name of a variable",
            ])
        #expect(loaded.effective.server.port == 7)
    }
}
