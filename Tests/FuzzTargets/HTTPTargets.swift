import HTTP1
import Wire

/// What a decoder made of its input, with the pieces of a body joined.
private struct HTTPTrace<Head: Hashable>: Hashable {
    enum Item: Hashable {
        case head(Head)
        case body([UInt8])
        case end
        case error(HTTPParseError)
        case leftOver([UInt8])
    }

    private(set) var items: [Item] = []

    mutating func append(_ item: Item) {
        items.append(item)
    }

    mutating func append(body: UnsafeRawBufferPointer.SubSequence) {
        guard case .body(var joined) = items.last else { return items.append(.body(Array(body))) }
        // The array alone holds its bytes now, and grows in place.
        items.removeLast()
        joined.append(contentsOf: body)
        items.append(.body(joined))
    }

    mutating func append(leftOver: UnsafeRawBufferPointer.SubSequence) {
        guard !leftOver.isEmpty else { return }
        guard case .leftOver(var joined) = items.last else { return items.append(.leftOver(Array(leftOver))) }
        items.removeLast()
        joined.append(contentsOf: leftOver)
        items.append(.leftOver(joined))
    }

    var hasFailed: Bool {
        if case .error = items.last { true } else { false }
    }
}

private let limits = [
    HTTPLimits(),
    HTTPLimits(
        maximumRequestLineBytes: 40, maximumHeadBytes: 120, maximumFieldCount: 3, maximumLeadingEmptyLines: 1,
        maximumBodyBytes: 50, maximumChunkLineBytes: 10, maximumTrailerBytes: 40, maximumInterimResponses: 1),
]

/// What a client sends, and what it sends behind the head of a chunked request: cuts change nothing, and every head can be
/// asked whether it is a WebSocket handshake.
func checkHTTPRequests(_ input: [UInt8]) throws(Finding) {
    try checkRequests(input)
    try checkRequests(Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + input)
    try checkChunks(of: input)
}

/// A body that we write in chunks is read as it was, and the next request behind it.
private func checkChunks(of body: [UInt8]) throws(Finding) {
    var output = ByteQueue()
    output.append(contentsOf: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    Cut.somewhere.forEachPiece(of: body) { ChunkedBody.append($0, to: &output) }
    ChunkedBody.appendEnd(to: &output)
    output.append(contentsOf: "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    let trace = requests(output.bytes, .somewhere, HTTPLimits())
    var contents: [[UInt8]] = []
    var targets: [String] = []
    for item in trace.items {
        switch item {
        case .head(let head): targets.append(head.target)
        case .body(let bytes): contents.append(bytes)
        case .end: break
        case .error(let error): throw Finding("our chunks are refused: \(error)")
        case .leftOver: throw Finding("our chunks leave something over")
        }
    }
    guard targets == ["/", "/next"], contents == (body.isEmpty ? [] : [body]) else {
        throw Finding("\(body) was read as \(contents), for \(targets)")
    }
}

private func checkRequests(_ input: [UInt8]) throws(Finding) {
    for limits in limits {
        try checkCuts(of: input, "requests") { cut in requests(input, cut, limits) }
    }
}

private func requests(_ input: [UInt8], _ cut: Cut, _ limits: HTTPLimits) -> HTTPTrace<RequestHead> {
    var decoder = HTTPRequestDecoder(limits: limits)
    var trace = HTTPTrace<RequestHead>()
    cut.forEachPiece(of: input) { piece in
        guard !trace.hasFailed else { return }
        var offset = 0
        do throws(HTTPParseError) {
            while let event = try decoder.next(in: piece, at: &offset) {
                switch event {
                case .head(let head):
                    trace.append(.head(head))
                    _ = try? WebSocketHandshake.validate(head).response()
                case .body(let range): trace.append(body: piece[range])
                case .end: trace.append(.end)
                }
            }
            precondition(offset == piece.count, "input is left over")
        } catch {
            trace.append(.error(error))
        }
    }
    do throws(HTTPParseError) {
        if !trace.hasFailed { try decoder.inputEnded() }
    } catch {
        trace.append(.error(error))
    }
    return trace
}

/// What a server sends in answer to requests of different methods, and what it sends behind the head of a chunked response:
/// cuts change nothing.
func checkHTTPResponses(_ input: [UInt8]) throws(Finding) {
    try checkResponses(input)
    try checkResponses(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + input)
}

private func checkResponses(_ input: [UInt8]) throws(Finding) {
    for limits in limits {
        for method in ["GET", "HEAD", "CONNECT"] {
            try checkCuts(of: input, "responses to \(method)") { cut in
                responses(to: method, input, cut, limits)
            }
        }
    }
}

private func responses(
    to method: String, _ input: [UInt8], _ cut: Cut, _ limits: HTTPLimits
) -> HTTPTrace<ResponseHead> {
    var decoder = HTTPResponseDecoder(limits: limits)
    decoder.expectResponse(to: method)
    var trace = HTTPTrace<ResponseHead>()
    func take(_ event: HTTPResponseDecoder.Event, _ piece: UnsafeRawBufferPointer) {
        switch event {
        case .head(let head): trace.append(.head(head))
        case .body(let range): trace.append(body: piece[range])
        case .end:
            trace.append(.end)
            if decoder.isReusable { decoder.expectResponse(to: method) }
        }
    }
    cut.forEachPiece(of: input) { piece in
        guard !trace.hasFailed else { return }
        var offset = 0
        do throws(HTTPParseError) {
            while let event = try decoder.next(in: piece, at: &offset) { take(event, piece) }
            trace.append(leftOver: piece[offset...])
        } catch {
            trace.append(.error(error))
        }
    }
    do throws(HTTPParseError) {
        if !trace.hasFailed, let event = try decoder.inputEnded() {
            take(event, UnsafeRawBufferPointer(start: nil, count: 0))
        }
    } catch {
        trace.append(.error(error))
    }
    return trace
}
