import Wire

/// Cuts the input into lines. A line that lies whole in the input is not copied; one that is spread over several inputs is
/// joined in a buffer bounded by the caller's limit.
struct LineReader: Sendable {
    enum Outcome {
        /// A line with its ending, in the input.
        case inPlace(Range<Int>)
        /// A line with its ending, whose first part came with earlier inputs.
        case joined([UInt8])
        /// All of the input is taken and the line goes on.
        case incomplete
        case tooLong
    }

    private var partial: [UInt8] = []

    /// Whether part of a line waits for the rest.
    var isWithinLine: Bool { !partial.isEmpty }

    /// The next line of at most `maximumBytes` with its line feed. Looks at no more than that many bytes, and says
    /// `tooLong` as soon as the line cannot end within them: how the input is cut makes no difference.
    mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int, maximumBytes: Int) -> Outcome {
        let room = maximumBytes - partial.count
        let available = input.count - offset
        let window = offset..<offset + min(max(room, 0), available)
        guard let lineFeed = input.firstOffset(of: 0x0A, in: window) else {
            guard available < room else { return .tooLong }
            partial.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[window]))
            offset = window.upperBound
            return .incomplete
        }
        let range = offset..<lineFeed + 1
        offset = range.upperBound
        if partial.isEmpty { return .inPlace(range) }
        partial.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[range]))
        let line = partial
        partial = []
        return .joined(line)
    }
}

/// What ends a line (RFC 9112 §2.2).
///
/// The standard lets a recipient take a bare line feed for a line ending. A server here does not: front ends differ over it,
/// and each difference is a way to smuggle a request. A client does in heads, where hand-written servers send it and no one
/// is harmed; in chunk-size lines, whose grammar has no such leave, nobody does. A bare CR is refused everywhere.
enum LineEnding {
    case strict
    case lenient

    /// The line without its ending, which must be its last bytes.
    func content(of line: UnsafeRawBufferPointer) throws(HTTPParseError) -> UnsafeRawBufferPointer {
        let end = line.count - 1
        if end > 0, line[end - 1] == 0x0D { return UnsafeRawBufferPointer(rebasing: line[..<(end - 1)]) }
        guard self == .lenient else {
            throw HTTPParseError(.invalidLineEnding, "A line ends in a line feed without a carriage return.")
        }
        return UnsafeRawBufferPointer(rebasing: line[..<end])
    }
}
