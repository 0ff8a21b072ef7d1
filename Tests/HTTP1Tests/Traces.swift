import HTTP1

/// What a decoder made of a message: its events with adjoining body pieces joined, and its error where it threw.
struct Trace<Head: Hashable & Sendable>: Hashable, Sendable {
    enum Item: Hashable, Sendable {
        case head(Head)
        case body(String)
        case end
        case failed(HTTPParseError.Kind)
    }

    var items: [Item] = []

    mutating func add(body: some Collection<UInt8>) {
        let text = String(decoding: body, as: UTF8.self)
        if case .body(let before) = items.last {
            items[items.count - 1] = .body(before + text)
        } else {
            items.append(.body(text))
        }
    }

    var error: HTTPParseError.Kind? {
        if case .failed(let kind) = items.last { kind } else { nil }
    }

    var heads: [Head] {
        items.compactMap { if case .head(let head) = $0 { head } else { nil } }
    }

    var bodies: [String] {
        items.compactMap { if case .body(let body) = $0 { body } else { nil } }
    }

    var ends: Int { items.count { $0 == .end } }
}

typealias RequestTrace = Trace<RequestHead>
typealias ResponseTrace = Trace<ResponseHead>

/// Feeds the pieces to a request decoder and to the end closes the input.
func requestTrace(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> RequestTrace {
    var decoder = HTTPRequestDecoder(limits: limits)
    var trace = RequestTrace()
    do throws(HTTPParseError) {
        for piece in pieces {
            try piece.span.withUnsafeBytes { (input) throws(HTTPParseError) in
                var offset = 0
                while let event = try decoder.next(in: input, at: &offset) {
                    switch event {
                    case .head(let head): trace.items.append(.head(head))
                    case .body(let range): trace.add(body: input[range])
                    case .end: trace.items.append(.end)
                    }
                }
            }
        }
        try decoder.inputEnded()
    } catch {
        trace.items.append(.failed(error.kind))
    }
    return trace
}

/// Feeds the pieces to a response decoder that awaits one response to each method, and to the end closes the input.
func responseTrace(
    _ pieces: [[UInt8]], to methods: [String] = ["GET"], limits: HTTPLimits = HTTPLimits()
) -> ResponseTrace {
    var decoder = HTTPResponseDecoder(limits: limits)
    var methods = methods[...]
    var trace = ResponseTrace()
    if let method = methods.popFirst() { decoder.expectResponse(to: method) }
    func take(_ event: HTTPResponseDecoder.Event, _ input: UnsafeRawBufferPointer) {
        switch event {
        case .head(let head): trace.items.append(.head(head))
        case .body(let range): trace.add(body: input[range])
        case .end:
            trace.items.append(.end)
            if decoder.isReusable, let method = methods.popFirst() { decoder.expectResponse(to: method) }
        }
    }
    do throws(HTTPParseError) {
        for piece in pieces {
            try piece.span.withUnsafeBytes { (input) throws(HTTPParseError) in
                var offset = 0
                while let event = try decoder.next(in: input, at: &offset) { take(event, input) }
                if decoder.hasSwitchedProtocols, offset < input.count { trace.add(body: input[offset...]) }
            }
        }
        if let event = try decoder.inputEnded() { take(event, UnsafeRawBufferPointer(start: nil, count: 0)) }
    } catch {
        trace.items.append(.failed(error.kind))
    }
    return trace
}

/// Ways to cut `bytes` into pieces: whole, byte by byte, at each single position, and at `count` random sets of positions
/// drawn from `seed`.
func cuts(of bytes: [UInt8], seed: UInt64, count: Int = 50) -> [[[UInt8]]] {
    var generator = SplitMix(state: seed)
    var result = [[bytes], bytes.map { [$0] }]
    for position in bytes.indices.dropFirst() {
        result.append([Array(bytes[..<position]), Array(bytes[position...])])
    }
    for _ in 0..<count {
        let likelihood = Int.random(in: 2...20, using: &generator)
        let positions = bytes.indices.dropFirst().filter { _ in Int.random(in: 0..<likelihood, using: &generator) == 0 }
        let bounds = [0] + positions + [bytes.count]
        result.append(zip(bounds, bounds.dropFirst()).map { Array(bytes[$0..<$1]) })
    }
    return result
}

/// A small generator whose sequence follows from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
