import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
    /// Bytes as terminals send them, and what they mean.
    static let keys: [(bytes: String, event: KeyPress)] = [
        ("a", KeyPress(.character("a"))), ("é", KeyPress(.character("é"))), ("界", KeyPress(.character("界"))),
        ("🙂", KeyPress(.character("🙂"))), ("\u{301}", KeyPress(.character("\u{301}"))),
        ("\r", KeyPress(.enter)), ("\n", .control("j")), ("\t", KeyPress(.tab)), ("\u{7F}", KeyPress(.backspace)),
        ("\u{08}", KeyPress(.backspace)), ("\u{01}", .control("a")), ("\u{1A}", .control("z")),
        ("\u{00}", .control(" ")), ("\u{1F}", .control("_")),
        ("\u{1B}b", .alt("b")), ("\u{1B}é", .alt("é")), ("\u{1B}\r", KeyPress(.enter, .alt)),
        ("\u{1B}\u{7F}", KeyPress(.backspace, .alt)),
        ("\u{1B}[A", KeyPress(.up)), ("\u{1B}[B", KeyPress(.down)), ("\u{1B}[C", KeyPress(.right)),
        ("\u{1B}[D", KeyPress(.left)), ("\u{1B}OA", KeyPress(.up)), ("\u{1B}OH", KeyPress(.home)),
        ("\u{1B}OF", KeyPress(.end)), ("\u{1B}[H", KeyPress(.home)), ("\u{1B}[F", KeyPress(.end)),
        ("\u{1B}[1~", KeyPress(.home)), ("\u{1B}[4~", KeyPress(.end)), ("\u{1B}[7~", KeyPress(.home)),
        ("\u{1B}[8~", KeyPress(.end)), ("\u{1B}[3~", KeyPress(.delete)), ("\u{1B}[3;5~", KeyPress(.delete, .control)),
        ("\u{1B}[1;5D", KeyPress(.left, .control)), ("\u{1B}[1;3C", KeyPress(.right, .alt)),
        ("\u{1B}[1;2A", KeyPress(.up, .shift)), ("\u{1B}[Z", KeyPress(.tab, .shift)),
        ("\u{1B}[13;2u", KeyPress(.enter, .shift)), ("\u{1B}[27;2;13~", KeyPress(.enter, .shift)),
        ("\u{1B}[5~", KeyPress(.pageUp)), ("\u{1B}[6~", KeyPress(.pageDown)), ("\u{1B}[2~", KeyPress(.insert)),
    ]

    private static func decode(_ bytes: some Sequence<UInt8>) -> [TerminalEvent] {
        var decoder = KeyDecoder()
        return bytes.flatMap { decoder.feed($0) }
    }

    @Test(arguments: keys.indices)
    func aKeyIsKnownByItsBytes(index: Int) {
        let (bytes, press) = Self.keys[index]
        var decoder = KeyDecoder()
        #expect(bytes.utf8.flatMap { decoder.feed($0) } == [.key(press)])
        #expect(!decoder.isWaiting)
    }

    @Test func aFewKeysBehindEachOtherAreTheSameKeys() {
        // Nothing of one leaks into the next.
        let stream = Self.keys.flatMap { Array($0.bytes.utf8) }
        #expect(Self.decode(stream) == Self.keys.map { .key($0.event) })
    }

    @Test func aPasteComesAsOnePieceWithPlainLineBreaks() {
        let bytes = "x\u{1B}[200~one\rtwo\r\nthree\n\tfour\u{1B}[A\u{07}é\u{1B}[201~y"
        #expect(
            Self.decode(bytes.utf8) == [
                .key(KeyPress(.character("x"))), .paste("one\ntwo\nthree\n\tfour[Aé"), .key(KeyPress(.character("y"))),
            ])
    }

    @Test func anUnfinishedEndMarkBelongsToThePaste() {
        #expect(Self.decode("\u{1B}[200~a\u{1B}[20\u{1B}[201~".utf8) == [.paste("a[20")])
        #expect(Self.decode("\u{1B}[200~\u{1B}\u{1B}[201~".utf8) == [.paste("")])
    }

    @Test func aPasteIsCutAtItsLimit() {
        let text = String(repeating: "x", count: KeyDecoder.maximumPasteBytes)
        #expect(Self.decode("\u{1B}[200~\(text)\u{1B}[201~".utf8) == [.paste(text)])
        #expect(Self.decode("\u{1B}[200~\(text)y\u{1B}[201~z".utf8) == [.paste(text), .key(KeyPress(.character("z")))])
    }

    @Test func escapeIsKnownWhenNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.feed(0x1B) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.timeOut() == [.key(KeyPress(.escape))])
        #expect(!decoder.isWaiting)
        #expect(decoder.timeOut() == [])
        #expect(decoder.feed(UInt8(ascii: "b")) == [.key(KeyPress(.character("b")))])
    }

    @Test func aSequenceThatNeverEndsIsDropped() {
        var decoder = KeyDecoder()
        #expect("\u{1B}[1;".utf8.flatMap { decoder.feed($0) } == [])
        #expect(decoder.timeOut() == [])
        #expect(decoder.feed(UInt8(ascii: "D")) == [.key(KeyPress(.character("D")))])
    }

    @Test func unknownAndOverlongSequencesArePassedOver() {
        #expect(Self.decode("\u{1B}[?1;2ca".utf8) == [.key(KeyPress(.character("a")))])
        #expect(Self.decode("\u{1B}[[Aa".utf8) == [.key(KeyPress(.character("a")))])
        let limit = KeyDecoder.maximumSequenceBytes
        #expect(
            Self.decode("\u{1B}[\(String(repeating: "1", count: limit))~a".utf8).last == .key(KeyPress(.character("a")))
        )
        #expect(
            Self.decode("\u{1B}[\(String(repeating: "1", count: limit + 1))~a".utf8) == [
                .key(KeyPress(.character("a")))
            ])
    }

    @Test func whatIsNotUTF8IsAReplacementCharacter() {
        #expect(Self.decode([0xFF]) == [.key(KeyPress(.character("\u{FFFD}")))])
        #expect(
            Self.decode([0xC3, 0x41]) == [.key(KeyPress(.character("\u{FFFD}"))), .key(KeyPress(.character("A")))])
        #expect(Self.decode([0x80]) == [.key(KeyPress(.character("\u{FFFD}")))])
        #expect(Self.decode([0xC2, 0x9B]) == [])
    }

    @Test func noBytesStopIt() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var decoder = KeyDecoder()
            for _ in 0..<500 {
                // Those that mean something come often.
                let byte =
                    UInt8.random(in: 0...3, using: &generator) == 0
                    ? [0x1B, 0x5B, 0x4F, 0x32, 0x30, 0x7E, 0x3B].randomElement(using: &generator) ?? 0
                    : UInt8.random(in: 0...255, using: &generator)
                _ = decoder.feed(byte)
                if UInt8.random(in: 0...20, using: &generator) == 0 { _ = decoder.timeOut() }
            }
            // The end of any paste, and of anything else.
            for byte in "\u{1B}[201~".utf8 { _ = decoder.feed(byte) }
            _ = decoder.timeOut()
            #expect(decoder.feed(UInt8(ascii: "q")) == [.key(KeyPress(.character("q")))])
        }
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        // splitmix64
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
