import Diagnostics
import Testing

@testable import Configuration

/// What stands in a bracket that is not closed, or lacks a comma, is read all the same.
@Suite struct BracketMendingTests {
    private func outline(_ node: YAMLNode?) -> String {
        switch node?.content {
        case .scalar(let scalar): scalar.text
        case .sequence(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
        case .mapping(let pairs):
            "{" + pairs.map { "\(outline($0.key)): \(outline($0.value))" }.joined(separator: ", ") + "}"
        case nil: "-"
        }
    }

    @Test(
        "one fault is told, and everything is read",
        arguments: [
            ("a: [1, 2\nb: 3\n", "{a: [1, 2], b: 3}"), ("a: [1, 2", "{a: [1, 2]}"),
            ("a: {b: 1, c: 2\nd: 3\n", "{a: {b: 1, c: 2}, d: 3}"),
            ("a: [\n  1,\n  2\nb: 3\n", "{a: [1, 2], b: 3}"),
            ("a: [1, 2  # two\nb: 3\n", "{a: [1, 2], b: 3}"),
            ("a: ['#', \"]\" # x\nb: 3\n", "{a: [#, ]], b: 3}"),
            ("a: [\"1\" \"2\", 3]\nb: 4\n", "{a: [1, 2, 3], b: 4}"),
            ("a: [\"1\" \"2\" \"3\"]\nb: 4\n", "{a: [1, 2, 3], b: 4}"),
            ("a: [{b: 1, c: [2}, {d: 3}]\ne: 4\n", "{a: [{b: 1, c: [2]}, {d: 3}], e: 4}"),
            ("é: [\"ü\", \"ö\"\nb: 3\n", "{é: [ü, ö], b: 3}"),
            ("a: [1,\r\n  2\r\nb: 3\r\n", "{a: [1, 2], b: 3}"),
            ("a:\n  - [1, 2\n  - [3]\n", "{a: [[1, 2], [3]]}"),
            ("a: [\nb: 3\n", "{a: [], b: 3}"), ("a: [", "{a: []}"), ("a: {b: 1, ", "{a: {b: 1}}"),
            ("a: &n [\n# x\n", "{a: []}"),
        ])
    func mended(text: String, tree: String) {
        let document = YAMLDocument(parsing: SourceText(.file("a.yaml"), text: text))
        #expect(document.diagnostics.map(\.code.id) == ["AL009"])
        #expect(outline(document.root) == tree)
        #expect(!document.isComplete)
    }

    @Test("each bracket that lacks its end is told, the inner one first")
    func several() {
        let text = "a: [{b: [1\nc: 2\n"
        let source = SourceText(.file("a.yaml"), text: text)
        let document = YAMLDocument(parsing: source)
        #expect(outline(document.root) == "{a: [{b: [1]}], c: 2}")
        #expect(document.diagnostics.map(\.span.range) == [8..<9, 4..<5, 3..<4])
    }

    @Test(
        "what does not help is taken back, with the lines of the bracket, and nothing else is told of them",
        arguments: [
            "a: [1: 2: 3\nb: 4\n", "a: [\"1\": {b]: c]\nb: 4\n", "a: {b\n   c: d: e}\nb: 4\n",
        ])
    func inVain(text: String) {
        let document = YAMLDocument(parsing: SourceText(.file("a.yaml"), text: text))
        #expect(document.diagnostics.count == 1, "\(document.diagnostics)")
        #expect(outline(document.root).hasSuffix("b: 4}"), "\(outline(document.root))")
    }

    @Test("places behind what was put in are those of the source")
    func places() {
        let text = "a: [1, {b: 2\nc: {d: é, e: 5}\nf: [6\n"
        let source = SourceText(.file("a.yaml"), text: text)
        let document = YAMLDocument(parsing: source)
        guard case .mapping(let pairs) = document.root?.content else { return #expect(Bool(false)) }
        #expect(pairs.map { source.text(in: $0.key.range) } == ["a", "c", "f"])
        guard case .mapping(let inner) = pairs[1].value.content else { return #expect(Bool(false)) }
        #expect(inner.map { source.text(in: $0.value.range) } == ["é", "5"])
    }

    @Test("what stands in it is checked, but not what it lacks or is, nor a value behind which a comma was put")
    func checks() {
        let open = "openrouter:\n  model: a/b\n  fallback_models: [a/c, d, 5\n  max_retries: many\n"
        let key = ["OPENROUTER_API_KEY": "key"]
        #expect(
            load(open, environment: key).lines == [
                "AL009 3:20 what begins with `[` here does not go on with `,` or `]`",
                "AL049 3:26 `openrouter.fallback_models`: OpenRouter names its models `author/slug`",
                "AL030 3:29 `openrouter.fallback_models[2]` must be text, not the number `5`",
                "AL030 4:16 `openrouter.max_retries` must be a whole number, not text `many`",
            ])
        let tool = "ai_service: mock\ntools:\n  commands: [{name: a, timout_seconds: 5\nmock: {chunks: [\n"
        #expect(load(tool).codes == ["AL009", "AL009", "AL020", "AL009", "AL009"])
        #expect(load("ai_service: mock\nmock: {chunks: \"a\" first_chunk_ms: x}\n").codes == ["AL009", "AL033"])
    }

    @Test("a text of nothing but brackets is read as often as the limit of faults says")
    func limit() {
        var limits = YAMLLimits()
        limits.maximumSyntaxErrors = 4
        let open = { String(repeating: "[", count: $0) }
        let parse = { YAMLDocument(parsing: SourceText(.file("a.yaml"), text: $0), limits: limits) }
        #expect(parse("a: " + open(3)).root != nil)
        #expect(parse(open(4)).diagnostics.count <= 5)
        #expect(parse(open(60)).diagnostics.count <= 5)
    }
}
