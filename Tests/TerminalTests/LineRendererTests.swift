import Testing

@testable import Terminal

@Suite struct LineRendererTests {
    private static func content(_ text: String, cursor: Int? = nil, prompt: String = "> ") -> LineRenderer.Content {
        let characters = Array(text)
        return LineRenderer.Content(prompt: prompt, text: characters, cursor: cursor ?? characters.count)
    }

    /// What a text looks like on ten columns, and where the cursor is, with the cursor before that many characters.
    static let drawings: [(text: String, cursor: Int, rows: [String], row: Int, column: Int)] = [
        ("", 0, [">"], 0, 2),
        ("abc", 3, ["> abc"], 0, 5), ("abc", 0, ["> abc"], 0, 2),
        ("abcdefg", 7, ["> abcdefg"], 0, 9),
        // The last column is taken: the next character will be on the next line, and so is the cursor.
        ("abcdefgh", 8, ["> abcdefgh"], 1, 0), ("abcdefgh", 7, ["> abcdefgh"], 0, 9),
        ("abcdefghi", 9, ["> abcdefgh", "i"], 1, 1), ("abcdefghi", 8, ["> abcdefgh", "i"], 1, 0),
        ("one\ntwo", 7, ["> one", "  two"], 1, 5), ("one\ntwo", 3, ["> one", "  two"], 0, 5),
        ("one\ntwo", 4, ["> one", "  two"], 1, 2), ("one\n", 4, ["> one"], 1, 2),
        ("abcdefgh\nx", 8, ["> abcdefgh", "  x"], 0, 9), ("abcdefgh\nx", 9, ["> abcdefgh", "  x"], 1, 2),
        ("界界", 2, ["> 界界"], 0, 6), ("界界", 1, ["> 界界"], 0, 4),
        // A wide character does not fit in one column.
        ("abcdefg界", 8, ["> abcdefg", "界"], 1, 2), ("abcdefg界", 7, ["> abcdefg", "界"], 1, 0),
        ("🙂x", 1, ["> 🙂x"], 0, 4), ("e\u{301}x", 1, ["> e\u{301}x"], 0, 3),
        ("👩\u{200D}👩\u{200D}👧x", 1, ["> 👩\u{200D}👩\u{200D}👧x"], 0, 4),
        ("a\tb", 3, ["> a    b"], 0, 8), ("a\u{202E}b", 2, ["> a\\u{202E", "}b"], 1, 1),
    ]

    @Test(arguments: drawings.indices)
    func everyCharacterHasItsPlace(index: Int) {
        let drawing = Self.drawings[index]
        var renderer = LineRenderer()
        var screen = Screen(columns: 10)
        screen.write(renderer.draw(Self.content(drawing.text, cursor: drawing.cursor), columns: 10, rows: 24))
        #expect(screen.text == drawing.rows)
        #expect([screen.row, screen.column] == [drawing.row, drawing.column])
    }

    @Test func drawingAgainLeavesNothingOfBefore() {
        var generator = SeededGenerator(seed: 3)
        let alphabet: [Character] = ["a", "b", "界", "🙂", "e\u{301}", "\n", "\t", " "]
        for columns in [4, 5, 10, 33] {
            var renderer = LineRenderer()
            var screen = Screen(columns: columns)
            screen.write("before\r\n")
            let first = screen.row
            for _ in 0..<100 {
                let text = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                }
                let content = LineRenderer.Content(
                    prompt: "> ", text: text, cursor: Int.random(in: 0...text.count, using: &generator))
                screen.write(renderer.draw(content, columns: columns, rows: 100))
                var fresh = Screen(columns: columns)
                var freshRenderer = LineRenderer()
                fresh.write(freshRenderer.draw(content, columns: columns, rows: 100))
                #expect(Array(screen.text.dropFirst(first)) == fresh.text)
                #expect([screen.row - first, screen.column] == [fresh.row, fresh.column])
            }
            screen.write(renderer.erase())
            #expect([screen.row, screen.column] == [first, 0])
            #expect(screen.text.count <= first)
        }
    }

    @Test func finishingGoesBelowAllOfIt() {
        var renderer = LineRenderer()
        var screen = Screen(columns: 10)
        screen.write(renderer.draw(Self.content("one\ntwo\nthree", cursor: 1), columns: 10, rows: 24))
        screen.write(renderer.finish() + "next")
        #expect(screen.text == ["> one", "  two", "  three", "next"])
        #expect(!renderer.isVisible)
        #expect(renderer.finish() == "")
        #expect(renderer.erase() == "")
    }

    @Test func ofMoreRowsThanTheScreenHasThoseAroundTheCursorAreShown() {
        let text = (1...9).map { "line \($0)" }.joined(separator: "\n")
        for (cursor, rows) in [(text.count, 7...9), (0, 1...3), (7 * 4 + 2, 3...5)] as [(Int, ClosedRange<Int>)] {
            var renderer = LineRenderer()
            var screen = Screen(columns: 20)
            screen.write(renderer.draw(Self.content(text, cursor: cursor), columns: 20, rows: 3))
            #expect(screen.text == rows.map { ($0 == 1 ? "> " : "  ") + "line \($0)" })
        }
    }

    @Test func aNarrowerTerminalIsDrawnOverFromWhereTheFirstRowBegins() {
        var renderer = LineRenderer()
        // What a terminal makes of 18 columns of text on 10: two rows, the cursor in the second.
        _ = renderer.draw(Self.content("0123456789abcdef"), columns: 30, rows: 24)
        renderer.resize(columns: 10)
        #expect(renderer.draw(Self.content("x"), columns: 10, rows: 24).hasPrefix("\r\u{1B}[1A\u{1B}[J"))
    }

    @Test func aLongPromptTakesAsManyRowsAsItNeeds() {
        let table: [(prompt: String, rows: [String])] = [
            ("half> ", ["half> abc"]), ("more>> ", ["more>>", "abc"]), ("a long prompt> ", ["a long pro", "mpt> abc"]),
            ("a longer prompt> ", ["a longer p", "rompt>", "abc"]), ("0123456789", ["0123456789", "abc"]),
        ]
        for row in table {
            var renderer = LineRenderer()
            var screen = Screen(columns: row.prompt == "half> " ? 12 : 10)
            let columns = row.prompt == "half> " ? 12 : 10
            screen.write(renderer.draw(Self.content("abc", prompt: row.prompt), columns: columns, rows: 24))
            #expect(screen.text == row.rows)
            screen.write("!")
            #expect(screen.text.last?.hasSuffix("abc!") == true, "the cursor stands behind the text")
            screen.write(renderer.draw(Self.content("", prompt: "> "), columns: columns, rows: 24))
            #expect(screen.text == [">"])
        }
    }

    @Test func onlyThePromptIsStyled() {
        var renderer = LineRenderer(promptStyle: "\u{1B}[1m")
        #expect(renderer.draw(Self.content("x"), columns: 10, rows: 24) == "\r\u{1B}[J\u{1B}[1m> \u{1B}[0mx\r\u{1B}[3C")
        var other = LineRenderer(promptStyle: "\u{1B}[1m")
        #expect(
            other.draw(Self.content("x", prompt: "long> "), columns: 4, rows: 24)
                == "\r\u{1B}[J\u{1B}[1mlong\u{1B}[0m\r\n\u{1B}[1m> \u{1B}[0mx\r\u{1B}[3C")
    }
}
