import HTTP1
import Testing
import Wire

@Suite("Writers of heads and chunks")
struct HTTPWritersTests {
    private func text(_ head: RequestHead) throws -> String {
        var output = ByteQueue()
        try head.append(to: &output)
        return String(decoding: output.bytes, as: UTF8.self)
    }

    private func text(_ head: ResponseHead) throws -> String {
        var output = ByteQueue()
        try head.append(to: &output)
        return String(decoding: output.bytes, as: UTF8.self)
    }

    @Test("A request head is written as it is read")
    func requestHead() throws {
        let head = RequestHead(
            method: "POST", target: "/v1?a=b",
            headers: HTTPHeaders([("Host", "a"), ("X-Title", "Grüße\tx"), ("Empty", "")]))
        let written = try text(head)
        #expect(written == "POST /v1?a=b HTTP/1.1\r\nHost: a\r\nX-Title: Grüße\tx\r\nEmpty: \r\n\r\n")
        #expect(requestTrace([Array(written.utf8)]).heads == [head])
        #expect(try text(RequestHead(method: "GET", target: "/", minorVersion: 0)) == "GET / HTTP/1.0\r\n\r\n")
    }

    @Test("A response head is written as it is read, with the usual reason where none is given")
    func responseHead() throws {
        let head = ResponseHead(status: 418, reason: "Short and stout", headers: HTTPHeaders([("Content-Length", "0")]))
        let written = try text(head)
        #expect(written == "HTTP/1.1 418 Short and stout\r\nContent-Length: 0\r\n\r\n")
        #expect(responseTrace([Array(written.utf8)]).heads == [head])
        #expect(try text(ResponseHead(status: 503, minorVersion: 0)) == "HTTP/1.0 503 Service Unavailable\r\n\r\n")
        #expect(try text(ResponseHead(status: 599)) == "HTTP/1.1 599 \r\n\r\n")
    }

    @Test(
        "Heads that would be read as something else are refused, and nothing is written",
        arguments: [
            RequestHead(method: "", target: "/"),
            RequestHead(method: "GET /x", target: "/"),
            RequestHead(method: "GET", target: ""),
            RequestHead(method: "GET", target: "/ HTTP/1.1\r\nX: y"),
            RequestHead(method: "GET", target: "/ä"),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("A", "b\r\nInjected: c")])),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("A", "b\nc")])),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("A", "\u{0}")])),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("", "b")])),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("A b", "c")])),
            RequestHead(method: "GET", target: "/", headers: HTTPHeaders([("A:", "c")])),
        ])
    func invalidRequestHeads(_ head: RequestHead) {
        var output = ByteQueue()
        #expect(throws: HTTPHeadError.self) { try head.append(to: &output) }
        #expect(output.isEmpty)
    }

    @Test(
        "Response heads likewise",
        arguments: [
            ResponseHead(status: 99), ResponseHead(status: 1000), ResponseHead(status: 200, reason: "O\r\nK"),
            ResponseHead(status: 200, headers: HTTPHeaders([("A", "b\rc")])),
        ])
    func invalidResponseHeads(_ head: ResponseHead) {
        var output = ByteQueue()
        #expect(throws: HTTPHeadError.self) { try head.append(to: &output) }
        #expect(output.isEmpty)
    }

    @Test("Refusals do not show the value, which may be a key")
    func valueIsNotShown() {
        #expect(throws: HTTPHeadError(detail: "The value of the header field Authorization holds a control character."))
        {
            try HTTPHeaders([("Authorization", "Bearer secret\n")]).check()
        }
    }

    @Test("Chunks of every size are read back", arguments: [1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 70000])
    func chunks(_ size: Int) throws {
        var output = ByteQueue()
        output.append(contentsOf: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        ChunkedBody.append([UInt8](repeating: 0x61, count: size), to: &output)
        ChunkedBody.append([], to: &output)
        ChunkedBody.append([0x62], to: &output)
        ChunkedBody.appendEnd(to: &output)
        let trace = responseTrace([output.bytes])
        #expect(trace.bodies == [String(repeating: "a", count: size) + "b"])
        #expect(trace.ends == 1)
    }

    @Test("The form of a chunk")
    func chunkForm() {
        var output = ByteQueue()
        ChunkedBody.append(Array(repeating: 0x2E, count: 26), to: &output)
        ChunkedBody.appendEnd(to: &output)
        #expect(String(decoding: output.bytes, as: UTF8.self) == "1a\r\n..........................\r\n0\r\n\r\n")
    }
}

@Suite("Header fields")
struct HTTPHeadersTests {
    @Test("Names compare without case, values are kept in order")
    func names() {
        var headers = HTTPHeaders([("Set-Cookie", "a"), ("X", "y"), ("set-cookie", "b")])
        #expect(headers.first("SET-COOKIE") == "a")
        #expect(headers.all("Set-cookie") == ["a", "b"])
        headers.removeAll("SET-Cookie")
        #expect(headers == HTTPHeaders([("X", "y")]))
    }

    @Test("Only ASCII letters have case: [ and { differ, K and the Kelvin sign too")
    func onlyLetters() {
        #expect(!HTTPHeaders.sameName("x[", "x{"))
        #expect(!HTTPHeaders.sameName("K", "\u{212A}"))
        #expect(!HTTPHeaders.sameName("@", "`"))
        #expect(!HTTPHeaders.sameName("a", "ab"))
    }

    @Test("Elements of lists are found over several fields, whole and without case")
    func lists() {
        let headers = HTTPHeaders([("Connection", "keep-alive ,\tUpgrade"), ("Connection", "x")])
        #expect(headers.lists("upgrade", in: "connection"))
        #expect(headers.lists("X", in: "connection"))
        #expect(!headers.lists("grade", in: "connection"))
        #expect(!headers.lists("upgrade", in: "Upgrade"))
        #expect(HTTPHeaders.listElements(of: " a,, b c ,") == ["a", "", "b c", ""])
        #expect(HTTPHeaders.listElements(of: "") == [""])
    }
}
