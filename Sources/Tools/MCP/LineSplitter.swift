import Wire

/// Cuts a stream of bytes into lines, whose length is bounded.
struct LineSplitter {
    enum Line: Hashable {
        case whole([UInt8])
        /// The first and the last bytes of a line that is longer than the limit; the rest of it is dropped.
        case tooLong(start: [UInt8], end: [UInt8])
    }

    /// Of either end of a line that is too long.
    static let keptBytes = 256

    private let maximumBytes: Int
    /// Of the line at hand: all of it, or its last bytes where it is too long.
    private var buffer: [UInt8] = []
    /// The first bytes of a line that is too long.
    private var start: [UInt8]?
    /// How long the line at hand is so far.
    private(set) var lineBytes = 0

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// The lines that are over now, without their ends; blank ones are left out.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while let end = bytes.firstOffset(of: 0x0A, in: start..<bytes.count) {
            take(bytes[start..<end])
            start = end + 1
            if let line = endLine() { lines.append(line) }
        }
        take(bytes[start...])
        return lines
    }

    private mutating func take(_ bytes: Slice<UnsafeRawBufferPointer>) {
        lineBytes += bytes.count
        guard lineBytes > maximumBytes else {
            buffer += bytes
            return
        }
        if start == nil {
            let start = Array(buffer.prefix(Self.keptBytes))
            self.start = start + bytes.prefix(Self.keptBytes - start.count)
        }
        buffer = Array((buffer.suffix(Self.keptBytes) + bytes.suffix(Self.keptBytes)).suffix(Self.keptBytes))
    }

    private mutating func endLine() -> Line? {
        defer {
            buffer = []
            start = nil
            lineBytes = 0
        }
        if let start { return .tooLong(start: start, end: buffer) }
        if buffer.last == 0x0D { buffer.removeLast() }
        return buffer.contains { $0 > 0x20 } ? .whole(buffer) : nil
    }
}
