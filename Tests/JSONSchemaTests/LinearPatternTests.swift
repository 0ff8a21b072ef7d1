import JSONSchema
import Testing

@Suite struct LinearPatternTests {
    private struct Row: CustomTestStringConvertible, Sendable {
        var pattern: String
        var matching: [String]
        var other: [String]
        var testDescription: String { pattern }
    }

    private static let rows = [
        Row(pattern: "abc", matching: ["abc", "xabcx"], other: ["ab", "", "aBc"]),
        Row(pattern: "^a.c$", matching: ["abc", "a.c", "aéc"], other: ["abcd", "a\nc", "xabc"]),
        Row(pattern: "^(a|bc)+$", matching: ["a", "bca", "abcbc"], other: ["", "b", "abx"]),
        Row(pattern: "^a{2,3}$", matching: ["aa", "aaa"], other: ["a", "aaaa"]),
        Row(pattern: "^a{2}$", matching: ["aa"], other: ["a", "aaa"]),
        Row(pattern: "^a{2,}b?$", matching: ["aa", "aaaab"], other: ["ab"]),
        Row(pattern: #"^\d{4}-\d\d-\d\d$"#, matching: ["2026-01-31"], other: ["2026-1-31", "x2026-01-31"]),
        Row(pattern: #"^[A-Za-z_][\w-]*$"#, matching: ["a", "_b-9"], other: ["9a", "a b", ""]),
        Row(pattern: "[^a-c]", matching: ["d", "abcx"], other: ["abc", ""]),
        Row(pattern: #"^[\D]$"#, matching: ["x", "é"], other: ["5"]),
        Row(pattern: #"\bcat\b"#, matching: ["a cat.", "cat"], other: ["concat", "cats"]),
        Row(pattern: #"^\s*\S+\s*$"#, matching: [" x ", "xyz"], other: ["x y"]),
        Row(pattern: #"^\u00e9\x41\u{1F600}$"#, matching: ["éA😀"], other: ["eA😀"]),
        Row(pattern: "^(?:ab)*?$", matching: ["", "abab"], other: ["aba"]),
        Row(pattern: "^$", matching: [""], other: ["a"]),
        Row(pattern: "a||b", matching: ["", "x"], other: []),
        Row(pattern: #"^[\]\-\\]+$"#, matching: [#"]-\"#], other: ["a"]),
        Row(pattern: "^(a*)*$", matching: ["", "aaaa"], other: ["b"]),
    ]

    @Test("What matches and what does not", arguments: rows)
    private func matches(row: Row) throws {
        let pattern = try #require(LinearPattern(row.pattern))
        for text in row.matching { #expect(pattern.isFound(in: text), "\(text)") }
        for text in row.other { #expect(!pattern.isFound(in: text), "\(text)") }
    }

    @Test("Case is ignored where that is asked for")
    func ignoringCase() throws {
        let pattern = try #require(LinearPattern("^stra[ßx]e [a-c]É$", ignoringCase: true))
        #expect(pattern.isFound(in: "STRAXE Bé"))
        #expect(!pattern.isFound(in: "STRAXE De"))
    }

    @Test(
        "What is no pattern, or cannot be had in linear time, is not taken",
        arguments: [
            "(", ")", "[a", "*a", "a{2", "a{3,2}", #"(a)\1"#, "(?=a)", "(?<n>a)", "a{1001}", #"\"#, "[b-a]", #"\q"#,
        ])
    func notTaken(pattern: String) {
        #expect(LinearPattern(pattern) == nil)
    }

    @Test("The length of the program is bounded, one past the limit is not taken")
    func programLimit() {
        // 1,000 and the end fit four times, with three less.
        #expect(LinearPattern("a{1000}b{1000}c{1000}d{1000}e{95}") != nil)
        #expect(LinearPattern("a{1000}b{1000}c{1000}d{1000}e{96}") == nil)
        #expect(LinearPattern("(a{1000}){1000}") == nil)
    }

    @Test("The length of the text is bounded, however short the program would be")
    func textLimit() {
        func pattern(_ bytes: Int) -> String { "[" + String(repeating: "a", count: bytes - 2) + "]" }
        let limit = 16 * LinearPattern.maximumInstructions
        #expect(LinearPattern(pattern(limit))?.isFound(in: "a") == true)
        #expect(LinearPattern(pattern(limit + 1)) == nil)
    }

    @Test("Nesting is bounded")
    func nesting() {
        #expect(LinearPattern(String(repeating: "(", count: 63) + "a" + String(repeating: ")", count: 63)) != nil)
        #expect(LinearPattern(String(repeating: "(", count: 64) + "a" + String(repeating: ")", count: 64)) == nil)
    }

    @Test("Patterns that make others backtrack for years take their time in proportion to the text")
    func noBacktracking() throws {
        let text = String(repeating: "a", count: 20_000)
        for pattern in ["^(a+)+$", "^(a|a)*$", "^(a*)*b", "(a|aa)+$"] {
            let compiled = try #require(LinearPattern(pattern))
            _ = compiled.isFound(in: text + "!")
        }
    }

    @Test(
        "A search takes so many steps, which do not depend on what finds nothing; with one less it gives up",
        arguments: ["b", "^(a?){20}a{20}b", "[bc-d]|x", #"\bq\b"#])
    func stepLimit(pattern: String) throws {
        let compiled = try #require(LinearPattern(pattern))
        let text = String(repeating: "a", count: 100)
        var rest = 1_000_000
        #expect(compiled.isFound(in: text, steps: &rest) == false)
        let taken = 1_000_000 - rest
        #expect(taken > 100)
        var exact = taken
        #expect(compiled.isFound(in: text, steps: &exact) == false)
        #expect(exact == 0)
        var tooFew = taken - 1
        #expect(compiled.isFound(in: text, steps: &tooFew) == nil)
    }

    @Test("A text escaped stands for itself, signs with combining marks too")
    func escaping() throws {
        for text in ["a.b", "(", ".\u{301}", ")\u{301}[", #"\d"#] {
            let pattern = try #require(LinearPattern(LinearPattern.escaped(text)))
            #expect(pattern.isFound(in: "x\(text)y"))
            #expect(!pattern.isFound(in: "aXb d5"))
        }
    }
}
