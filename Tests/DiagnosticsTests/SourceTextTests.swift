import Diagnostics
import Testing

@Suite struct SourceTextTests {
    @Test("lines end at LF, CR LF and CR, and columns count code points")
    func positions() {
        let source = SourceText(.file("a"), text: "ab\ncé🎉x\r\nd\re")
        let expected: [(Int, Int, Int)] = [
            (0, 1, 1), (2, 1, 3), (3, 2, 1), (4, 2, 2), (6, 2, 3), (10, 2, 4), (11, 2, 5), (13, 3, 1), (14, 3, 2),
            (15, 4, 1),
            (16, 4, 2), (99, 4, 2), (-1, 1, 1),
        ]
        for (offset, line, column) in expected {
            #expect(source.position(at: offset) == position(line, column), "offset \(offset)")
        }
    }

    private func position(_ line: Int, _ column: Int) -> SourcePosition {
        var position = SourcePosition.start
        position.line = line
        position.column = column
        return position
    }

    @Test("a line's bytes are those between its line breaks")
    func lineRanges() {
        let source = SourceText(.file("a"), text: "ab\r\n\ncd\n")
        #expect(source.lineRange(at: 0) == 0..<2)
        #expect(source.lineRange(at: 3) == 0..<2)
        #expect(source.lineRange(at: 4) == 4..<4)
        #expect(source.lineRange(at: 6) == 5..<7)
        #expect(source.lineRange(at: 8) == 8..<8)
        #expect(Array(source.lines) == [0..<2, 4..<4, 5..<7, 8..<8])
    }

    @Test("a range is widened to whole characters, within the text")
    func wholeCharacters() {
        // a: 0, é: 1–2, 🎉: 3–6
        let source = SourceText(.file("a"), text: "aé🎉")
        let expected: [(Range<Int>, Range<Int>)] = [
            (0..<1, 0..<1), (1..<2, 1..<3), (2..<3, 1..<3), (2..<4, 1..<7), (3..<3, 3..<3), (5..<6, 3..<7),
            (6..<99, 3..<7), (7..<7, 7..<7), (50..<99, 7..<7),
        ]
        for (range, whole) in expected { #expect(source.wholeCharacters(around: range) == whole, "\(range)") }
    }

    @Test("a byte order mark is dropped and invalid UTF-8 replaced")
    func repairs() {
        let source = SourceText(.file("a"), bytes: [0xEF, 0xBB, 0xBF, 0x61, 0xFF, 0x62])
        #expect(source.text(in: 0..<source.bytes.count) == "a\u{FFFD}b")
        #expect(source.position(at: 4).column == 3)
    }

    @Test("empty text has one empty line")
    func empty() {
        let source = SourceText(.file("a"), text: "")
        #expect(source.position(at: 0) == .start)
        #expect(Array(source.lines) == [0..<0])
    }

    @Test("origins are named for people and for programs")
    func names() {
        let origins: [SourceOrigin] = [.file("a\u{1B}.yaml"), .file("-"), .environmentVariable("X"), .option("port")]
        #expect(
            origins.map(\.displayName) == [
                "a\\u{1B}.yaml", "standard input", "environment variable X", "option --port",
            ])
        #expect(origins.map(\.name) == ["a\u{1B}.yaml", "-", "environment:X", "option:--port"])
    }
}

@Suite struct DiagnosticListTests {
    private func diagnostic(_ number: Int, _ severity: Severity = .error) -> Diagnostic {
        Diagnostic(DiagnosticCode("T1", "test"), "\(number)", at: SourceSpan(startOf: .file("a")), severity: severity)
    }

    @Test("diagnostics are kept up to the limit, and counted beyond it")
    func limit() {
        var list = DiagnosticList(maximumCount: 2)
        for number in 0..<2 { list.add(diagnostic(number)) }
        #expect(list.diagnostics.count == 2)
        #expect(list.droppedCount == 0)
        list.add(diagnostic(2))
        #expect(list.diagnostics.count == 2)
        #expect(list.droppedCount == 1)
        #expect(list.errorCount == 3)
    }

    @Test("the same diagnostic stands once, and warnings are no errors")
    func duplicates() {
        var list = DiagnosticList()
        list.add(diagnostic(1, .warning))
        list.add(diagnostic(1, .warning))
        #expect(list.diagnostics.count == 1)
        #expect(list.errorCount == 0)
    }
}
