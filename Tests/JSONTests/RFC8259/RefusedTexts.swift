import JSON

/// A text that is no JSON, or none that is taken here, and what is said of it.
struct RefusedText: Sendable {
    let bytes: [UInt8]
    let error: JSONParseError

    init(_ bytes: [UInt8], _ kind: JSONParseError.Kind, _ offset: Int) {
        self.bytes = bytes
        error = JSONParseError(kind: kind, offset: offset)
    }

    init(_ text: String, _ kind: JSONParseError.Kind, _ offset: Int) {
        self.init(Array(text.utf8), kind, offset)
    }

    /// A string that holds `bytes`, of which those at `offset` (counting without the quote) are at fault.
    init(string bytes: [UInt8], _ kind: JSONParseError.Kind, _ offset: Int = 0) {
        self.init(quoted(bytes), kind, offset + 1)
    }

    static let all = numbers + literals + whitespace + strings + surrogates + characters + arrays + objects + endings
}

extension RefusedText {
    /// §6.
    private static let numbers: [RefusedText] = [
        RefusedText("-", .unexpectedEnd, 1), RefusedText("+1", .invalidNumber, 0), RefusedText("+", .invalidNumber, 0),
        RefusedText("--1", .invalidNumber, 1), RefusedText("-+1", .invalidNumber, 1),
        RefusedText("-a", .invalidNumber, 1),
        RefusedText("- 1", .invalidNumber, 1), RefusedText("00", .invalidNumber, 1),
        RefusedText("01", .invalidNumber, 1),
        RefusedText("-01", .invalidNumber, 2), RefusedText("-00", .invalidNumber, 2),
        RefusedText("01.5", .invalidNumber, 1), RefusedText(".5", .invalidNumber, 0),
        RefusedText(".", .invalidNumber, 0),
        RefusedText("-.5", .invalidNumber, 1), RefusedText("1.", .unexpectedEnd, 2),
        RefusedText("[1.]", .invalidNumber, 3),
        RefusedText("1.e1", .invalidNumber, 2), RefusedText("1.-5", .invalidNumber, 2),
        RefusedText("1..5", .invalidNumber, 2), RefusedText("1.2.3", .invalidNumber, 3),
        RefusedText("1e", .unexpectedEnd, 2),
        RefusedText("1E+", .unexpectedEnd, 3), RefusedText("1e-", .unexpectedEnd, 3),
        RefusedText("[1e]", .invalidNumber, 3),
        RefusedText("1ee1", .invalidNumber, 2), RefusedText("1e1.5", .invalidNumber, 3),
        RefusedText("1e1e1", .invalidNumber, 3), RefusedText("1e+-1", .invalidNumber, 3),
        RefusedText("e1", .unexpectedCharacter, 0),
        RefusedText("1-", .invalidNumber, 1), RefusedText("1+1", .invalidNumber, 1),
        RefusedText("1-1", .invalidNumber, 1),
        RefusedText("0x10", .invalidNumber, 1), RefusedText("0b1", .invalidNumber, 1),
        RefusedText("0o7", .invalidNumber, 1),
        RefusedText("1a", .invalidNumber, 1), RefusedText("1_000", .trailingCharacters, 1),
        RefusedText("1,000", .trailingCharacters, 1),
        RefusedText("1f", .invalidNumber, 1), RefusedText("1n", .invalidNumber, 1),
        RefusedText("$1", .unexpectedCharacter, 0),
        RefusedText("NaN", .unexpectedCharacter, 0), RefusedText("nan", .unexpectedCharacter, 1),
        RefusedText("Infinity", .unexpectedCharacter, 0), RefusedText("-Infinity", .invalidNumber, 1),
        RefusedText("-NaN", .invalidNumber, 1), RefusedText("inf", .unexpectedCharacter, 0),
        RefusedText("１", .unexpectedCharacter, 0), RefusedText("٣", .unexpectedCharacter, 0),
        RefusedText("−1", .unexpectedCharacter, 0), RefusedText("1 000", .trailingCharacters, 2),
        RefusedText("1\u{0}", .trailingCharacters, 1),
    ]

    /// §3.
    private static let literals: [RefusedText] = [
        RefusedText("t", .unexpectedEnd, 1), RefusedText("tru", .unexpectedEnd, 3), RefusedText("f", .unexpectedEnd, 1),
        RefusedText("fals", .unexpectedEnd, 4), RefusedText("nul", .unexpectedEnd, 3),
        RefusedText("n", .unexpectedEnd, 1),
        RefusedText("True", .unexpectedCharacter, 0), RefusedText("TRUE", .unexpectedCharacter, 0),
        RefusedText("tRue", .unexpectedCharacter, 1), RefusedText("False", .unexpectedCharacter, 0),
        RefusedText("Null", .unexpectedCharacter, 0), RefusedText("nulL", .unexpectedCharacter, 3),
        RefusedText("truE", .unexpectedCharacter, 3), RefusedText("truefalse", .trailingCharacters, 4),
        RefusedText("nullx", .trailingCharacters, 4), RefusedText("[truex]", .unexpectedCharacter, 5),
        RefusedText("undefined", .unexpectedCharacter, 0), RefusedText("None", .unexpectedCharacter, 0),
        RefusedText("yes", .unexpectedCharacter, 0), RefusedText("a", .unexpectedCharacter, 0),
        RefusedText("t\u{0}rue", .unexpectedCharacter, 1), RefusedText("tr ue", .unexpectedCharacter, 2),
    ]

    /// §2: nothing but space, tab, line feed, carriage return; no comments. §8.1: no byte order mark.
    private static let whitespace: [RefusedText] = [
        RefusedText("", .unexpectedEnd, 0), RefusedText(" ", .unexpectedEnd, 1),
        RefusedText("\n\t\r ", .unexpectedEnd, 4),
        RefusedText("\u{B}1", .unexpectedCharacter, 0), RefusedText("\u{C}1", .unexpectedCharacter, 0),
        RefusedText("1\u{C}", .trailingCharacters, 1), RefusedText("\u{0}", .unexpectedCharacter, 0),
        RefusedText("\u{85}1", .unexpectedCharacter, 0), RefusedText("\u{A0}1", .unexpectedCharacter, 0),
        RefusedText("1\u{A0}", .trailingCharacters, 1), RefusedText("\u{2028}1", .unexpectedCharacter, 0),
        RefusedText("\u{3000}1", .unexpectedCharacter, 0), RefusedText("[\u{2003}]", .unexpectedCharacter, 1),
        RefusedText("\u{FEFF}1", .byteOrderMark, 0), RefusedText("\u{FEFF}", .byteOrderMark, 0),
        RefusedText(" \u{FEFF}1", .unexpectedCharacter, 1), RefusedText("1\u{FEFF}", .trailingCharacters, 1),
        RefusedText([0xEF, 0xBB], .unexpectedCharacter, 0),
        RefusedText([0xFE, 0xFF, 0x00, 0x31], .unexpectedCharacter, 0),
        RefusedText([0xFF, 0xFE, 0x31, 0x00], .unexpectedCharacter, 0),
        RefusedText("// comment\n1", .unexpectedCharacter, 0), RefusedText("1 // comment", .trailingCharacters, 2),
        RefusedText("/* comment */ 1", .unexpectedCharacter, 0), RefusedText("# comment\n1", .unexpectedCharacter, 0),
        RefusedText("[1/**/]", .unexpectedCharacter, 2),
    ]

    /// §7. All control characters are in `controlCharacters`.
    private static let strings: [RefusedText] =
        controlCharacters + [
            RefusedText("\"", .unexpectedEnd, 1), RefusedText("\"a", .unexpectedEnd, 2),
            RefusedText("'a'", .unexpectedCharacter, 0),
            RefusedText("`a`", .unexpectedCharacter, 0), RefusedText("“a”", .unexpectedCharacter, 0),
            RefusedText("\"a\"\"", .trailingCharacters, 3), RefusedText("\"a\"b", .trailingCharacters, 3),
            RefusedText(#""\"#, .unexpectedEnd, 2), RefusedText(#""\""#, .unexpectedEnd, 3),
            RefusedText(#""\a""#, .invalidEscape, 2), RefusedText(#""\v""#, .invalidEscape, 2),
            RefusedText(#""\0""#, .invalidEscape, 2), RefusedText(#""\1""#, .invalidEscape, 2),
            RefusedText(#""\'""#, .invalidEscape, 2), RefusedText(#""\x41""#, .invalidEscape, 2),
            RefusedText(#""\N""#, .invalidEscape, 2), RefusedText(#""\U0041""#, .invalidEscape, 2),
            RefusedText(#""\ ""#, .invalidEscape, 2), RefusedText("\"\\\n\"", .invalidEscape, 2),
            RefusedText("\"\\é\"", .invalidEscape, 2), RefusedText(#""\u""#, .invalidEscape, 3),
            RefusedText(#""\u004""#, .invalidEscape, 6), RefusedText(#""\u00g1""#, .invalidEscape, 5),
            RefusedText(#""\u 041""#, .invalidEscape, 3), RefusedText(#""\u+041""#, .invalidEscape, 3),
            RefusedText(#""\u-041""#, .invalidEscape, 3), RefusedText(#""\u{41}""#, .invalidEscape, 3),
            RefusedText(#""\u00:0""#, .invalidEscape, 5), RefusedText(#""\u00@0""#, .invalidEscape, 5),
            RefusedText(#""\u00`0""#, .invalidEscape, 5), RefusedText(#""\u００４１""#, .invalidEscape, 3),
            RefusedText(#""\u004"#, .unexpectedEnd, 6), RefusedText(#""\u"#, .unexpectedEnd, 3),
            RefusedText("\"abcdefgh\u{1}\"", .controlCharacter, 9), RefusedText("\"a\r\nb\"", .controlCharacter, 2),
        ]

    private static let controlCharacters = (0x00...0x1F).map { RefusedText(string: [$0], .controlCharacter) }

    /// §8.2 leaves unpaired halves to the reader: they are refused, as no string here could hold them.
    private static let surrogates: [RefusedText] = [
        RefusedText(#""\uD800""#, .loneSurrogate, 1), RefusedText(#""\uDBFF""#, .loneSurrogate, 1),
        RefusedText(#""\uDC00""#, .loneSurrogate, 1), RefusedText(#""\uDFFF""#, .loneSurrogate, 1),
        RefusedText(#""a\ud800b""#, .loneSurrogate, 2), RefusedText(#""\uD800\n""#, .loneSurrogate, 1),
        RefusedText(#""\uD800\\""#, .loneSurrogate, 1), RefusedText(#""\uD800\u0041""#, .loneSurrogate, 1),
        RefusedText(#""\uD800\uD800""#, .loneSurrogate, 1), RefusedText(#""\uD800\uDBFF""#, .loneSurrogate, 1),
        RefusedText(#""\uD800\uE000""#, .loneSurrogate, 1), RefusedText(#""\uDC00\uD800""#, .loneSurrogate, 1),
        RefusedText(#""\uD83D\uDE00\uD83D""#, .loneSurrogate, 13), RefusedText(#""\uD83D \uDE00""#, .loneSurrogate, 1),
        RefusedText(#""\uD83Dx""#, .loneSurrogate, 1), RefusedText(#""\uD83D\uDE0""#, .invalidEscape, 12),
        RefusedText(#""\uD83D\uDEg0""#, .invalidEscape, 11), RefusedText(#""\uD83D\UDE00""#, .loneSurrogate, 1),
        RefusedText(#""\uD83D"#, .unexpectedEnd, 7), RefusedText(#""\uD83D\"#, .unexpectedEnd, 8),
        RefusedText(#""\uD83D\u"#, .unexpectedEnd, 9), RefusedText(#""\uD83D\uDE0"#, .unexpectedEnd, 12),
        RefusedText(#"{"\uD800":1}"#, .loneSurrogate, 2),
    ]

    /// §8.1 and RFC 3629 §4.
    private static let characters: [RefusedText] = [
        RefusedText(string: [0x80], .invalidUTF8), RefusedText(string: [0xBF], .invalidUTF8),
        RefusedText(string: [0x61, 0x80], .invalidUTF8, 1), RefusedText(string: [0xC0, 0x80], .invalidUTF8),
        RefusedText(string: [0xC0, 0xAF], .invalidUTF8), RefusedText(string: [0xC1, 0xBF], .invalidUTF8),
        RefusedText(string: [0xC2], .invalidUTF8), RefusedText(string: [0xC2, 0x41], .invalidUTF8),
        RefusedText(string: [0xC2, 0xC2, 0x80], .invalidUTF8), RefusedText(string: [0xC3, 0x28], .invalidUTF8),
        RefusedText(string: [0xE0, 0x80, 0x80], .invalidUTF8), RefusedText(string: [0xE0, 0x9F, 0xBF], .invalidUTF8),
        RefusedText(string: [0xE1, 0x80], .invalidUTF8), RefusedText(string: [0xE1, 0x80, 0x41], .invalidUTF8),
        RefusedText(string: [0xE1, 0x41, 0x80], .invalidUTF8), RefusedText(string: [0xED, 0xA0, 0x80], .invalidUTF8),
        RefusedText(string: [0xED, 0xAF, 0xBF], .invalidUTF8), RefusedText(string: [0xED, 0xB0, 0x80], .invalidUTF8),
        RefusedText(string: [0xED, 0xBF, 0xBF], .invalidUTF8),
        RefusedText(string: [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], .invalidUTF8),
        RefusedText(string: [0xF0, 0x80, 0x80, 0x80], .invalidUTF8),
        RefusedText(string: [0xF0, 0x8F, 0xBF, 0xBF], .invalidUTF8),
        RefusedText(string: [0xF1, 0x80, 0x80], .invalidUTF8),
        RefusedText(string: [0xF1, 0x80, 0x80, 0x41], .invalidUTF8),
        RefusedText(string: [0xF4, 0x90, 0x80, 0x80], .invalidUTF8),
        RefusedText(string: [0xF5, 0x80, 0x80, 0x80], .invalidUTF8),
        RefusedText(string: [0xF8, 0x88, 0x80, 0x80, 0x80], .invalidUTF8), RefusedText(string: [0xFE], .invalidUTF8),
        RefusedText(string: [0xFF], .invalidUTF8), RefusedText(string: [0xC3, 0xA9, 0xFF], .invalidUTF8, 2),
        RefusedText(string: Array("abcdefgh".utf8) + [0xFF], .invalidUTF8, 8),
        RefusedText([0x22, 0xC2], .unexpectedEnd, 2), RefusedText([0x22, 0xE1, 0x80], .unexpectedEnd, 3),
        RefusedText([0x22, 0xF1, 0x80, 0x80], .unexpectedEnd, 4), RefusedText([0x22, 0xE0, 0x80], .invalidUTF8, 1),
        RefusedText("é", .unexpectedCharacter, 0), RefusedText([0xFF], .unexpectedCharacter, 0),
        RefusedText([0x7B] + quoted([0xFF]) + Array(":1}".utf8), .invalidUTF8, 2),
    ]

    /// §5.
    private static let arrays: [RefusedText] = [
        RefusedText("[", .unexpectedEnd, 1), RefusedText("]", .unexpectedCharacter, 0),
        RefusedText("[1", .unexpectedEnd, 2),
        RefusedText("[1,", .unexpectedEnd, 3), RefusedText("[1,]", .unexpectedCharacter, 3),
        RefusedText("[,1]", .unexpectedCharacter, 1), RefusedText("[,]", .unexpectedCharacter, 1),
        RefusedText("[1,,2]", .unexpectedCharacter, 3), RefusedText("[1 2]", .unexpectedCharacter, 3),
        RefusedText("[1;2]", .unexpectedCharacter, 2), RefusedText("[1:2]", .unexpectedCharacter, 2),
        RefusedText("[1}", .unexpectedCharacter, 2), RefusedText("[[]", .unexpectedEnd, 3),
        RefusedText("[]]", .trailingCharacters, 2),
        RefusedText("[\"a\":1]", .unexpectedCharacter, 4), RefusedText("[\"a\" \"b\"]", .unexpectedCharacter, 5),
        RefusedText("[...]", .invalidNumber, 1), RefusedText("(1)", .unexpectedCharacter, 0),
        RefusedText("[-]", .invalidNumber, 2),
    ]

    /// §4.
    private static let objects: [RefusedText] = [
        RefusedText("{", .unexpectedEnd, 1), RefusedText("}", .unexpectedCharacter, 0),
        RefusedText("{]", .unexpectedCharacter, 1),
        RefusedText("{\"a\"", .unexpectedEnd, 4), RefusedText("{\"a\"}", .unexpectedCharacter, 4),
        RefusedText("{\"a\":", .unexpectedEnd, 5), RefusedText("{\"a\":}", .unexpectedCharacter, 5),
        RefusedText("{\"a\":1", .unexpectedEnd, 6), RefusedText("{\"a\":1,", .unexpectedEnd, 7),
        RefusedText("{\"a\":1,}", .unexpectedCharacter, 7), RefusedText("{\"a\":1]", .unexpectedCharacter, 6),
        RefusedText("{\"a\":1 \"b\":2}", .unexpectedCharacter, 7),
        RefusedText("{\"a\":1,,\"b\":2}", .unexpectedCharacter, 7),
        RefusedText("{\"a\" 1}", .unexpectedCharacter, 5), RefusedText("{\"a\",1}", .unexpectedCharacter, 4),
        RefusedText("{\"a\"=1}", .unexpectedCharacter, 4), RefusedText("{\"a\"::1}", .unexpectedCharacter, 5),
        RefusedText("{:1}", .unexpectedCharacter, 1), RefusedText("{,}", .unexpectedCharacter, 1),
        RefusedText("{a:1}", .unexpectedCharacter, 1), RefusedText("{'a':1}", .unexpectedCharacter, 1),
        RefusedText("{1:1}", .unexpectedCharacter, 1), RefusedText("{null:1}", .unexpectedCharacter, 1),
        RefusedText("{[]:1}", .unexpectedCharacter, 1), RefusedText("{{}}", .unexpectedCharacter, 1),
        RefusedText("{\"a\":1,\"b\"}", .unexpectedCharacter, 10), RefusedText("{\"a", .unexpectedEnd, 3),
        RefusedText("{\"a\\", .unexpectedEnd, 4), RefusedText("{\"a\n\":1}", .controlCharacter, 3),
    ]

    /// §2: one value.
    private static let endings: [RefusedText] = [
        RefusedText("1 2", .trailingCharacters, 2), RefusedText("null null", .trailingCharacters, 5),
        RefusedText("[][]", .trailingCharacters, 2), RefusedText("{}{}", .trailingCharacters, 2),
        RefusedText("{}\n{}", .trailingCharacters, 3), RefusedText("{}x", .trailingCharacters, 2),
        RefusedText("\"a\" \"b\"", .trailingCharacters, 4), RefusedText("1,", .trailingCharacters, 1),
        RefusedText("{},", .trailingCharacters, 2), RefusedText("[1]]", .trailingCharacters, 3),
        RefusedText("{}\u{0}", .trailingCharacters, 2), RefusedText("true;", .trailingCharacters, 4),
    ]
}
