import Testing

@testable import Terminal

/// An editor and the keys given to it, in the spelling of the tests.
private struct Typist {
    var editor: LineEditor
    private var decoder = KeyDecoder()

    init(history: [String] = [], completions: [String] = []) {
        editor = LineEditor(
            history: InputHistory(history), completer: { typed in completions.filter { $0.hasPrefix(typed) } })
    }

    /// Types bytes as a terminal sends them; the effect of the last key.
    @discardableResult
    mutating func type(_ bytes: String) -> LineEditor.Effect? {
        var effect: LineEditor.Effect?
        for byte in bytes.utf8 {
            for event in decoder.feed(byte) { effect = editor.handle(event) }
        }
        return effect
    }

    /// The text with `|` where the cursor is.
    var shown: String {
        String(editor.text[..<editor.cursor]) + "|" + String(editor.text[editor.cursor...])
    }
}

private let left = "\u{1B}[D"
private let right = "\u{1B}[C"
private let up = "\u{1B}[A"
private let down = "\u{1B}[B"
private let altEnter = "\u{1B}\r"
private let backspace = "\u{7F}"

@Suite struct LineEditorTests {
    /// What is typed, and what stands there then.
    static let edits: [(typed: String, shown: String)] = [
        ("abc", "abc|"), ("abc" + left, "ab|c"), ("abc" + left + "x", "abx|c"), ("abc" + left + right, "abc|"),
        ("abc\u{01}x", "x|abc"), ("abc\u{01}\u{05}x", "abcx|"), ("abc\u{1B}[Hx", "x|abc"),
        ("abc\u{1B}[H\u{1B}[Fx", "abcx|"),
        ("abc\u{02}\u{02}\u{06}x", "abx|c"),
        ("abc" + backspace, "ab|"), ("abc" + left + "\u{1B}[3~", "ab|"), ("abc" + left + left + "\u{04}", "a|c"),
        ("abc" + left + "\u{0B}", "ab|"), ("abc" + left + "\u{15}", "|c"),
        ("one two\u{17}", "one |"), ("one two\u{17}\u{17}", "|"), ("one a/b\u{17}", "one |"),
        ("one a/b\u{1B}\u{7F}", "one a/|"),
        ("one two\u{1B}b", "one |two"), ("one two\u{1B}b\u{1B}b", "|one two"), ("one two\u{01}\u{1B}f", "one| two"),
        ("one two\u{1B}[1;5D", "one |two"), ("one two\u{01}\u{1B}[1;5C", "one| two"), ("one two\u{01}\u{1B}d", "| two"),
        ("one two\u{15}\u{19}", "one two|"), ("one two\u{17}\u{17}\u{19}", "one two|"),
        ("one two\u{17}x\u{17}\u{19}", "one x|"), ("one two\u{01}\u{1B}d\u{1B}d\u{19}", "one two|"),
        ("abcd\u{14}", "abdc|"), ("abcd" + left + left + "\u{14}", "acb|d"),
        ("a\nb", "a\nb|"), ("a" + altEnter + "b", "a\nb|"), ("a\\\rb", "a\nb|"), ("a\u{1B}[13;2ub", "a\nb|"),
        ("one\ntwo\u{01}x", "one\nx|two"), ("one\ntwo" + up + "x", "onex|\ntwo"),
        ("one\nt" + up + "\u{05}x", "onex|\nt"),
        ("one\nlonger" + up + down + "x", "one\nlonxger".replacing("xg", with: "x|g")),
        ("one\ntwo\u{1B}<x", "x|one\ntwo"), ("one\ntwo\u{1B}<\u{1B}>x", "one\ntwox|"),
        ("one\ntwo" + up + "\u{0B}", "one|two"), ("one\ntwo\u{01}\u{15}", "one|two"),
        ("e\u{301}", "e\u{301}|"), ("xe\u{301}" + backspace, "x|"), ("界🙂" + left + "x", "界x|🙂"),
        ("👩\u{200D}👩\u{200D}👧" + left, "|👩\u{200D}👩\u{200D}👧"), ("🇩🇪x" + left + backspace, "|x"),
        ("a\u{1B}[200~one\rtwo\u{1B}[201~b", "aone\ntwob|"),
        ("abc\u{03}", "|"),
    ]

    @Test(arguments: edits.indices)
    func keysDoWhatTheyDoInAShell(index: Int) {
        var typist = Typist()
        typist.type(Self.edits[index].typed)
        #expect(typist.shown == Self.edits[index].shown)
    }

    @Test func enterSubmitsAllOfItFromAnywhere() {
        var typist = Typist()
        #expect(typist.type("one\ntwo" + up + "\r") == .submitted("one\ntwo"))
        #expect(typist.shown == "|")
        #expect(typist.type("\r") == .submitted(""))
    }

    @Test func aBackslashInTheMiddleIsOne() {
        var typist = Typist()
        #expect(typist.type("a\\b" + left + "\r") == .submitted("a\\b"))
    }

    @Test func controlKeysOnAnEmptyLineLeave() {
        var typist = Typist()
        #expect(typist.type("\u{03}") == .interrupted)
        #expect(typist.type("\u{04}") == .ended)
        #expect(typist.type("a\u{03}") == .changed)
        #expect(typist.type("a\u{01}\u{04}") == .changed)
        #expect(typist.type("\u{1A}") == .suspended)
        #expect(typist.type("\u{0C}") == .screenCleared)
    }

    @Test func keysWithoutUseRing() {
        var typist = Typist()
        for key in [
            left, right, up, down, backspace, "\u{0B}", "\u{15}", "\u{17}", "\u{19}", "\u{14}", "\u{1B}[5~", "\t",
        ] {
            #expect(typist.type(key) == .rang, "\(key.debugDescription)")
        }
    }

    @Test func theHistoryIsWalkedAndEditsInItAreKept() {
        var typist = Typist(history: ["first", "second"])
        typist.type("draft" + up)
        #expect(typist.shown == "second|")
        typist.type("!" + up)
        #expect(typist.shown == "first|")
        #expect(typist.type(up) == .rang)
        typist.type(down)
        #expect(typist.shown == "second!|")
        typist.type(down)
        #expect(typist.shown == "draft|")
        #expect(typist.type(down) == .rang)
        // Entered: the history itself is as it was.
        typist.type(up + "\r" + up)
        #expect(typist.shown == "second|")
    }

    @Test func reverseSearchFindsWhatWasEntered() {
        var typist = Typist(history: ["make build", "cat file", "make Test", "ls"])
        typist.type("draft\u{12}make")
        #expect(typist.shown == "|make Test")
        #expect(typist.editor.search?.query == "make")
        typist.type("\u{12}")
        #expect(typist.shown == "|make build")
        typist.type("\u{12}")
        #expect(typist.editor.search?.hasFailed == true)
        #expect(typist.shown == "|make build")
        typist.type(backspace + "e t")
        #expect(typist.shown == "|make Test")
        #expect(typist.editor.search?.hasFailed == false)
        #expect(typist.type("\r") == .submitted("make Test"))
        #expect(typist.editor.search == nil)
    }

    @Test func aSearchIsLeftByAnyOtherKeyAndTakenBackByControlG() {
        var typist = Typist(history: ["make build"])
        typist.type("draft\u{12}bui\u{07}")
        #expect(typist.shown == "draft|")
        typist.type("\u{12}bui\u{05}x")
        #expect(typist.shown == "make buildx|")
        #expect(typist.editor.search == nil)
        typist.type("\u{12}zzz\u{03}")
        #expect(typist.shown == "make buildx|")
    }

    @Test func tabCompletes() {
        var typist = Typist(completions: ["/help", "/history", "/save "])
        typist.type("/s\t")
        #expect(typist.shown == "/save |")
        typist.type("\u{15}/\t")
        #expect(typist.shown == "/|")
        #expect(typist.type("h\t") == .offered(["/help", "/history"]))
        typist.type("i\t")
        #expect(typist.shown == "/history|")
        #expect(typist.type("x\t") == .rang)
    }

    @Test func theTextEndsAtItsLimit() {
        var typist = Typist()
        let most = String(repeating: "x", count: LineEditor.maximumCharacters)
        #expect(typist.editor.handle(.paste(most)) == .changed)
        #expect(typist.type("y") == .rang)
        #expect(typist.editor.text.count == LineEditor.maximumCharacters)
        typist.type(backspace)
        #expect(typist.editor.handle(.paste("yz")) == .rang)
        #expect(typist.type("y") == .changed)
    }

    @Test func noKeysBreakIt() {
        let keys =
            KeyDecoderTests.keys.map(\.bytes) + ["\u{12}", "\u{19}", "\u{17}", "\u{0B}", "\u{15}", "\u{14}", "\u{07}"]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            var typist = Typist(history: ["one", "two\nthree", "é界"], completions: ["/a", "/ab"])
            for _ in 0..<300 {
                typist.type(keys.randomElement(using: &generator) ?? "")
                #expect(0...typist.editor.text.count ~= typist.editor.cursor)
                // Each is one character, as the screen will show it.
                #expect(Array(String(typist.editor.text)).count <= typist.editor.text.count)
            }
        }
    }
}
