import HTTP1
import Testing

/// Each limit: what just fits is taken, and one more is refused, however the input is cut.
@Suite("HTTP limits")
struct HTTPLimitsTests {
    private func error(_ text: String, _ limits: HTTPLimits) -> HTTPParseError.Kind? {
        let bytes = Array(text.utf8)
        let whole = requestTrace([bytes], limits: limits)
        for pieces in cuts(of: bytes, seed: 0x5EED_0003, count: 10) {
            #expect(requestTrace(pieces, limits: limits) == whole)
        }
        return whole.error
    }

    private func responseError(_ text: String, _ limits: HTTPLimits) -> HTTPParseError.Kind? {
        let bytes = Array(text.utf8)
        let whole = responseTrace([bytes], limits: limits)
        for pieces in cuts(of: bytes, seed: 0x5EED_0004, count: 10) {
            #expect(responseTrace(pieces, limits: limits) == whole)
        }
        return whole.error
    }

    @Test("Request line")
    func requestLine() {
        let limits = HTTPLimits(maximumRequestLineBytes: 20)
        #expect(error("GET /3456 HTTP/1.1\r\nHost: a\r\n\r\n", limits) == nil)
        #expect(error("GET /34567 HTTP/1.1\r\nHost: a\r\n\r\n", limits) == .requestLineTooLong)
        #expect(error("GET /34567890123456", limits) == .truncated)
        #expect(error("GET /345678901234567", limits) == .requestLineTooLong)
    }

    @Test("Request head, with all line endings")
    func requestHead() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX: 12345\r\n\r\n"
        #expect(error(head, HTTPLimits(maximumHeadBytes: head.utf8.count)) == nil)
        #expect(error(head, HTTPLimits(maximumHeadBytes: head.utf8.count - 1)) == .headTooLarge)
        #expect(error(head, HTTPLimits(maximumHeadBytes: head.utf8.count - 2)) == .headTooLarge)
        #expect(error(head, HTTPLimits(maximumHeadBytes: 10)) == .requestLineTooLong)
    }

    @Test("Each head has its limits to itself")
    func perMessage() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let limits = HTTPLimits(maximumHeadBytes: head.utf8.count, maximumFieldCount: 1, maximumLeadingEmptyLines: 1)
        #expect(error(head + "\r\n" + head + "\r\n" + head, limits) == nil)
    }

    @Test("Response head")
    func responseHead() {
        let head = "HTTP/1.1 204 No\r\nX: 12345\r\n\r\n"
        #expect(responseError(head, HTTPLimits(maximumHeadBytes: head.utf8.count)) == nil)
        #expect(responseError(head, HTTPLimits(maximumHeadBytes: head.utf8.count - 1)) == .headTooLarge)
        #expect(responseError(head, HTTPLimits(maximumHeadBytes: 8)) == .headTooLarge)
    }

    @Test("Count of header fields")
    func fieldCount() {
        let limits = HTTPLimits(maximumFieldCount: 3)
        #expect(error("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits) == nil)
        #expect(error("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits) == .tooManyFields)
    }

    @Test("Empty lines before a request")
    func emptyLines() {
        let limits = HTTPLimits(maximumLeadingEmptyLines: 2)
        #expect(error("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", limits) == nil)
        #expect(error("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", limits) == .tooManyEmptyLines)
    }

    @Test("Body with a length: refused at its head")
    func length() {
        let limits = HTTPLimits(maximumBodyBytes: 5)
        #expect(error("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", limits) == nil)
        #expect(error("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhello!", limits) == .bodyTooLarge)
    }

    @Test("Chunked body: refused at the chunk that exceeds it")
    func chunked() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let limits = HTTPLimits(maximumBodyBytes: 5)
        #expect(error(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limits) == nil)
        #expect(error(head + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", limits) == .bodyTooLarge)
        #expect(error(head + "7fffffffffffffff\r\n", HTTPLimits()) == .truncated)
        #expect(error(head + "1\r\na\r\n7fffffffffffffff\r\n", HTTPLimits()) == .bodyTooLarge)
    }

    @Test("Body until the close: what fits is delivered, then refused")
    func untilClose() {
        let limits = HTTPLimits(maximumBodyBytes: 5)
        #expect(responseError("HTTP/1.1 200 OK\r\n\r\nhello", limits) == nil)
        #expect(responseError("HTTP/1.1 200 OK\r\n\r\nhello!", limits) == .bodyTooLarge)
        #expect(responseTrace([Array("HTTP/1.1 200 OK\r\n\r\nhello!".utf8)], limits: limits).bodies == ["hello"])
    }

    @Test("Chunk-size line with extensions")
    func chunkLine() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let limits = HTTPLimits(maximumChunkLineBytes: 10)
        #expect(error(head + "1;345678\r\na\r\n0;1234567\r\n\r\n", limits) == .chunkLineTooLong)
        #expect(error(head + "1;345678\r\na\r\n0\r\n\r\n", limits) == nil)
        #expect(error(head + "1;3456789\r\na\r\n0\r\n\r\n", limits) == .chunkLineTooLong)
        #expect(error(head + "0000000001\r\na\r\n0\r\n\r\n", limits) == .chunkLineTooLong)
    }

    @Test("Trailers: bytes with the empty line, and count")
    func trailers() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        #expect(error(head + "A: b\r\nC: d\r\n\r\n", HTTPLimits(maximumTrailerBytes: 14)) == nil)
        #expect(error(head + "A: b\r\nC: d\r\n\r\n", HTTPLimits(maximumTrailerBytes: 13)) == .trailersTooLarge)
        #expect(error(head + "A: b\r\nC: d\r\n\r\n", HTTPLimits(maximumTrailerBytes: 12)) == .trailersTooLarge)
        #expect(error(head + "A: b\r\nC: d\r\n\r\n", HTTPLimits(maximumFieldCount: 2)) == nil)
        #expect(error(head + "A: b\r\nC: d\r\nE: f\r\n\r\n", HTTPLimits(maximumFieldCount: 2)) == .tooManyFields)
    }

    @Test("Interim responses")
    func interimResponses() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        let limits = HTTPLimits(maximumInterimResponses: 2)
        #expect(responseError(interim + interim + "HTTP/1.1 204 No\r\n\r\n", limits) == nil)
        #expect(
            responseError(interim + interim + interim + "HTTP/1.1 204 No\r\n\r\n", limits) == .tooManyInterimResponses)
    }
}
