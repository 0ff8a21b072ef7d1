import HTTP1
import Testing

@Suite("Response decoder")
struct HTTPResponseDecoderTests {
    private func trace(
        _ text: String, to methods: [String] = ["GET"], limits: HTTPLimits = HTTPLimits()
    ) -> ResponseTrace {
        responseTrace([Array(text.utf8)], to: methods, limits: limits)
    }

    @Test("A response with a length is a head, its body and an end")
    func length() {
        let trace = trace("HTTP/1.1 200 All right\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello")
        let head = ResponseHead(
            status: 200, reason: "All right", headers: HTTPHeaders([("Content-Length", "5"), ("X-A", "b")]))
        #expect(trace.items == [.head(head), .body("hello"), .end])
    }

    @Test("A response without framing lasts until the connection closes")
    func untilClose() {
        let trace = trace("HTTP/1.1 200 OK\r\n\r\nall of it")
        #expect(trace.items == [.head(ResponseHead(status: 200, reason: "OK")), .body("all of it"), .end])
    }

    @Test("A chunked response is its chunks joined, without extensions and trailers")
    func chunked() {
        let trace = trace(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n")
        #expect(trace.bodies == ["hello world"])
        #expect(trace.ends == 1)
        #expect(trace.error == nil)
    }

    @Test("Responses that have no body have none, whatever their fields say")
    func bodiless() {
        let length = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        let trace = trace(
            "HTTP/1.1 200 OK\r\n\(length)HTTP/1.1 204 No Content\r\n\(length)HTTP/1.1 304 Not Modified\r\n\(length)"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            to: ["HEAD", "GET", "GET", "GET"])
        #expect(trace.heads.map(\.status) == [200, 204, 304, 200])
        #expect(trace.bodies == ["ok"])
        #expect(trace.ends == 4)
    }

    @Test("Interim responses are passed over")
    func interim() {
        let trace = trace(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 204\r\n\r\n")
        #expect(trace.items == [.head(ResponseHead(status: 204)), .end])
    }

    @Test("After 101, and after 2xx to CONNECT, the bytes belong to the new protocol")
    func switching() {
        let upgraded = trace("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}\r\n")
        #expect(upgraded.heads.map(\.status) == [101])
        #expect(upgraded.items.dropFirst() == [.end, .body("\u{1}\u{2}\r\n")])
        let tunnel = trace("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\u{16}\u{3}", to: ["CONNECT"])
        #expect(tunnel.items.dropFirst() == [.end, .body("\u{16}\u{3}")])
        let refused = trace("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno", to: ["CONNECT"])
        #expect(refused.items.dropFirst() == [.body("no"), .end])
        #expect(trace("HTTP/1.1 200 OK\r\n\r\n", to: ["CONNECT"]).ends == 1)
    }

    @Test(
        "What servers get wrong without harm is taken",
        arguments: [
            "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 Grüße\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            "HTTP/1.7 200 OK\r\nContent-Length:2\r\n\r\nok",
            "HTTP/1.1 999 Custom\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0002\r\n\r\nok",
        ])
    func tolerated(_ text: String) {
        let trace = trace(text)
        #expect(trace.bodies == ["ok"])
        #expect(trace.ends == 1)
        #expect(trace.error == nil)
    }

    @Test("A folded line continues the value before it with a space")
    func folding() {
        let trace = trace("HTTP/1.1 204 No\r\nA:\r\n  one \r\n\ttwo\r\n \r\nB: x\r\n\r\n")
        #expect(trace.heads.map(\.headers) == [HTTPHeaders([("A", "one two"), ("B", "x")])])
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: HTTPParseError.Kind

        init(_ text: String, _ kind: HTTPParseError.Kind) {
            self.text = text
            self.kind = kind
        }

        var testDescription: String { "\(kind.rawValue): \(text.debugDescription)" }
    }

    static let malformedResponses: [Malformed] = [
        .init("<html>", .invalidStatusLine),
        .init("\r\nHTTP/1.1 200 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP\r\n", .invalidStatusLine),
        .init("HTTP/1.1 20 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1 2000 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1 099 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1 2x0 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1  200 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1\t200 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1 200 O\u{0}K\r\n\r\n", .invalidStatusLine),
        .init("HTTP/1.1 200 O\rK\r\n\r\n", .invalidStatusLine),
        .init("HTTQ/1.1 200 OK\r\n\r\n", .invalidStatusLine),
        .init("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
        .init("HTTP/1.1 200 OK\r\n folded\r\n\r\n", .obsoleteLineFolding),
        .init("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .invalidFieldName),
        .init("HTTP/1.1 200 OK\r\nA: b\r\n \u{0}\r\n\r\n", .invalidFieldValue),
        .init("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", .invalidContentLength),
        .init("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .ambiguousFraming),
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding),
        .init("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .invalidTransferEncoding),
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .invalidChunk),
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n", .invalidLineEnding),
        .init("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n", .unexpectedData),
        .init("", .truncated),
        .init("HTTP/1.1 200 OK\r\n", .truncated),
        .init("HTTP/1.1 100 Continue\r\n\r\n", .truncated),
        .init("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .truncated),
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .truncated),
    ]

    @Test("What is malformed is refused with its kind", arguments: malformedResponses)
    func malformed(_ example: Malformed) {
        #expect(trace(example.text).error == example.kind)
    }

    static let splits: [String] =
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\nA: b\n c\n\n"
                + "5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nA: b\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nup to the end",
            "HTTP/1.1 101 Switching\r\n\r\nnew protocol",
            "HTTP/1.1 204 No Content\r\n\r\n",
        ] + malformedResponses.map(\.text)

    @Test("However the input is cut, the events are the same", arguments: splits)
    func anySplit(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = responseTrace([bytes])
        for pieces in cuts(of: bytes, seed: 0x5EED_0002) {
            #expect(responseTrace(pieces) == whole, "cut as \(pieces.map(\.count))")
        }
    }

    struct Reuse: Sendable {
        let head: String
        let isReusable: Bool
    }

    @Test(
        "The connection is reusable where both framing and Connection allow it",
        arguments: [
            Reuse(head: "HTTP/1.1 200 OK\r\nContent-Length: 0", isReusable: true),
            Reuse(head: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, Close", isReusable: false),
            Reuse(head: "HTTP/1.0 200 OK\r\nContent-Length: 0", isReusable: false),
            Reuse(head: "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive", isReusable: true),
            Reuse(head: "HTTP/1.1 200 OK\r\nA: b", isReusable: false),
            Reuse(head: "HTTP/1.1 101 OK\r\nA: b", isReusable: false),
        ])
    func reuse(_ example: Reuse) throws {
        var decoder = HTTPResponseDecoder()
        #expect(!decoder.isReusable)
        decoder.expectResponse(to: "GET")
        let input = Array((example.head + "\r\n\r\n").utf8)
        try input.withUnsafeBytes { bytes in
            var offset = 0
            while try decoder.next(in: bytes, at: &offset) != nil {}
        }
        #expect(decoder.isReusable == example.isReusable)
    }

    @Test("After an error the same error is thrown for ever")
    func failureIsTerminal() {
        var decoder = HTTPResponseDecoder()
        decoder.expectResponse(to: "GET")
        let input = Array("junk".utf8)
        for _ in 0..<2 {
            #expect(throws: HTTPParseError(.invalidStatusLine, "The response does not start with an HTTP version.")) {
                try input.withUnsafeBytes { bytes in
                    var offset = 0
                    _ = try decoder.next(in: bytes, at: &offset)
                }
            }
        }
        #expect(throws: HTTPParseError.self) { try decoder.inputEnded() }
    }

    @Test("A connection that idles may close")
    func idleClose() throws {
        var decoder = HTTPResponseDecoder()
        #expect(try decoder.inputEnded() == nil)
    }
}
