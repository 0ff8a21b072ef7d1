import HTTP1
import Testing

@Suite("Request decoder")
struct HTTPRequestDecoderTests {
    private func trace(_ text: String, limits: HTTPLimits = HTTPLimits()) -> RequestTrace {
        requestTrace([Array(text.utf8)], limits: limits)
    }

    @Test("A request without a body is a head and an end")
    func requestWithoutBody() {
        let trace = trace(
            "GET /ws?a=b HTTP/1.1\r\nHost: a.example:80\r\nX-Empty:\r\nX-Spaced: \t two  words \t\r\n\r\n")
        let head = RequestHead(
            method: "GET", target: "/ws?a=b",
            headers: HTTPHeaders([("Host", "a.example:80"), ("X-Empty", ""), ("X-Spaced", "two  words")]))
        #expect(trace.items == [.head(head), .end])
    }

    @Test("Pipelined requests come one after the other, whatever their framing")
    func pipelined() {
        let trace = trace(
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                + "\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;name=\"a;b\"\r\nabc\r\n00A ; x\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
                + "POST /c HTTP/1.0\r\nContent-Length: 0\r\n\r\nOPTIONS * HTTP/1.1\r\nHost:\r\n\r\n")
        #expect(trace.heads.map(\.target) == ["/a", "/b", "/c", "*"])
        #expect(trace.heads.map(\.minorVersion) == [1, 1, 0, 1])
        #expect(trace.bodies == ["hello", "abc0123456789"])
        #expect(trace.ends == 4)
        #expect(trace.error == nil)
    }

    @Test(
        "Each form of request target is taken",
        arguments: [
            "GET / HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a.example:443 HTTP/1.1", "GET http://a.example/x HTTP/1.1",
            "PROPFIND /x HTTP/1.1", "GET /%00?\"<>|{} HTTP/1.1", "GET /x HTTP/1.9",
        ])
    func targets(_ line: String) {
        #expect(trace(line + "\r\nHost: a\r\n\r\n").ends == 1)
    }

    @Test("A minor version above 1 is read as 1.1")
    func laterMinorVersion() {
        #expect(trace("GET /x HTTP/1.9\r\nHost: a\r\n\r\n").heads.map(\.minorVersion) == [1])
    }

    @Test("What is malformed is refused with its kind and status", arguments: malformedRequests)
    func malformed(_ example: MalformedRequest) {
        let trace = trace(example.text)
        #expect(trace.error == example.kind)
        #expect(HTTPParseError(example.kind, "").status == example.status)
        #expect(trace.heads.count == example.headsBefore)
    }

    @Test("However the input is cut, the events are the same", arguments: splitRequests)
    func anySplit(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = requestTrace([bytes])
        for pieces in cuts(of: bytes, seed: 0x5EED_0001) {
            #expect(requestTrace(pieces) == whole, "cut as \(pieces.map(\.count))")
        }
    }

    @Test("After an error the same error is thrown for ever")
    func failureIsTerminal() {
        var decoder = HTTPRequestDecoder()
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(throws: HTTPParseError.self) { try decoder.events(in: Array("GET /\r\n".utf8)) }
        #expect(throws: HTTPParseError(.invalidRequestLine, "The request line has no HTTP version.")) {
            try decoder.events(in: good)
        }
        #expect(throws: HTTPParseError.self) { try decoder.inputEnded() }
    }

    @Test("It knows when it is between requests")
    func betweenRequests() throws {
        var decoder = HTTPRequestDecoder()
        #expect(decoder.isBetweenRequests)
        _ = try decoder.events(in: Array("G".utf8))
        #expect(!decoder.isBetweenRequests)
        _ = try decoder.events(in: Array("ET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n".utf8))
        #expect(!decoder.isBetweenRequests)
        #expect(try decoder.events(in: Array("x".utf8)) == [.body(0..<1), .end])
        #expect(decoder.isBetweenRequests)
        try decoder.inputEnded()
    }

    @Test("After the end of an upgrade request the offset stands at the new protocol's first byte")
    func offsetAfterUpgrade() throws {
        var decoder = HTTPRequestDecoder()
        let head = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        let input = Array((head + "\u{1}\u{2}").utf8)
        try input.withUnsafeBytes { bytes in
            var offset = 0
            while let event = try decoder.next(in: bytes, at: &offset), event != .end {}
            #expect(offset == head.utf8.count)
        }
    }
}

extension HTTPRequestDecoder {
    mutating func events(in input: [UInt8]) throws -> [Event] {
        try input.withUnsafeBytes { bytes in
            var offset = 0
            var events: [Event] = []
            while let event = try next(in: bytes, at: &offset) { events.append(event) }
            return events
        }
    }
}

/// Requests that are cut everywhere: good ones, ones with each body framing, and ones that fail in each state.
let splitRequests: [String] =
    [
        "GET /ws HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
        "\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nA: b\r\n\r\n"
            + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
        "GET / HT",
    ] + malformedRequests.map(\.text)
