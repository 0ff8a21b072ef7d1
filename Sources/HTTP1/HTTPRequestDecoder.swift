import Wire

/// Reads requests from the bytes that a client sends, one after the other (RFC 9112), for the server role.
///
///     requestLine ──► fields ──► body ──► requestLine …
///
/// Pull-style: call ``next(in:at:)`` until it returns nil. Content is never copied: `.body` is a range of the input. After
/// the end of a request that switches protocols, stop calling: the input from `offset` on belongs to the new protocol.
///
/// Refuses whatever two recipients might read differently (request smuggling); ``HTTPParseError`` carries the status to
/// answer with. Once it has thrown, it throws the same error for ever.
package struct HTTPRequestDecoder: Sendable {
    package enum Event: Sendable, Hashable {
        case head(RequestHead)
        /// Content, as a range of the input.
        case body(Range<Int>)
        /// The request is whole.
        case end
    }

    private enum State {
        case requestLine(emptyLines: Int)
        /// `taken`: bytes of the head so far.
        case fields(RequestLine, taken: Int)
        case body
        case failed(HTTPParseError)
    }

    private let limits: HTTPLimits
    private var state: State = .requestLine(emptyLines: 0)
    private var lines = LineReader()
    private var section: FieldSection
    private var body: BodyDecoder

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        section = Self.emptySection(limits)
        body = BodyDecoder(limits: limits)
    }

    /// Whether no byte of a next request has come since the last one ended.
    package var isBetweenRequests: Bool {
        if case .requestLine = state { !lines.isWithinLine } else { false }
    }

    /// The next event in the input from `offset` on, which moves past what was taken; nil where all of the input is taken
    /// and more is needed.
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

    /// The client closed its side: throws where that cuts a request short.
    package mutating func inputEnded() throws(HTTPParseError) {
        if case .failed(let error) = state { throw error }
        guard !isBetweenRequests else { return }
        let error = HTTPParseError(.truncated, "The connection was closed within a request.")
        state = .failed(error)
        throw error
    }

    private mutating func step(
        in input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> Event? {
        if case .failed(let error) = state { throw error }
        if case .body = state {
            switch try body.next(in: input, at: &offset) {
            case .body(let range): return .body(range)
            case nil: return nil
            case .end:
                state = .requestLine(emptyLines: 0)
                return .end
            }
        }
        while true {
            try refuseForeignBytes(in: input, at: offset)
            let head: RequestHead?
            switch lines.next(in: input, at: &offset, maximumBytes: maximumLineBytes) {
            case .incomplete: return nil
            case .tooLong: throw lineTooLong
            case .inPlace(let range): head = try take(line: UnsafeRawBufferPointer(rebasing: input[range]))
            case .joined(let line):
                head = try line.span.withUnsafeBytes { (bytes) throws(HTTPParseError) in try take(line: bytes) }
            }
            if let head { return .head(head) }
        }
    }

    /// A request starts with a token (or an empty line). What does not, such as a TLS handshake on a plain port, is told
    /// so at its first byte instead of being waited for.
    private func refuseForeignBytes(in input: UnsafeRawBufferPointer, at offset: Int) throws(HTTPParseError) {
        guard case .requestLine = state, !lines.isWithinLine, offset < input.count else { return }
        let first = input[offset]
        guard FieldCharacters.isToken(first) || first == 0x0D || first == 0x0A else {
            throw HTTPParseError(.invalidRequestLine, "The request does not start with a method.")
        }
    }

    private var maximumLineBytes: Int {
        switch state {
        case .fields(_, let taken): limits.maximumHeadBytes - taken
        default: min(limits.maximumRequestLineBytes, limits.maximumHeadBytes)
        }
    }

    private var lineTooLong: HTTPParseError {
        if case .requestLine = state {
            HTTPParseError(.requestLineTooLong, "The request line exceeds \(limits.maximumRequestLineBytes) bytes.")
        } else {
            HTTPParseError(.headTooLarge, "The request head exceeds \(limits.maximumHeadBytes) bytes.")
        }
    }

    private mutating func take(line: UnsafeRawBufferPointer) throws(HTTPParseError) -> RequestHead? {
        let content = try LineEnding.strict.content(of: line)
        switch state {
        case .requestLine(let emptyLines) where content.isEmpty:
            guard emptyLines < limits.maximumLeadingEmptyLines else {
                throw HTTPParseError(
                    .tooManyEmptyLines, "More than \(limits.maximumLeadingEmptyLines) empty lines precede the request.")
            }
            state = .requestLine(emptyLines: emptyLines + 1)
        case .requestLine:
            state = .fields(try RequestLine(content), taken: line.count)
        case .fields(let requestLine, let taken):
            guard try section.take(line: content) else { return try finishHead(requestLine) }
            state = .fields(requestLine, taken: taken + line.count)
        case .body, .failed: break
        }
        return nil
    }

    private mutating func finishHead(_ line: RequestLine) throws(HTTPParseError) -> RequestHead {
        let head = RequestHead(
            method: line.method, target: line.target, minorVersion: line.minorVersion, headers: section.headers)
        section = Self.emptySection(limits)
        try HostField.check(head)
        let framing = try BodyFraming(of: head.headers, minorVersion: head.minorVersion, absent: .none)
        try body.begin(framing)
        state = .body
        return head
    }

    private static func emptySection(_ limits: HTTPLimits) -> FieldSection {
        FieldSection(maximumCount: limits.maximumFieldCount, folding: .refused)
    }
}
