/// What an MCP server writes to its standard output beside what it was asked for: how much of it is told, and read, in a time.
struct MCPNoise {
    /// Lines for the log, in a ``period``.
    static let maximumLines = 100
    /// Bytes that are read in a period. The rest waits in the pipe, and its writer with it.
    static let maximumBytes = 1 << 20
    /// In nanoseconds.
    static let period: UInt64 = 1_000_000_000

    private var lineCount = 0
    private var bytes = 0

    /// No more is to be read before ``beginPeriod()``.
    var isExhausted: Bool { bytes >= Self.maximumBytes }

    /// Leaves out what is not told any more.
    ///
    /// - Parameters:
    ///   - outputs: what one line of the server comes to.
    ///   - lineBytes: the length of that line.
    mutating func limit(_ outputs: [MCPClient.Output], lineBytes: Int) -> [MCPClient.Output] {
        let isNoise = outputs.allSatisfy { output in
            switch output {
            case .log, .progress: true
            case .send, .startTimer, .tools, .callEnded, .startListingPause, .failed: false
            }
        }
        guard isNoise else { return outputs }
        bytes += lineBytes
        return outputs.flatMap { output -> [MCPClient.Output] in
            guard case .log = output else { return [output] }
            lineCount += 1
            if lineCount <= Self.maximumLines { return [output] }
            guard lineCount == Self.maximumLines + 1 else { return [] }
            return [
                .log(level: "warning", "it says more than \(Self.maximumLines) lines a second; the others are left out")
            ]
        }
    }

    /// Bytes that are not even lines; fewer than none are none.
    mutating func passOver(_ count: Int) {
        bytes += max(0, count)
    }

    mutating func beginPeriod() {
        lineCount = 0
        bytes = 0
    }
}
