import JSON

/// A text that RFC 8259 allows, and what it says.
struct AcceptedText: Sendable {
    let bytes: [UInt8]
    let value: JSONValue

    init(_ bytes: [UInt8], _ value: JSONValue) {
        self.bytes = bytes
        self.value = value
    }

    init(_ text: String, _ value: JSONValue) {
        self.init(Array(text.utf8), value)
    }

    /// A number, which keeps the text that it was written in.
    init(number: String) {
        self.init(number, .number(JSONNumber(validated: number)))
    }

    /// A string that holds `bytes` as they are.
    init(string bytes: [UInt8], _ value: String) {
        self.init(quoted(bytes), .string(value))
    }

    static let all = numbers + literals + whitespace + escapes + surrogates + characters + structures + repeatedNames
}

func quoted(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
}

/// `depth` brackets inside each other.
func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}

extension AcceptedText {
    /// §6.
    private static let numbers: [AcceptedText] = [
        "0", "-0", "1", "-1", "9", "10", "-10", "1234567890", "100", "0.0", "-0.0", "0.5", "-0.5", "1.25", "10.01",
        "0.000001", "1.000", "1e1", "1E1", "1e+1", "1E+1", "1e-1", "1E-1", "0e0", "0E0", "-0e-0", "0.0e-0", "1.5e300",
        "1e01", "1e0001", "1.0E+01", "1e400", "-1e400", "1e-400", "1e1000000000", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "123456789012345678901234567890", String(repeating: "7", count: 400),
        "0." + String(repeating: "3", count: 400), "3.14159265358979323846264338327950288", "4.9e-324",
        "1.7976931348623157e308",
    ].map { AcceptedText(number: $0) }

    /// §3.
    private static let literals: [AcceptedText] = [
        AcceptedText("true", true), AcceptedText("false", false), AcceptedText("null", nil),
    ]

    /// §2.
    private static let whitespace: [AcceptedText] = [
        AcceptedText(" null", nil), AcceptedText("null ", nil), AcceptedText("\tnull", nil),
        AcceptedText("\nnull", nil),
        AcceptedText("\rnull", nil), AcceptedText("\r\n\t null \t\n\r", nil), AcceptedText(" 0 ", 0),
        AcceptedText("[ ]", []), AcceptedText("[\n]", []), AcceptedText("{ }", [:]), AcceptedText("{\t\r\n }", [:]),
        AcceptedText(" [ 1 , 2 ] ", [1, 2]), AcceptedText(" { \"a\" : 1 , \"b\" : 2 } ", ["a": 1, "b": 2]),
        AcceptedText("{\"a\"\n:\n1\n,\n\"b\"\n:\n2\n}", ["a": 1, "b": 2]),
        AcceptedText(String(repeating: " ", count: 1000) + "1", 1),
    ]

    /// §7.
    private static let escapes: [AcceptedText] = [
        AcceptedText("\"\"", ""), AcceptedText(#""a""#, "a"), AcceptedText(#""\"""#, "\""),
        AcceptedText(#""\\""#, "\\"), AcceptedText(#""\/""#, "/"), AcceptedText(#""/""#, "/"),
        AcceptedText(#""\b""#, "\u{8}"), AcceptedText(#""\f""#, "\u{C}"), AcceptedText(#""\n""#, "\n"),
        AcceptedText(#""\r""#, "\r"), AcceptedText(#""\t""#, "\t"), AcceptedText(#""\\n""#, "\\n"),
        AcceptedText(#""\\\"""#, "\\\""), AcceptedText(#""\u0000""#, "\u{0}"), AcceptedText(#""\u001f""#, "\u{1F}"),
        AcceptedText(#""\u0022""#, "\""), AcceptedText(#""\u005C""#, "\\"), AcceptedText(#""\u0041""#, "A"),
        AcceptedText(#""\u00e9""#, "é"), AcceptedText(#""\u00E9""#, "é"), AcceptedText(#""\u20aC""#, "€"),
        AcceptedText(#""\uFFFF""#, "\u{FFFF}"), AcceptedText(#""\uD7FF""#, "\u{D7FF}"),
        AcceptedText(#""\uE000""#, "\u{E000}"), AcceptedText(#""\uFEFF""#, "\u{FEFF}"),
        AcceptedText(#""a\nb\tc\\d\"e\/f\u0067""#, "a\nb\tc\\d\"e/fg"), AcceptedText(#""\u0041\u0042""#, "AB"),
        AcceptedText(#""\u00412""#, "A2"), AcceptedText(#""abcdefg\n""#, "abcdefg\n"),
        AcceptedText(#""abcdefgh\n""#, "abcdefgh\n"), AcceptedText(#""'""#, "'"), AcceptedText(#""[{,:}]""#, "[{,:}]"),
        AcceptedText(#""// no comment""#, "// no comment"),
    ]

    /// §8.2, and RFC 2781 §2.2 for how two halves become one character.
    private static let surrogates: [AcceptedText] = [
        AcceptedText(#""\uD800\uDC00""#, "\u{10000}"), AcceptedText(#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        AcceptedText(#""\uD834\uDD1E""#, "\u{1D11E}"), AcceptedText(#""\ud83d\ude00""#, "😀"),
        AcceptedText(#""\uD83d\uDe00""#, "😀"), AcceptedText(#""x\ud83d\ude00y""#, "x😀y"),
        AcceptedText(#""\ud83d\ude00\ud83d\ude01""#, "😀😁"), AcceptedText(#""\uD800\uDFFF""#, "\u{103FF}"),
        AcceptedText(#""\uDBFF\uDC00""#, "\u{10FC00}"),
    ]

    /// §8.1: the first and the last character of each length in UTF-8, and their neighbours that are none.
    private static let characters: [AcceptedText] = [
        AcceptedText(string: [0x20], " "), AcceptedText(string: [0x7F], "\u{7F}"),
        AcceptedText(string: [0xC2, 0x80], "\u{80}"), AcceptedText(string: [0xDF, 0xBF], "\u{7FF}"),
        AcceptedText(string: [0xE0, 0xA0, 0x80], "\u{800}"), AcceptedText(string: [0xE1, 0x80, 0x80], "\u{1000}"),
        AcceptedText(string: [0xEC, 0xBF, 0xBF], "\u{CFFF}"), AcceptedText(string: [0xED, 0x80, 0x80], "\u{D000}"),
        AcceptedText(string: [0xED, 0x9F, 0xBF], "\u{D7FF}"), AcceptedText(string: [0xEE, 0x80, 0x80], "\u{E000}"),
        AcceptedText(string: [0xEF, 0xBB, 0xBF], "\u{FEFF}"), AcceptedText(string: [0xEF, 0xBF, 0xBD], "\u{FFFD}"),
        AcceptedText(string: [0xEF, 0xBF, 0xBF], "\u{FFFF}"),
        AcceptedText(string: [0xF0, 0x90, 0x80, 0x80], "\u{10000}"),
        AcceptedText(string: [0xF1, 0x80, 0x80, 0x80], "\u{40000}"),
        AcceptedText(string: [0xF3, 0xBF, 0xBF, 0xBF], "\u{FFFFF}"),
        AcceptedText(string: [0xF4, 0x80, 0x80, 0x80], "\u{100000}"),
        AcceptedText(string: [0xF4, 0x8F, 0xBF, 0xBF], "\u{10FFFF}"),
        AcceptedText("\"\u{2028}\u{2029}\"", "\u{2028}\u{2029}"),
        AcceptedText("\"\u{85}\u{A0}\"", "\u{85}\u{A0}"), AcceptedText("\"日本語 ünï 😀\"", "日本語 ünï 😀"),
        AcceptedText("\"abcdefgé\"", "abcdefgé"), AcceptedText("\"abcdefghé\"", "abcdefghé"),
        AcceptedText("\"e\u{301}\"", "e\u{301}"),
    ]

    /// §4 and §5; how deep, see ``RFC8259Tests``.
    private static let structures: [AcceptedText] = [
        AcceptedText("[]", []), AcceptedText("{}", [:]), AcceptedText("[null]", [nil]), AcceptedText("[[]]", [[]]),
        AcceptedText("[{}]", [[:]]), AcceptedText("[1,2,3]", [1, 2, 3]), AcceptedText("[[],[[]],{}]", [[], [[]], [:]]),
        AcceptedText("[true,false,null,0,\"\",[],{}]", [true, false, nil, 0, "", [], [:]]),
        AcceptedText("{\"a\":1}", ["a": 1]), AcceptedText("{\"\":0}", ["": 0]),
        AcceptedText("{\"a\":{\"a\":1}}", ["a": ["a": 1]]),
        AcceptedText("{\"a\":[],\"b\":{},\"c\":null}", ["a": [], "b": [:], "c": nil]),
        AcceptedText("{\"b\":1,\"a\":2}", ["b": 1, "a": 2]), AcceptedText("{\"\\u0061\\n\":1}", ["a\n": 1]),
        AcceptedText("{\"日本\":1}", ["日本": 1]), AcceptedText("{\"\\ud83d\\ude00\":1}", ["😀": 1]),
        AcceptedText(
            "[" + String(repeating: "[],", count: 600) + "[]]", .array([JSONValue](repeating: [], count: 601))),
        AcceptedText("[" + String(repeating: "0,", count: 5000) + "0]", .array([JSONValue](repeating: 0, count: 5001))),
    ]

    /// §4 leaves to the reader what a name that stands twice means: here the last value wins, in the first one's place.
    private static let repeatedNames: [AcceptedText] = [
        AcceptedText("{\"a\":1,\"a\":2}", ["a": 2]), AcceptedText("{\"a\":1,\"b\":2,\"a\":3}", ["a": 3, "b": 2]),
        AcceptedText("{\"a\":1,\"a\":2,\"a\":3}", ["a": 3]), AcceptedText("{\"a\":1,\"\\u0061\":2}", ["a": 2]),
        AcceptedText("{\"\":1,\"\":2}", ["": 2]), AcceptedText("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", ["a": ["c": 2]]),
        AcceptedText("[{\"a\":1},{\"a\":2}]", [["a": 1], ["a": 2]]),
        AcceptedText("{\"a\":1,\"A\":2}", ["a": 1, "A": 2]),
        AcceptedText("{\"é\":1,\"e\u{301}\":2}", ["é": 1, "e\u{301}": 2]),
    ]
}
