import Diagnostics
import JSON
import Testing

@Suite struct TextRendererTests {
    private let code = DiagnosticCode("T001", "test")
    private let origin = SourceOrigin.file("a.yaml")

    /// Renders a diagnostic under the first place where `part` stands in `text`.
    private func render(_ text: String, under part: String, help: String? = nil, redacting secret: String? = nil)
        -> String
    {
        var source = SourceText(origin, text: text)
        if let secret { source.redact(CollectionOfOne(range(of: secret, in: text))) }
        var catalog = SourceCatalog()
        catalog.add(source)
        let span = SourceSpan(origin, range(of: part, in: text))
        return TextRenderer(catalog: catalog).render(Diagnostic(code, "wrong", at: span, help: help))
    }

    private func range(of part: String, in text: String) -> Range<Int> {
        guard let range = text.firstRange(of: part) else { return 0..<0 }
        let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
        return start..<start + part.utf8.count
    }

    @Test("the source line stands under its place, with a caret under each column of the span")
    func plain() {
        #expect(
            render("a: 1\nport: x\n", under: "x", help: "write a number") == """
                error[T001]: wrong
                 --> a.yaml:2:7
                  |
                2 | port: x
                  |       ^
                  = help: write a number

                """)
    }

    @Test("wide characters take two carets, tabs are spaces, combining marks nothing, joined emoji are one")
    func widths() {
        let table: [(String, String, String, String)] = [
            ("名前: 値", "値", "名前: 値", "      ^^"),
            ("\ta\tb", "b", "    a   b", "        ^"),
            ("e\u{301}x: y", "y", "e\u{301}x: y", "    ^"),
            ("👩‍💻👍🏽: x", "x", "👩‍💻👍🏽: x", "      ^"),
            ("☂️ x", "x", "☂️ x", "   ^"),
            ("가나 x", "나", "가나 x", "  ^^"),
            ("ﾊﾝ x", "x", "ﾊﾝ x", "   ^"),
        ]
        for (text, part, line, carets) in table {
            let lines = render(text, under: part).split(separator: "\n")
            #expect(lines[3] == "1 | \(line)")
            #expect(lines[4] == "  | \(carets)")
        }
    }

    @Test("control characters and what reorders text never reach the terminal")
    func unsafe() {
        let text = render("a\u{1B}[31m\u{202E}b: x", under: "x")
        #expect(text.contains("a\u{FFFD}[31m\u{FFFD}b: x"))
        let message = TextRenderer(catalog: SourceCatalog())
            .render(Diagnostic(code, "bad \u{1B}[0m", at: SourceSpan(startOf: origin)))
        #expect(message == "error[T001]: bad \\u{1B}[0m\n --> a.yaml\n")
    }

    @Test("a secret is shown as stars of the same number")
    func redaction() {
        let text = render("key: hunter2 x", under: "x", redacting: "hunter2")
        #expect(text.contains("1 | key: ******* x\n  |              ^\n"))
    }

    @Test("a long line is cut on both sides of the span")
    func longLine() {
        let text = String(repeating: "é", count: 500) + "HERE" + String(repeating: "名", count: 500)
        let lines = render(text, under: "HERE").split(separator: "\n")
        #expect(lines[3].count < 130)
        #expect(lines[3].contains("…"))
        let caret = lines[4].firstIndex(of: "^").map { lines[4].distance(from: lines[4].startIndex, to: $0) }
        let here = lines[3].firstRange(of: "HERE").map {
            lines[3].distance(from: lines[3].startIndex, to: $0.lowerBound)
        }
        #expect(caret == here)
    }

    @Test("a span over several lines has carets to the end of the first")
    func severalLines() {
        let source = SourceText(origin, text: "abc\ndef\n")
        var catalog = SourceCatalog()
        catalog.add(source)
        let text = TextRenderer(catalog: catalog).render(Diagnostic(code, "wrong", at: SourceSpan(origin, 1..<6)))
        #expect(text.contains("1 | abc\n  |  ^^\n"))
    }

    @Test("second places follow, with numbers aligned")
    func related() {
        let text = "a: 1\n\n\n\n\n\n\n\n\na: 2\n"
        var catalog = SourceCatalog()
        catalog.add(SourceText(origin, text: text))
        let related = [Diagnostic.Related(SourceSpan(origin, 0..<1), "first here")]
        let diagnostic = Diagnostic(
            code, "twice", at: SourceSpan(origin, 13..<14), severity: .warning, related: related)
        #expect(
            TextRenderer(catalog: catalog).render(diagnostic) == """
                warning[T001]: twice
                  --> a.yaml:10:1
                   |
                10 | a: 2
                   | ^
                  ::: a.yaml:1:1: first here
                   |
                 1 | a: 1
                   | ^

                """)
    }

    @Test("variables and options have no line numbers")
    func otherSources() {
        let origin = SourceOrigin.environmentVariable("AILOOP_X")
        var catalog = SourceCatalog()
        catalog.add(SourceText(origin, text: "abc"))
        let text = TextRenderer(catalog: catalog).render(Diagnostic(code, "wrong", at: SourceSpan(origin, 0..<3)))
        #expect(text == "error[T001]: wrong\n --> environment variable AILOOP_X\n  |\n1 | abc\n  | ^^^\n")
    }

    @Test("colour is used only where asked for, and says nothing that the words do not")
    func colour() {
        var catalog = SourceCatalog()
        catalog.add(SourceText(origin, text: "abc"))
        let diagnostic = Diagnostic(code, "wrong", at: SourceSpan(origin, 0..<3), help: "right")
        let plain = TextRenderer(catalog: catalog).render(diagnostic)
        let coloured = TextRenderer(catalog: catalog, usesColour: true).render(diagnostic)
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[1;31m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    }
}

@Suite struct JSONRendererTests {
    @Test("every diagnostic has its place from 1, in code points, with the end behind it")
    func shape() throws {
        let origin = SourceOrigin.file("a.yaml")
        var catalog = SourceCatalog()
        catalog.add(SourceText(origin, text: "名: 🎉x\ny\n"))
        let diagnostics = [
            Diagnostic(
                DiagnosticCode("T001", "test"), "wrong `x`", at: SourceSpan(origin, 9..<12), help: "right",
                related: [Diagnostic.Related(SourceSpan(origin, 0..<3), "here too")]),
            Diagnostic(
                DiagnosticCode("T002", "test"), "odd", at: SourceSpan(startOf: .option("port")), severity: .warning),
        ]
        var renderer = JSONRenderer()
        renderer.add(diagnostics, from: catalog)
        let value = try JSONParser.parse(renderer.finished())
        let expected: JSONValue = [
            "version": 1,
            "diagnostics": [
                [
                    "code": "T001", "severity": "error", "message": "wrong `x`", "help": "right", "file": "a.yaml",
                    "line": 1, "column": 5, "endLine": 2, "endColumn": 2,
                    "related": [
                        [
                            "message": "here too", "file": "a.yaml", "line": 1, "column": 1, "endLine": 1,
                            "endColumn": 2,
                        ]
                    ],
                ],
                [
                    "code": "T002", "severity": "warning", "message": "odd", "file": "option:--port", "line": 1,
                    "column": 1, "endLine": 1, "endColumn": 1,
                ],
            ],
        ]
        #expect(value == expected)
    }

    @Test("no diagnostics are an empty list")
    func empty() {
        #expect(String(decoding: JSONRenderer().finished(), as: UTF8.self) == #"{"version":1,"diagnostics":[]}"#)
    }
}
