import JSON
import Testing

@testable import OpenRouter

@Suite struct MockRuleTests {
    @Test(
        "a pattern fits the whole message, and a star any part of it",
        arguments: [
            ("hello", "Hello", true), ("hello", "hello!", false), ("hello*", "hello!", true), ("*", "", true),
            ("*", "anything\nat all", true), ("", "", true), ("", "x", false), ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true), ("a*b*c", "acb", false), ("*ab", "aab", true), ("**", "x", true),
            ("ÄPFEL *", "äpfel und birnen", true), ("a*", "b", false),
            ("*a*a*a*b", String(repeating: "a", count: 5000), false),
        ])
    func patterns(_ pattern: String, _ message: String, _ fits: Bool) {
        #expect(MockRule(match: pattern).matches(message) == fits)
    }

    @Test("rules stand in a list, or under a name")
    func shapes() {
        let rule: JSONValue = ["match": "a", "answer": "b"]
        for script: JSONValue in [[rule], ["rules": [rule]]] {
            let reader = MockRuleReader(script)
            #expect(reader.rules.map(\.answer) == ["b"])
            #expect(reader.problems == [])
        }
        #expect(MockRuleReader("x").problems.map(\.path) == [""])
        #expect(MockRuleReader(["rules": 1]).problems.count == 1)
    }

    @Test("an error may be a sentence")
    func error() {
        let reader = MockRuleReader([["match": "a", "error": "boom"]])
        #expect(reader.rules.first?.failure == MockRule.Failure(status: 500, message: "boom"))
    }

    @Test("all problems are told at once, with their places; sound rules are kept")
    func problems() {
        let reader = MockRuleReader([
            ["match": "fine"], 7, ["answer": "no match"],
            [
                "match": 1, "answer": [], "delay_ms": -1, "chunk_bytes": .number(JSONNumber(validated: "1.5")),
                "cut_after_chunks": 86_400_001,
                "colour": "red", "tool_calls": [["arguments": [:]], "x"],
                "error": ["status": 200, "message": 5, "retry_after": -1, "reason": ""],
            ], ["match": "a", "tool_calls": [:], "error": 5],
        ])
        #expect(reader.rules.map(\.match) == ["fine"])
        #expect(
            reader.problems.map(\.path) == [
                "[1]", "[2]", "[3].match", "[3].answer", "[3].delay_ms", "[3].chunk_bytes", "[3].cut_after_chunks",
                "[3].colour", "[3].tool_calls[0]", "[3].tool_calls[1]", "[3].error.status", "[3].error.message",
                "[3].error.retry_after", "[3].error.reason", "[4].tool_calls", "[4].error",
            ])
    }

    @Test("no more rules are read than the limit")
    func limit() {
        let rule: JSONValue = ["match": "a"]
        for (count, problems) in [(MockRuleReader.maximumRules, 0), (MockRuleReader.maximumRules + 1, 1)] {
            let reader = MockRuleReader(.array(Array(repeating: rule, count: count)))
            #expect(reader.rules.count == MockRuleReader.maximumRules)
            #expect(reader.problems.count == problems)
        }
    }
}
