import AILoop
import JSON
import Testing

@testable import OpenRouter

/// Chunks that are recognised mean what they mean when parsed.
@Suite struct ChunkTemplateTests {
    private func text(_ template: ChunkTemplate, _ payload: String) -> String? {
        Array(payload.utf8).withUnsafeBytes { template.text(in: $0) }
    }

    private func template(_ payload: String, text: String) -> ChunkTemplate {
        var template = ChunkTemplate()
        Array(payload.utf8).withUnsafeBytes { template.learn($0, text: text) }
        return template
    }

    private let chunk = #"{"id":"g","choices":[{"delta":{"content":"abc"},"finish_reason":null}]}"#

    @Test("a chunk with another text is recognised")
    func recognised() {
        let template = template(chunk, text: "abc")
        for other in ["abc", "", "x", "a longer text, with 日本語 in it"] {
            #expect(text(template, chunk.replacing("abc", with: other)) == other)
        }
    }

    @Test(
        "whatever else differs is parsed",
        arguments: [
            #"a\nb"#, #"a\"b"#, "a\nb", #"a","x":"b"#, #"a"},"finish_reason":"stop"}]}{"delta":{"content":"b"#,
        ])
    func notRecognised(_ other: String) {
        #expect(text(template(chunk, text: "abc"), chunk.replacing("abc", with: other)) == nil)
    }

    @Test("another frame, a shorter one, or bytes that are no UTF-8 are parsed")
    func otherFrames() {
        let template = template(chunk, text: "abc")
        #expect(text(template, chunk.replacing("null", with: #""a""#)) == nil)
        #expect(text(template, String(chunk.dropLast())) == nil)
        #expect(text(template, String(chunk.prefix(30))) == nil)
        #expect(text(ChunkTemplate(), chunk) == nil)
        var bytes = Array(chunk.utf8)
        if let place = bytes.firstIndex(of: UInt8(ascii: "b")) { bytes[place] = 0xFF }
        #expect(bytes.withUnsafeBytes { template.text(in: $0) } == nil)
    }

    @Test(
        "a chunk whose text cannot be told apart is not learnt",
        arguments: [
            #"{"choices":[{"delta":{"content":"abc"},"message":{"content":"abc"}}]}"#,
            #"{"x\"content":"abc","choices":[{"delta":{"content":"abc"}}]}"#,
            #"{"choices":[{"delta":{"content":"\u0061bc"}}]}"#,
            #"{"choices":[{"delta":{"content" :"abc"}}]}"#,
        ])
    func notLearnt(_ payload: String) {
        #expect(text(template(payload, text: "abc"), payload) == nil)
    }

    @Test("as many chunks are learnt from as the limit says, and no larger ones than it says")
    func limits() {
        for (count, learnt) in [(ChunkTemplate.maximumMisses - 1, true), (ChunkTemplate.maximumMisses, false)] {
            var template = ChunkTemplate()
            for number in 1...count {
                Array("\(number)\(chunk)".utf8).withUnsafeBytes { template.learn($0, text: "abc") }
            }
            Array(chunk.utf8).withUnsafeBytes { template.learn($0, text: "abc") }
            #expect((text(template, chunk) != nil) == learnt)
        }
        let frame = chunk.utf8.count - 3
        for (size, learnt) in [(ChunkTemplate.maximumFrameBytes, true), (ChunkTemplate.maximumFrameBytes + 1, false)] {
            let large = chunk.replacing(#""g""#, with: "\"g\(String(repeating: "g", count: size - frame))\"")
            #expect((text(template(large, text: "abc"), large) != nil) == learnt)
        }
    }

    @Test("a stream means the same to a decoder that remembers and to one that does not")
    func sameMeaning() {
        let errors = APIErrorDecoder(redactor: DetailRedactor(), unixTime: 0)
        for seed in UInt64(1)...200 {
            var random = SplitMix(seed: seed)
            var remembering = ChatCompletionChunkDecoder(errors: errors)
            var (events, expected): ([ModelEvent], [ModelEvent]) = ([], [])
            for _ in 0..<30 {
                let payload = Array(Self.randomChunk(&random).utf8)
                let outcome = payload.withUnsafeBytes { remembering.decode($0, into: &events) }
                var fresh = ChatCompletionChunkDecoder(errors: errors)
                fresh.hasContent = remembering.hasContent && !expected.isEmpty
                fresh.hasReasoningDetails = expected.contains { if case .reasoningDetails = $0 { true } else { false } }
                #expect(outcome == payload.withUnsafeBytes { fresh.decode($0, into: &expected) })
                #expect(remembering.finishReason != nil || fresh.finishReason == nil)
            }
            #expect(events == expected, "seed \(seed)")
        }
    }

    private static func randomChunk(_ random: inout SplitMix) -> String {
        func pick(_ choices: [String]) -> String { choices[Int(random.next() % UInt64(choices.count))] }
        let text = pick(["a", "b c", "", "日本", #"\n"#, #"\""#, #"\u00e9"#, "content", #"\"content\":\"x"#])
        let members = pick([
            #""content":"\#(text)""#, #""content":"\#(text)""#, #""content":"\#(text)""#,
            #""content":"\#(text)","reasoning":"r""#, #""content":"\#(text)","reasoning_details":[]"#,
            #""refusal":"\#(text)","content":"""#, #""reasoning_content":"\#(text)""#,
        ])
        let rest = pick([
            "", "", "", #","finish_reason":null"#, #","finish_reason":"stop""#, #","message":{"content":"\#(text)"}"#,
        ])
        let delta = pick(["delta", "delta", "delta", "message"])
        return #"{"id":"g","choices":[{"index":\#(pick(["0", "0", "0", "1"])),"\#(delta)":{\#(members)}\#(rest)}]}"#
    }
}
