import HTTP1
import Testing

struct MalformedRequest: Sendable, CustomTestStringConvertible {
    let text: String
    let kind: HTTPParseError.Kind
    let status: Int
    /// Heads delivered before the fault: 1 where it stands in the body.
    let headsBefore: Int

    init(_ text: String, _ kind: HTTPParseError.Kind, _ status: Int = 400, headsBefore: Int = 0) {
        self.text = text
        self.kind = kind
        self.status = status
        self.headsBefore = headsBefore
    }

    var testDescription: String { "\(kind.rawValue): \(text.debugDescription)" }
}

private let chunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

/// Requests that must be refused, with why and how.
let malformedRequests: [MalformedRequest] = [
    // The request line.
    .init("\u{16}\u{3}\u{1}\u{2}", .invalidRequestLine),
    .init(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("{\"jsonrpc\":\"2.0\"}\r\n", .invalidRequestLine),
    .init("GET\r\n", .invalidRequestLine),
    .init("GET /\r\n", .invalidRequestLine),
    .init("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET x HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET ://x HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / http/1.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/1.\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/11\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/x.1\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / \r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion, 505),
    .init("GET / HTTP/0.9\r\n\r\n", .unsupportedVersion, 505),
    .init("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .tooManyEmptyLines),
    // Line endings.
    .init("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidLineEnding),
    .init("GET / HTTP/1.1\nHost: a\n\n", .invalidLineEnding),
    .init("GET / HTTP/1.1\r\nHost: a\n\r\n", .invalidLineEnding),
    .init("GET / HTTP/1.1\r\nHost: a\r\n\n", .invalidLineEnding),
    .init("GET / HTTP/1.1\rHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .invalidRequestLine),
    .init("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .invalidFieldValue),
    .init("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .invalidFieldValue),
    // Field lines.
    .init("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", .obsoleteLineFolding),
    .init("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", .obsoleteLineFolding),
    .init("GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n", .obsoleteLineFolding),
    .init("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nContent-Length\t: 1\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\n: a\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nHost\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nH(st: a\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nHöst: a\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nHost\u{0}: a\r\n\r\n", .invalidFieldName),
    .init("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .invalidFieldValue),
    .init("GET / HTTP/1.1\r\nHost: a\r\nX: a long enough value \u{1B}[0m and more\r\n\r\n", .invalidFieldValue),
    .init("GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\n", .invalidFieldValue),
    // Host.
    .init("GET / HTTP/1.1\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .invalidHost),
    .init("GET / HTTP/1.1\r\nHost: ä\r\n\r\n", .invalidHost),
    // Framing.
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 2\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ١\r\n\r\nx", .invalidContentLength),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", .bodyTooLarge, 413),
    .init(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        .ambiguousFraming),
    .init(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
        .ambiguousFraming),
    .init("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .invalidTransferEncoding),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .invalidTransferEncoding),
    .init(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        .invalidTransferEncoding),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: , chunked\r\n\r\n", .invalidTransferEncoding),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", .invalidTransferEncoding),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding, 501),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", .unsupportedTransferCoding, 501),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferCoding, 501),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", .unsupportedTransferCoding, 501),
    .init("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", .unsupportedTransferCoding, 501),
    // Chunks.
    .init(chunkedHead + "\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "g\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "0x5\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "-5\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + " 5\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5 \r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5 x\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5;a\rb\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5;\u{0}\r\nhello\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "8000000000000000\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "10000000000000000\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "FFFFFFFFFFFFFFFFF\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5\nhello\r\n0\r\n\r\n", .invalidLineEnding, headsBefore: 1),
    .init(chunkedHead + "5;x\nhello\r\n0\r\n\r\n", .invalidLineEnding, headsBefore: 1),
    .init(chunkedHead + "5\r\nhello\n0\r\n\r\n", .invalidLineEnding, headsBefore: 1),
    .init(chunkedHead + "5\r\nhelloX\r\n0\r\n\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5\r\nhello5\r\nworld\r\n0\r\n\r\n", .invalidChunk, headsBefore: 1),
    .init(chunkedHead + "5\r\nhelloX\n0\r\n\r\n", .invalidLineEnding, headsBefore: 1),
    .init(chunkedHead + "0\r\nTrailer : x\r\n\r\n", .invalidFieldName, headsBefore: 1),
    .init(chunkedHead + "0\r\n folded\r\n\r\n", .obsoleteLineFolding, headsBefore: 1),
    .init(chunkedHead + "0\r\nA: b\n\r\n", .invalidLineEnding, headsBefore: 1),
    // Cut short.
    .init("GET / HTTP/1.1\r\nHost: a\r\n", .truncated),
    .init("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", .truncated, headsBefore: 1),
    .init(chunkedHead + "5\r\nhello\r\n0\r\n", .truncated, headsBefore: 1),
]
