/// What an MCP server writes to its error output: lines for the log, and how much of it is read in a time.
struct MCPErrorOutput {
    static let maximumLineBytes = 8 << 10
    /// What is read in a ``MCPNoise/period``. The rest waits in the pipe, and its writer with it.
    static let maximumBytes = 1 << 20
    /// Characters of the last line that are kept, for the case that the server ends.
    private static let keptCharacters = 300

    private var splitter = LineSplitter(maximumBytes: maximumLineBytes)
    private var bytes = 0
    private(set) var lastLine = ""

    /// No more is to be read before ``beginPeriod()``.
    var isExhausted: Bool { bytes >= Self.maximumBytes }

    /// The lines that are over now. Of a line that is too long the beginning.
    mutating func append(_ new: UnsafeRawBufferPointer) -> [String] {
        bytes += new.count
        let lines = splitter.append(new).map { line in
            switch line {
            case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
            case .tooLong(let start, _): String(decoding: start, as: UTF8.self) + "…"
            }
        }
        if let last = lines.last { lastLine = String(last.prefix(Self.keptCharacters)) }
        return lines
    }

    mutating func beginPeriod() {
        bytes = 0
    }
}
