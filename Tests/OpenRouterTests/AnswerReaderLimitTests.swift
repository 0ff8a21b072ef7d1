import AILoop
import HTTP1
import Testing

@testable import OpenRouter

/// Bounds of what is kept of a response.
@Suite struct AnswerReaderLimitTests {
    private func reader(eventBytes: Int = 100, wholeBytes: Int = 100) -> AnswerReader {
        AnswerReader(
            ResponseHead(status: 200),
            limits: AnswerReader.Limits(maximumEventBytes: eventBytes, maximumWholeBytes: wholeBytes),
            errors: APIErrorDecoder(redactor: DetailRedactor(), unixTime: 0))
    }

    private func failure(_ progress: AnswerReader.Progress) -> ModelError? {
        if case .ended(.failure(let error)) = progress { error } else { nil }
    }

    @Test("an event larger than the limit ends the call")
    func event() {
        let frame = Stream.text("abc")
        for (limit, fits) in [(frame.utf8.count, true), (40, false)] {
            var reader = reader(eventBytes: limit)
            var events: [ModelEvent] = []
            let progress = Array(frame.utf8).withUnsafeBytes { reader.read($0, into: &events) }
            #expect((events == [.text("abc")]) == fits)
            #expect((failure(progress)?.kind == .malformedResponse) == !fits)
        }
    }

    @Test("an answer in one text is read up to the limit")
    func whole() {
        let body = #"{"choices":[{"message":{"content":"abc"}}]}"#
        for (limit, fits) in [(body.utf8.count, true), (body.utf8.count - 1, false)] {
            var reader = reader(wholeBytes: limit)
            var events: [ModelEvent] = []
            let progress = Array(body.utf8).withUnsafeBytes { reader.read($0, into: &events) }
            #expect((failure(progress) == nil) == fits)
            guard fits else { continue }
            _ = reader.end(isWhole: true, into: &events)
            #expect(events == [.text("abc")])
        }
    }

    @Test("a broken connection does not make half of a JSON text an answer")
    func broken() {
        var reader = reader()
        var events: [ModelEvent] = []
        _ = Array(#"{"choices":[{"message":{"content":"abc"}}]}"#.utf8).withUnsafeBytes {
            reader.read($0, into: &events)
        }
        guard case .failure(let error) = reader.end(isWhole: false, into: &events) else {
            Issue.record("an answer")
            return
        }
        #expect(error.kind == .truncated)
    }
}
