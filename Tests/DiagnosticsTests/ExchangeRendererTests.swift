import Diagnostics
import JSON
import Testing

/// The two forms for other programs: SARIF and GitHub's workflow commands.
@Suite struct ExchangeRendererTests {
    private let code = DiagnosticCode("T001", "a test")
    private let file = SourceOrigin.file("dir/a b:c.yaml")

    private var catalog: SourceCatalog {
        var catalog = SourceCatalog()
        catalog.add(SourceText(file, text: "a: 1\n名前: x, y\n"))
        return catalog
    }

    /// `x` in the second line: column 5 in code points, byte 13.
    private var diagnostic: Diagnostic {
        Diagnostic(
            code, "wrong, 100%", at: SourceSpan(file, 13..<14), severity: .warning, help: "do: this",
            related: [Diagnostic.Related(SourceSpan(file, 0..<1), "first")])
    }

    private func sarif(_ diagnostics: [Diagnostic]) throws -> JSONValue {
        var renderer = SARIFRenderer(
            tool: .init(name: "tool", version: "1.2.3"),
            rules: [.init(DiagnosticCode("T000", "other"), story: "Other."), .init(code, story: "A story.")])
        renderer.add(diagnostics, from: catalog)
        return try JSONParser.parse(renderer.finished())
    }

    @Test("a SARIF log has one run with the tool, its rules and the results")
    func log() throws {
        let log = try sarif([diagnostic])
        #expect(log["version"] == "2.1.0")
        #expect(log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json")
        let run = try #require(log["runs"]?.array?.first)
        #expect(run["columnKind"] == "unicodeCodePoints")
        #expect(run["tool"]?["driver"]?["name"] == "tool")
        #expect(run["tool"]?["driver"]?["rules"]?.array?.map { $0["id"] } == ["T000", "T001"])
        let place: JSONValue = ["uri": "dir/a%20b%3Ac.yaml"]
        let expected: JSONValue = [
            "ruleId": "T001", "ruleIndex": 1, "level": "warning", "message": ["text": "wrong, 100%. Help: do: this"],
            "locations": [
                [
                    "physicalLocation": [
                        "artifactLocation": place,
                        "region": ["startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 6],
                    ]
                ]
            ],
            "relatedLocations": [
                [
                    "physicalLocation": [
                        "artifactLocation": place,
                        "region": ["startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2],
                    ], "id": 1, "message": ["text": "first"],
                ]
            ],
        ]
        #expect(run["results"] == [expected])
        #expect(try sarif([])["runs"]?.array?.first?["results"] == [])
    }

    @Test(
        "what stands in no file has a logical location; a file that was not read has no region; standard input a name")
    func places() throws {
        let spans = [
            SourceSpan(startOf: .environmentVariable("A")), SourceSpan(startOf: .file("/missing")),
            SourceSpan(startOf: .file("-")),
        ]
        let run = try sarif(spans.map { Diagnostic(code, "x", at: $0) })["runs"]?.array?.first
        let locations = run?["results"]?.array?.map { $0["locations"]?.array?.first }
        #expect(locations?[0] == ["logicalLocations": [["name": "environment:A", "kind": "variable"]]])
        #expect(locations?[1] == ["physicalLocation": ["artifactLocation": ["uri": "file:///missing"]]])
        #expect(locations?[2] == ["physicalLocation": ["artifactLocation": ["uri": "stdin"]]])
    }

    @Test("a workflow command has the place as properties, and one line however many its message has")
    func github() {
        let text = GitHubRenderer(catalog: catalog).render(diagnostic)
        #expect(
            text == "::warning file=dir/a b%3Ac.yaml,line=2,col=5,endLine=2,endColumn=6,title=T001"
                + "::wrong, 100%25%0Adir/a b:c.yaml:1: first%0Ahelp: do: this\n")
        let variable = Diagnostic(code, "x\r\n::error::y", at: SourceSpan(startOf: .environmentVariable("A")))
        #expect(
            GitHubRenderer(catalog: catalog).render(variable)
                == "::error title=T001::environment variable A: x\\u{D}\\u{A}::error::y\n")
    }
}
