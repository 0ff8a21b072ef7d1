import Configuration
import Diagnostics
import Testing

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String, _ limits: YAMLLimits = YAMLLimits()) -> YAMLDocument {
        YAMLDocument(parsing: SourceText(.file("a.yaml"), text: text), limits: limits)
    }

    /// The tree as text: mappings `{a: b}`, sequences `[a]`, plain scalars as they are, others between quotes.
    private func outline(_ node: YAMLNode?) -> String {
        switch node?.content {
        case nil: "nothing"
        case .scalar(let scalar): scalar.kind == .plain ? scalar.text : "\"\(scalar.text)\""
        case .sequence(let items): "[" + items.map { outline($0) }.joined(separator: ", ") + "]"
        case .mapping(let pairs):
            "{" + pairs.map { outline($0.key) + ": " + outline($0.value) }.joined(separator: ", ") + "}"
        }
    }

    @Test(
        "text becomes a tree",
        arguments: [
            ("a: 1\nb:\n  - c\n  - 'd'\n", "{a: 1, b: [c, \"d\"]}"), ("", "nothing"), ("# comment\n", "nothing"),
            ("---\na: b\n...\n", "{a: b}"),
            ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a: \"x\ny\n\", b: \"x y\"}"),
            ("{a: [1, {b: c}], \"d\": e}", "{a: [1, {b: c}], \"d\": e}"),
            ("a: !!str 1\nb: ! 2\nc: !!int '3'\n", "{a: \"1\", b: \"2\", c: 3}"), ("a: &x 1\nb: *x\n", "{a: 1, b: 1}"),
            ("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n", "{a: {p: 1, q: 2}, b: {q: 3, p: 1}}"),
            ("a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}\n", "{a: {p: 1}, b: {p: 2, q: 2}, c: {p: 1, q: 2}}"),
            ("a: {'<<': 1}\n", "{a: {\"<<\": 1}}"), ("a:\r\n  b: c\r\n", "{a: {b: c}}"),
            ("a:\r  b: c\r", "{a: {b: c}}"), ("\u{FEFF}a: b\n", "{a: b}"),
            ("a:\n", "{a: }"), ("日本: 🎉\n", "{日本: 🎉}"), ("%YAML 1.2\n---\na: b\n", "{a: b}"),
        ])
    func trees(text: String, expected: String) {
        let document = parse(text)
        #expect(outline(document.root) == expected)
        #expect(document.isComplete)
        #expect(document.diagnostics.isEmpty)
    }

    @Test("places are exact bytes, also behind wide characters and across the index's strides")
    func places() throws {
        let filler = String(repeating: "é", count: 1000)
        let text = "# \(filler)\n\"名\": 🎉x\nb: [\(filler), y]\n"
        let source = SourceText(.file("a.yaml"), text: text)
        let document = YAMLDocument(parsing: source)
        guard case .mapping(let pairs) = document.root?.content else {
            Issue.record("no mapping")
            return
        }
        #expect(pairs.map { source.text(in: $0.key.range) } == ["\"名\"", "b"])
        #expect(pairs.map { source.text(in: $0.value.range) }.first == "🎉x")
        guard case .sequence(let items) = pairs[1].value.content else {
            Issue.record("no sequence")
            return
        }
        #expect(items.map { source.text(in: $0.range) } == [filler, "y"])
        #expect(source.position(at: items[1].range.lowerBound).column == 1007)
    }

    @Test("nesting is read up to its limit, and refused one level past it")
    func depth() {
        var limits = YAMLLimits()
        limits.maximumDepth = 5
        let nested: (Int) -> String = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(parse(nested(5), limits).diagnostics.isEmpty)
        let past = parse(nested(6), limits)
        #expect(past.diagnostics.map(\.code.id) == ["AL012"])
        #expect(past.diagnostics.first?.span.range.lowerBound == 5)
        #expect(!past.isComplete)
    }

    @Test("what an alias stands for nests as if it stood there")
    func aliasDepth() {
        var limits = YAMLLimits()
        limits.maximumDepth = 5
        #expect(parse("- &a [[]]\n- [[*a]]\n", limits).diagnostics.isEmpty)
        let past = parse("- &a [[]]\n- [[[*a]]]\n", limits)
        #expect(past.diagnostics.map(\.code.id) == ["AL012"])
        #expect(past.diagnostics.first?.span.range == 15..<17)
    }

    @Test("nodes are read up to their limit, and refused one past it")
    func nodes() {
        var limits = YAMLLimits()
        limits.maximumNodes = 6
        #expect(parse("[1, 2, 3, 4, 5]", limits).diagnostics.isEmpty)
        #expect(parse("[1, 2, 3, 4, 5, 6]", limits).diagnostics.map(\.code.id) == ["AL012"])
    }

    @Test("what an alias stands for counts each time it is used")
    func aliasWeight() {
        var limits = YAMLLimits()
        // The sequence, the anchored one with its two, and each alias as itself and three more.
        limits.maximumNodes = 1 + 3 + 4 + 4
        #expect(parse("[&a [1, 2], *a, *a]", limits).diagnostics.isEmpty)
        limits.maximumNodes -= 1
        #expect(parse("[&a [1, 2], *a, *a]", limits).diagnostics.map(\.code.id) == ["AL012"])
    }

    @Test("the text that aliases stand for is read up to its limit, and refused one byte past it")
    func aliasedBytes() {
        var limits = YAMLLimits()
        limits.maximumAliasedBytes = 10
        #expect(parse("[&a [abc, {d: e}], *a, *a]", limits).diagnostics.isEmpty)
        let past = parse("[&a [abc, {d: ef}], *a, *a]", limits)
        #expect(past.diagnostics.map(\.message) == ["the aliases stand for more than 10B of text"])
        #expect(past.diagnostics.first?.span.range == 24..<26)
    }

    @Test("after a fault reading goes on behind its line, up to the limit of faults")
    func recovery() {
        let text = (0..<4).map { "k\($0):\n  a: 'x\n  b: 1\n" }.joined(separator: "") + "last: 1\n"
        let document = parse("first: 1\nbad: [\nsecond: 2\nworse: \"\\q\"\nthird: {a: b}\n- x\nfourth: 4\n")
        #expect(document.diagnostics.map(\.code.id) == ["AL009", "AL005", "AL008"])
        #expect(outline(document.root).contains("fourth: 4"))
        #expect(!document.isComplete)

        var limits = YAMLLimits()
        limits.maximumSyntaxErrors = 2
        let faulty = String(repeating: "k: @\n", count: 2)
        #expect(parse(faulty, limits).diagnostics.filter { $0.code.id == "AL005" }.count == 2)
        #expect(parse(faulty + "k: @\n", limits).diagnostics.filter { $0.code.id == "AL005" }.count == 2)
        #expect(!parse(text).diagnostics.isEmpty)
    }

    @Test("a duplicate is reported once, within a section and across a fault")
    func duplicates() {
        #expect(parse("a: 1\na: 2\na: 3\n").diagnostics.map(\.code.id) == ["AL010", "AL010"])
        #expect(parse("a: 1\nb: @\na: 2\n").diagnostics.map(\.code.id) == ["AL005", "AL010"])
        let document = parse("a: 1\na: 2\n")
        #expect(outline(document.root) == "{a: 1}")
    }

    @Test("members that one alias brings twice stand there once")
    func aliasedDuplicates() {
        let document = parse("x: &m {p: 1}\na: *m\na: *m\n")
        #expect(outline(document.root) == "{x: {p: 1}, a: {p: 1}}")
        #expect(document.diagnostics.map(\.code.id) == ["AL010"])
        #expect(parse("x: &m {p: 1}\na: {<<: *m}\na: {<<: *m}\n").diagnostics.count == 1)
    }

    @Test("what stands behind equal keys is put together, and each member is there once")
    func duplicateMappings() {
        let document = parse("a: {p: 1}\na: {q: 2, p: 3}\na: 4\n")
        #expect(outline(document.root) == "{a: {p: 1, q: 2}}")
        #expect(document.diagnostics.map(\.code.id) == ["AL010", "AL010", "AL010"])
    }

    @Test(
        "a fault takes its own lines with it, and no others",
        arguments: [
            ("a:\n  b: @x\n    c: 1\n  d: 1\n", "AL005", "{a: {d: 1}}"),
            ("a:\n  b: 1\n   c: 2\n   d: 3\n  e: 4\n", "AL008", "{a: {b: 1, e: 4}}"),
            ("a:\n  b: [1,\n  \"2\"\n  c: 3\n  d: 4\ne: 5\n", "AL009", "{a: {b: [1, \"2\"], c: 3, d: 4}, e: 5}"),
            ("a:\n  b: \"x\n  more\n  c: 3\n", "AL007", "{a: {c: 3}}"),
            ("a:\n  b: \"x\n  c: \"y\"\n  d: \"z\"\ne: \"1\"\n", "AL005", "{a: {d: \"z\"}, e: \"1\"}"),
            ("a:\n\tb: 1\n\tc: 1\n  d: 2\ne: 3\n", "AL006", "{a: {d: 2}, e: 3}"),
            ("a:\r\n  b: @x\r\n  c: 1\r\n", "AL005", "{a: {c: 1}}"),
            ("- é: @\n  b: 1\n- c\n", "AL005", "[c]"),
            ("a: &n\n  b: @x\nc: *n\nd: &m @x\ne: *m\nf: &k 1\ng: *k\n", "AL005 AL005", nil),
            ("a: [[[[[[]]]]]]\nb: @\nc: 1\n", "AL012 AL005", "{c: 1}"),
            ("a: &a [1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\nc: *b\nd: 1\n", "AL012", nil),
        ] as [(String, String, String?)])
    func faultyLines(text: String, codes: String, tree: String?) {
        var limits = YAMLLimits()
        limits.maximumDepth = 5
        limits.maximumNodes = 25
        let document = parse(text, limits)
        #expect(document.diagnostics.map(\.code.id).joined(separator: " ") == codes)
        if let tree { #expect(outline(document.root) == tree) }
        #expect(!document.isComplete)
    }

    @Test("a text is not read again and again beyond the limit of bytes")
    func readBytes() {
        var limits = YAMLLimits()
        let text = String(repeating: "k: @\n", count: 5)
        limits.maximumReadBytes = text.utf8.count * 3
        #expect(parse(text, limits).diagnostics.count == 3)
        limits.maximumReadBytes -= 1
        #expect(parse(text, limits).diagnostics.count == 2)
    }

    @Test("what is opened again and again and never closed is told up to the limit of faults")
    func openBrackets() {
        let text = String(repeating: "[\n", count: 40)
        #expect(parse(text).diagnostics.count == 20)
        var limits = YAMLLimits()
        limits.maximumReadBytes = text.utf8.count * 3
        #expect(parse(text, limits).diagnostics.count == 3)
    }

    @Test("before the first fault past the limit all is told, and nothing that comes of what is left out")
    func cut() {
        var limits = YAMLLimits()
        limits.maximumSyntaxErrors = 2
        let document = parse("a: 1\na: 2\nb: @\nc: @\nd: [1,\n  @,\n  2]\n", limits)
        #expect(document.diagnostics.map(\.code.id) == ["AL005", "AL005", "AL010"])
    }

    @Test("tags of the core schema are obeyed, whatever the quotes; others, and those that do not fit, are refused")
    func tags() {
        let kinds: [(String, CoreSchemaValue?)] = [
            ("!!int \"8000\"", .integer(8000)), ("!!bool 'true'", .boolean(true)), ("!!float 5", .number(5)),
            ("!!float \"1e3\"", .number(1000)), ("!!null ''", .null), ("!!str 5", .text), ("! 5", .text),
            ("!!int x", nil), ("!!int 1.5", nil), ("!!bool 1", nil), ("!!float x", nil), ("!foo \"x\"", nil),
            ("!foo x", nil), ("!!map x", nil), ("!!int [1]", nil), ("!!seq {a: 1}", nil),
        ]
        for (text, value) in kinds {
            let document = parse("a: \(text)\n")
            #expect(document.diagnostics.map(\.code.id) == (value == nil ? ["AL014"] : []), "\(text)")
            guard let value, case .mapping(let pairs) = document.root?.content else { continue }
            #expect(pairs[0].value.scalar?.resolved == value, "\(text)")
        }
    }

    @Test("a node's place is that of its content, without anchor and tag")
    func contentPlaces() {
        let texts = [
            ("a: &p abc\n", "abc"), ("a: !!int 5\n", "5"), ("a: &p !!str \"x y\"\n", "\"x y\""),
            ("a: &p [1]\n", "[1]"), ("a: &p\n  b: 1\n", "b: 1"), ("a: &p # why\n  - 1\n", "- 1"),
        ]
        for (text, expected) in texts {
            let source = SourceText(.file("a.yaml"), text: text)
            guard case .mapping(let pairs) = YAMLDocument(parsing: source).root?.content else {
                Issue.record("no mapping: \(text)")
                continue
            }
            #expect(source.text(in: pairs[0].value.range) == expected)
        }
    }

    @Test("merge keys take mappings only")
    func merge() {
        #expect(parse("a: {<<: 1}\n").diagnostics.map(\.code.id) == ["AL015"])
        #expect(parse("a: &a [1]\nb: {<<: *a}\n").diagnostics.map(\.code.id) == ["AL015"])
    }

    @Test("hostile texts cost bounded work")
    func hostile() {
        let size = 1 << 16
        let pieces = [
            "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "\"", "'", "|\n", "\t", "[a, ", "{a: ", "#", "\n", "a:\n",
            "%", "é: [\n",
        ]
        for piece in pieces {
            let text = String(repeating: piece, count: size / piece.utf8.count)
            let document = parse(text)
            #expect(document.diagnostics.count <= 200)
        }
    }
}

@Suite struct CoreSchemaValueTests {
    @Test(
        "plain scalars are what the YAML 1.2 core schema says",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .text),
            ("true", .boolean(true)),
            ("True", .boolean(true)), ("FALSE", .boolean(false)), ("tRUE", .text), ("yes", .text), ("no", .text),
            ("on", .text),
            ("0", .integer(0)), ("-0", .integer(0)), ("+12", .integer(12)), ("0123", .integer(123)),
            ("0o17", .integer(15)),
            ("0o18", .text), ("0xfF", .integer(255)), ("0xG", .text), ("0x", .text), ("0b1", .text), ("1_000", .text),
            ("1,000", .text),
            ("-0x1", .text), ("9223372036854775807", .integer(.max)), ("9223372036854775808", .integer(nil)),
            ("1.", .number(1)),
            (".5", .number(0.5)), ("-1.5e3", .number(-1500)), ("1e3", .number(1000)), ("1E+2", .number(100)),
            ("1e", .text), (".", .text),
            ("-.", .text), (".e1", .text), ("1.2.3", .text), ("+", .text), ("-", .text), (".inf", .number(.infinity)),
            ("-.Inf", .number(-.infinity)), ("+.INF", .number(.infinity)), ("inf", .text), ("0x1p3", .text),
            ("12:30", .text), ("٣", .text),
            ("1 ", .text),
        ] as [(String, CoreSchemaValue)])
    func values(text: String, value: CoreSchemaValue) {
        #expect(CoreSchemaValue(text) == value)
    }

    @Test("not a number is one")
    func notANumber() {
        for text in [".nan", ".NaN", ".NAN"] {
            guard case .number(let value) = CoreSchemaValue(text) else {
                Issue.record("\(text) is no number")
                continue
            }
            #expect(value.isNaN)
        }
    }
}
