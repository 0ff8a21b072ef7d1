/// Cuts a stream of bytes into lines, whose length is bounded.
struct LineSplitter {
    private let maximumBytes: Int
    private var buffer: [UInt8] = []
    /// A line was too long: nothing is taken any more.
    private(set) var hasOverflowed = false

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// The lines that are whole now, without their ends; blank ones are left out.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        guard !hasOverflowed else { return [] }
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            buffer += rest[..<end]
            rest = rest[(end + 1)...]
            if buffer.count > maximumBytes { break }
            if buffer.last == 0x0D { buffer.removeLast() }
            if buffer.contains(where: { $0 > 0x20 }) { lines.append(buffer) }
            buffer = []
        }
        if buffer.count <= maximumBytes { buffer += rest }
        if buffer.count > maximumBytes {
            hasOverflowed = true
            buffer = []
        }
        return lines
    }
}
