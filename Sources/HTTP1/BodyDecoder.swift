import Wire

/// Finds the content of one message within the input, and its end.
///
///     length(n) ──────────────────────────────────────────────┐
///     untilClose ── inputEnded ───────────────────────────────┤
///     chunkLine ── size 0 ──► trailers ── empty line ─────────┴─► ended
///        ▲ └── size n ──► chunkData(n) ──► chunkDataEnd ─┐
///        └───────────────────────────────────────────────┘
struct BodyDecoder: Sendable {
    enum Event {
        /// Content, as a range of the input.
        case body(Range<Int>)
        case end
    }

    private enum State {
        case length(remaining: Int)
        case untilClose
        case chunkLine
        case chunkData(remaining: Int)
        case chunkDataEnd
        case trailers(taken: Int)
        case ended
    }

    private let limits: HTTPLimits
    private var state: State = .ended
    private var lines = LineReader()
    private var trailers: FieldSection
    /// Content that may still come.
    private var allowance = 0

    /// Without a body until ``begin(_:)``.
    init(limits: HTTPLimits) {
        self.limits = limits
        trailers = FieldSection(maximumCount: limits.maximumFieldCount, folding: .refused)
    }

    /// Starts the next body.
    mutating func begin(_ framing: BodyFraming) throws(HTTPParseError) {
        allowance = limits.maximumBodyBytes
        switch framing {
        case .none: state = .ended
        case .length(let length):
            state = .length(remaining: length)
            try take(allowanceFor: length)
        case .chunked:
            trailers = FieldSection(maximumCount: limits.maximumFieldCount, folding: .refused)
            state = .chunkLine
        case .untilClose: state = .untilClose
        }
    }

    /// The next event; nil where all of the input is taken and more is needed.
    mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) throws(HTTPParseError) -> Event? {
        while true {
            switch state {
            case .ended: return .end
            case .length(let remaining):
                guard let range = Self.content(upTo: remaining, in: input, at: &offset) else { return nil }
                state = range.count == remaining ? .ended : .length(remaining: remaining - range.count)
                return .body(range)
            case .chunkData(let remaining):
                guard let range = Self.content(upTo: remaining, in: input, at: &offset) else { return nil }
                state = range.count == remaining ? .chunkDataEnd : .chunkData(remaining: remaining - range.count)
                return .body(range)
            case .untilClose:
                guard offset < input.count else { return nil }
                guard allowance > 0 else { throw tooLarge }
                guard let range = Self.content(upTo: allowance, in: input, at: &offset) else { return nil }
                allowance -= range.count
                return .body(range)
            case .chunkLine, .chunkDataEnd, .trailers:
                guard try takeLine(in: input, at: &offset) else { return nil }
            }
        }
    }

    /// Whether this body ends where the peer closes its side.
    var endsAtClose: Bool {
        if case .untilClose = state { true } else { false }
    }

    private static func content(
        upTo maximum: Int, in input: UnsafeRawBufferPointer, at offset: inout Int
    ) -> Range<Int>? {
        guard offset < input.count else { return nil }
        let start = offset
        offset += min(maximum, input.count - start)
        return start..<offset
    }

    private mutating func takeLine(
        in input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(HTTPParseError) -> Bool {
        switch lines.next(in: input, at: &offset, maximumBytes: maximumLineBytes) {
        case .incomplete: return false
        case .tooLong: throw lineTooLong
        case .inPlace(let range): try take(line: UnsafeRawBufferPointer(rebasing: input[range]))
        case .joined(let line):
            try line.span.withUnsafeBytes { (bytes) throws(HTTPParseError) in try take(line: bytes) }
        }
        return true
    }

    private var maximumLineBytes: Int {
        switch state {
        case .trailers(let taken): limits.maximumTrailerBytes - taken
        case .chunkLine: limits.maximumChunkLineBytes
        default: 2
        }
    }

    private var lineTooLong: HTTPParseError {
        switch state {
        case .trailers: HTTPParseError(.trailersTooLarge, "The trailers exceed \(limits.maximumTrailerBytes) bytes.")
        case .chunkLine:
            HTTPParseError(.chunkLineTooLong, "A chunk-size line exceeds \(limits.maximumChunkLineBytes) bytes.")
        default: HTTPParseError(.invalidChunk, "A chunk's data is not followed by a line ending.")
        }
    }

    private mutating func take(line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        let content = try LineEnding.strict.content(of: line)
        switch state {
        case .trailers(let taken):
            state = try trailers.take(line: content) ? .trailers(taken: taken + line.count) : .ended
        case .chunkLine:
            let size = try ChunkLine.size(content)
            try take(allowanceFor: size)
            state = size == 0 ? .trailers(taken: 0) : .chunkData(remaining: size)
        default:
            state = .chunkLine
        }
    }

    private mutating func take(allowanceFor bytes: Int) throws(HTTPParseError) {
        guard bytes <= allowance else { throw tooLarge }
        allowance -= bytes
    }

    private var tooLarge: HTTPParseError {
        HTTPParseError(.bodyTooLarge, "The body exceeds \(limits.maximumBodyBytes) bytes.")
    }
}
