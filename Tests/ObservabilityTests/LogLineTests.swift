import Foundation
import Testing

@testable import Observability

struct LogLineTests {
    private let time = Timestamp(milliseconds: 1_798_761_599_007)

    private func line(
        _ format: LogFormat, _ message: String, _ fields: LogFields = [:], redactor: SecretRedactor = SecretRedactor()
    ) -> String {
        let line = LogLine(format: format, redactor: redactor)
        return String(decoding: line.bytes(.info, message, fields, at: time), as: UTF8.self)
    }

    @Test func `Text has time, level, message and fields`() {
        let text = line(.text, "connection opened", ["peer": "127.0.0.1:4711", "count": 3, "ratio": 0.5, "tls": true])
        #expect(
            text
                == "2026-12-31T23:59:59.007Z info    connection opened peer=127.0.0.1:4711 count=3 ratio=0.5 tls=true\n"
        )
    }

    @Test func `JSON is one object a line with the same content`() {
        let text = line(.json, "connection opened", ["peer": "127.0.0.1:4711", "count": 3, "ratio": 0.5, "tls": true])
        #expect(
            text == #"{"time":"2026-12-31T23:59:59.007Z","level":"info","message":"connection opened","#
                + #""peer":"127.0.0.1:4711","count":3,"ratio":0.5,"tls":true}"# + "\n")
    }

    @Test(arguments: [
        ("plain", "plain"),
        ("", #""""#),
        ("two words", #""two words""#),
        ("a=b", #""a=b""#),
        (#"say "hi""#, #""say \"hi\"""#),
        ("line\nfeed", #""line\nfeed""#),
        (#"C:\x"#, #""C:\\x""#),
        ("größe→", "größe→"),
    ])
    func `A field's text is quoted where a reader could misread it`(value: String, written: String) {
        #expect(line(.text, "m", ["k": .string(value)]).hasSuffix(" m k=\(written)\n"))
    }

    @Test(arguments: LogFormat.allCases)
    func `No text can end a line or drive a terminal`(format: LogFormat) {
        let controls = String(decoding: Array(0..<0x20) as [UInt8], as: UTF8.self)
        let text = line(format, controls, ["k": .string(controls)])
        #expect(text.utf8.dropLast().allSatisfy { $0 >= 0x20 })
        #expect(text.contains(#"\u001b"#))
    }

    @Test func `JSON stays JSON whatever the texts`() throws {
        let nasty = "\"\\\u{0}\u{1F}\u{7F}\u{2028}😀\n\t\r"
        let text = line(.json, nasty, ["k": .string(nasty), "nan": .double(.nan), "inf": .double(-.infinity)])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["message"] as? String == nasty)
        #expect(object["k"] as? String == nasty)
        #expect(object["nan"] is NSNull)
        #expect(object["inf"] is NSNull)
    }

    @Test func `A text at the limit is whole, one past it is cut at the end of a character`() {
        let limit = LogLine.maximumTextBytes
        let whole = String(repeating: "x", count: limit)
        #expect(line(.text, whole).hasSuffix(" \(whole)\n"))
        #expect(line(.text, whole + "y").hasSuffix(" \(whole)…\n"))
        let oneShort = String(repeating: "x", count: limit - 1)
        #expect(line(.text, oneShort + "ü").hasSuffix(" \(oneShort)…\n"))
        #expect(line(.text, "m", ["k": .string(whole + "y")]).hasSuffix(" k=\(whole)…\n"))
    }

    @Test(arguments: LogFormat.allCases)
    func `A secret is in neither message nor fields, also where the limit would cut it`(format: LogFormat) {
        let redactor = SecretRedactor()
        redactor.register("s\"cret")
        let padding = String(repeating: "x", count: LogLine.maximumTextBytes - 3)
        let text = line(
            format, "a s\"cret", ["k": "s\"cret", "long": .string(padding + "s\"cret")], redactor: redactor)
        #expect(!text.contains("cret"))
        #expect(!text.contains(#"s\""#))
        #expect(text.contains("[redacted]"))
    }
}
