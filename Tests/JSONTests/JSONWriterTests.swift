import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas and colons come by themselves`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.integer(1)
        writer.name("b")
        writer.beginArray()
        writer.string("x")
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.bool(true)
        writer.bool(false)
        writer.endArray()
        writer.name("c")
        writer.raw(Array(#"{"d":[]}"#.utf8))
        writer.name("e")
        writer.double(0.5)
        writer.endObject()
        #expect(text(writer) == #"{"a":1,"b":["x",null,{},true,false],"c":{"d":[]},"e":0.5}"#)
    }

    @Test func `a writer that starts over writes the next text from its beginning`() {
        var writer = JSONWriter()
        writer.string("first")
        writer.removeAll()
        writer.string("second")
        #expect(text(writer) == #""second""#)
    }

    @Test func `only quotes, backslashes and control characters are escaped`() {
        for code in UInt32(0)...0x20 {
            let scalar = Unicode.Scalar(UInt8(code))
            let short: [UInt32: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x20: " "]
            let hexadecimal = String(code, radix: 16)
            let expected = short[code] ?? "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            #expect(JSONValue.string(String(scalar)).jsonText == "\"" + expected + "\"")
        }
        #expect(JSONValue.string("a\"b\\c/d").jsonText == #""a\"b\\c/d""#)
        #expect(JSONValue.string("é€😀\u{7F}\u{2028}").jsonText == "\"é€😀\u{7F}\u{2028}\"")
    }

    @Test func `escapes are found wherever they stand in a text`() throws {
        for length in 0..<40 {
            for position in 0..<max(length, 1) {
                for special in ["\"", "\\", "\n", "\u{0}", "\u{1F}"] {
                    let text =
                        String(repeating: "x", count: position) + special
                        + String(repeating: "y", count: max(0, length - position - 1))
                    let value = JSONValue.string(text)
                    #expect(try JSONParser.parse(value.encoded()) == value)
                }
            }
        }
    }

    @Test func `integers of every size are written as they are`() {
        for value in [0, 1, -1, 9, 10, -10, 99, 100, 1_234_567_890, Int.max, Int.min] {
            var writer = JSONWriter()
            writer.integer(value)
            #expect(text(writer) == String(value))
        }
    }

    @Test func `doubles are written so that they read back alike, and never as something that is not JSON`() throws {
        for value in [
            0, 0.1, -0.5, 1e21, 1e22, 1e300, 1.7976931348623157e308, 123_456_789, 9_007_199_254_740_992,
            .leastNonzeroMagnitude,
        ] {
            var writer = JSONWriter()
            writer.double(value)
            #expect(try JSONParser.parse(writer.bytes).double == value)
        }
        for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
            var writer = JSONWriter()
            writer.double(value)
            #expect(text(writer) == "null")
        }
    }

    private func text(_ writer: JSONWriter) -> String {
        String(decoding: writer.bytes, as: UTF8.self)
    }
}
