import Glibc

/// Reads a file line by line, with a bound on what of a line is kept.
struct LineReader {
    static let bufferBytes = 64 * 1024

    private let file: Descriptor
    private let maximumLineBytes: Int
    private var buffer = [UInt8](repeating: 0, count: bufferBytes)
    private var position = 0
    private var filled = 0
    private var isAtEnd = false
    /// Bytes read so far.
    private(set) var total = 0
    /// The file has a byte 0 in its first piece: it is no text.
    private(set) var isBinary = false

    init(_ file: Descriptor, maximumLineBytes: Int) {
        self.file = file
        self.maximumLineBytes = maximumLineBytes
    }

    /// The next line without its end, cut where it is too long; nil at the end of the file.
    mutating func next() throws(ToolFailure) -> [UInt8]? {
        var line: [UInt8] = []
        var hasAny = false
        while true {
            if position == filled {
                guard try fill() else { return hasAny ? line : nil }
            }
            hasAny = true
            let end = buffer[position..<filled].firstIndex(of: 0x0A)
            let piece = buffer[position..<(end ?? filled)]
            line += piece.prefix(max(0, maximumLineBytes - line.count))
            position = end.map { $0 + 1 } ?? filled
            if end != nil {
                if line.last == 0x0D { line.removeLast() }
                return line
            }
        }
    }

    private mutating func fill() throws(ToolFailure) -> Bool {
        guard !isAtEnd else { return false }
        let file = file
        guard let count = buffer.withUnsafeMutableBytes({ file.read(into: $0) }) else {
            throw ToolFailure("the file cannot be read: \(String(cString: strerror(errno)))")
        }
        if total == 0 { isBinary = buffer[..<count].contains(0) }
        isAtEnd = count < buffer.count
        total += count
        position = 0
        filled = count
        return count > 0
    }
}
