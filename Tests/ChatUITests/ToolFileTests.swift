import Diagnostics
import JSON
import SessionProtocol
import Testing

@testable import ChatUI

@Suite struct ToolFileTests {
    private static func read(_ text: String) -> ToolFile { ToolFile(SourceText(.file("t.json"), text: text)) }

    private static func tool(_ name: String) -> String {
        #"{"type": "function", "function": {"name": "\#(name)", "parameters": {"type": "object"}}}"#
    }

    @Test func aGoodFileIsWhatTheServerGets() {
        let file = Self.read("[\(Self.tool("add")),\n \(Self.tool("sub"))]")
        #expect(file.problems == [])
        #expect(file.tools.compactMap { $0["function"]?["name"]?.string } == ["add", "sub"])
        #expect(Self.read("[]").problems == [])
    }

    @Test func everyFaultHasItsPlace() {
        let text = """
            [
              {"type": "function", "function": {"name": "a\\"dd"}},
              {"type": "function",
               "function": {"name": "good", "description": 7}},
              {"function": {}}, 3,
              \(Self.tool("two")), \(Self.tool("two"))
            ]
            """
        let problems = Self.read(text).problems
        #expect(
            problems.map { $0.prefix { $0 != " " } } == [
                "t.json:2:45:", "t.json:4:48:", "t.json:5:3:", "t.json:5:21:", "t.json:6:130:",
            ])
        #expect(problems[0].contains("`[0].function.name`"))
        #expect(problems[4].hasSuffix("there are two tools named `two`"))
    }

    @Test func whatIsNoJSONHasItsPlaceToo() {
        #expect(Self.read("[\n  {,}]").problems == ["t.json:2:4: no JSON: unexpected character"])
        #expect(Self.read("").problems == ["t.json:1:1: no JSON: unexpected end"])
        #expect(Self.read("{}").problems == ["t.json:1:1: must be an array of function definitions, not an object"])
    }

    @Test func thereIsALimit() {
        let most = (1...StartSessionParams.maximumTools).map { Self.tool("t\($0)") }
        #expect(Self.read("[\(most.joined(separator: ","))]").problems == [])
        let problems = Self.read("[\((most + [Self.tool("more")]).joined(separator: ",\n"))]").problems
        #expect(problems == ["t.json:129:1: 129 tools are more than the limit of 128"])
    }
}
