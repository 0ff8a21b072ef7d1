import HTTP1

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
        if case .body(let before) = items.last {
            items[items.count - 1] = .body(before + body)
        } else {
            items.append(.body(Array(body)))
        }
    }

    mutating func append(leftOver: UnsafeRawBufferPointer.SubSequence) {
        if case .leftOver(let before) = items.last {
            items[items.count - 1] = .leftOver(before + leftOver)
        } else if !leftOver.isEmpty {
            items.append(.leftOver(Array(leftOver)))
        }
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

/// What a client sends: cuts change nothing, and every head can be asked whether it is a WebSocket handshake.
func checkHTTPRequests(_ input: [UInt8]) throws(Finding) {
    for limits in limits {
        try checkCuts(of: input, "requests") { cut in
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
    }
}

/// What a server sends in answer to requests of different methods: cuts change nothing.
func checkHTTPResponses(_ input: [UInt8]) throws(Finding) {
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
