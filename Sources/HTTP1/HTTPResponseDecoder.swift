import Wire

/// Reads responses from the bytes that a server sends (RFC 9112), for the client role: one response for each request
/// announced by ``expectResponse(to:)``.
///
///     idle ── expectResponse ──► statusLine ──► fields ──► body ──► idle
///                                    ▲            │ 1xx     └──► closing   (the body ended with the connection)
///                                    └────────────┘ └─ 101, or 2xx to CONNECT ──► switching ──► switched
///
/// Pull-style: call ``next(in:at:)`` until it returns nil. Content is never copied: `.body` is a range of the input.
/// Interim responses are passed over. After the end of a response that switches protocols (101, or 2xx to CONNECT)
/// nothing more is taken: the input from `offset` on belongs to the new protocol.
///
/// Once it has thrown, it throws the same error for ever.
package struct HTTPResponseDecoder: Sendable {
    package enum Event: Sendable, Hashable {
        case head(ResponseHead)
        /// Content, as a range of the input.
        case body(Range<Int>)
        /// The response is whole.
        case end
    }

    private enum State {
        case idle
        case statusLine
        /// `taken`: bytes of the head so far.
        case fields(StatusLine, taken: Int)
        case body
        case switching
        case switched
        case closing
        case failed(HTTPParseError)
    }

    private let limits: HTTPLimits
    private var state: State = .idle
    private var lines = LineReader()
    private var section: FieldSection
    private var body: BodyDecoder
    private var method = ""
    private var interimResponses = 0
    private var keepsAlive = false

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        section = Self.emptySection(limits)
        body = BodyDecoder(limits: limits)
    }

    /// Whether the last response is whole and leaves the connection fit for another request.
    package var isReusable: Bool {
        if case .idle = state { keepsAlive } else { false }
    }

    /// Whether the response has switched protocols and is whole.
    package var hasSwitchedProtocols: Bool {
        if case .switched = state { true } else { false }
    }

    /// Announces the request whose response comes next; its method decides whether the response has a body. The response
    /// before must be whole.
    package mutating func expectResponse(to method: String) {
        guard case .idle = state else {
            preconditionFailure(
                "HTTPResponseDecoder: a response is still awaited or the connection is not to be reused")
        }
        self.method = method
        interimResponses = 0
        keepsAlive = false
        state = .statusLine
    }

    /// The next event in the input from `offset` on, which moves past what was taken; nil where all of the input is taken
    /// and more is needed, or where the protocol was switched.
    package mutating func next(
        in input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> Event? {
        do {
            return try step(in: input, at: &offset)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// The server closed its side. Returns `.end` where that ends a response that has no other end; throws where it cuts one
    /// short; nil where none was under way.
    package mutating func inputEnded() throws(HTTPParseError) -> Event? {
        switch state {
        case .idle, .switched, .closing:
            return nil
        case .switching:
            state = .switched
            return .end
        case .failed(let error):
            throw error
        case .body where body.endsAtClose:
            state = .closing
            return .end
        case .statusLine, .fields, .body:
            let error = HTTPParseError(.truncated, "The connection was closed before the response was whole.")
            state = .failed(error)
            throw error
        }
    }

    private mutating func step(
        in input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> Event? {
        switch state {
        case .failed(let error): throw error
        case .switched: return nil
        case .switching:
            state = .switched
            return .end
        case .idle, .closing:
            guard offset == input.count else {
                throw HTTPParseError(.unexpectedData, "The server sent something that no request asked for.")
            }
            return nil
        case .body:
            switch try body.next(in: input, at: &offset) {
            case .body(let range): return .body(range)
            case nil: return nil
            case .end:
                state = .idle
                return .end
            }
        case .statusLine, .fields:
            return try readHead(in: input, at: &offset).map(Event.head)
        }
    }

    private mutating func readHead(
        in input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> ResponseHead? {
        while true {
            try refuseForeignBytes(in: input, at: offset)
            let head: ResponseHead?
            switch lines.next(in: input, at: &offset, maximumBytes: maximumLineBytes) {
            case .incomplete: return nil
            case .tooLong:
                throw HTTPParseError(.headTooLarge, "The response head exceeds \(limits.maximumHeadBytes) bytes.")
            case .inPlace(let range): head = try take(line: UnsafeRawBufferPointer(rebasing: input[range]))
            case .joined(let line):
                head = try line.span.withUnsafeBytes { (bytes) throws(HTTPParseError) in try take(line: bytes) }
            }
            if let head { return head }
        }
    }

    /// A response starts with `HTTP/`: what does not is told so at its first byte instead of being waited for.
    private func refuseForeignBytes(in input: UnsafeRawBufferPointer, at offset: Int) throws(HTTPParseError) {
        guard case .statusLine = state, !lines.isWithinLine, offset < input.count else { return }
        guard input[offset] == 0x48 else {
            throw HTTPParseError(.invalidStatusLine, "The response does not start with an HTTP version.")
        }
    }

    private var maximumLineBytes: Int {
        if case .fields(_, let taken) = state { limits.maximumHeadBytes - taken } else { limits.maximumHeadBytes }
    }

    private mutating func take(line: UnsafeRawBufferPointer) throws(HTTPParseError) -> ResponseHead? {
        let content = try LineEnding.lenient.content(of: line)
        guard case .fields(let statusLine, let taken) = state else {
            state = .fields(try StatusLine(content), taken: line.count)
            return nil
        }
        guard try section.take(line: content) else { return try finishHead(statusLine) }
        state = .fields(statusLine, taken: taken + line.count)
        return nil
    }

    /// Nil after an interim response (RFC 9110 §15.2), which another follows.
    private mutating func finishHead(_ line: StatusLine) throws(HTTPParseError) -> ResponseHead? {
        let head = ResponseHead(
            status: line.status, reason: line.reason, minorVersion: line.minorVersion, headers: section.headers)
        section = Self.emptySection(limits)
        if line.status < 200, line.status != 101 {
            guard interimResponses < limits.maximumInterimResponses else {
                throw HTTPParseError(
                    .tooManyInterimResponses, "More than \(limits.maximumInterimResponses) interim responses came.")
            }
            interimResponses += 1
            state = .statusLine
            return nil
        }
        if line.status == 101 || method == "CONNECT" && line.status < 300 {
            state = .switching
            return head
        }
        let framing = try self.framing(of: head)
        keepsAlive = framing != .untilClose && head.keepsAlive
        try body.begin(framing)
        state = .body
        return head
    }

    /// RFC 9112 §6.3, rules 1 and 3–8: to HEAD, and with 204 and 304, the framing fields describe a body that does not come.
    private func framing(of head: ResponseHead) throws(HTTPParseError) -> BodyFraming {
        if method == "HEAD" || head.status == 204 || head.status == 304 { return .none }
        return try BodyFraming(of: head.headers, minorVersion: head.minorVersion, absent: .untilClose)
    }

    private static func emptySection(_ limits: HTTPLimits) -> FieldSection {
        FieldSection(maximumCount: limits.maximumFieldCount, folding: .replaced)
    }
}
