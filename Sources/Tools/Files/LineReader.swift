import Glibc

/// Reads a text file line by line, with a bound on what of a line is kept.
struct LineReader {
    static let bufferBytes = 64 * 1024

    private let file: Descriptor
    private let maximumLineBytes: Int
    private let cancellation: Cancellation
    private var buffer = [UInt8](repeating: 0, count: bufferBytes)
    private var position = 0
    private var filled = 0
    private var isAtEnd = false
    /// Bytes read so far.
    private(set) var total = 0
    /// The file has a byte 0 in its first piece: it is no text, and has no lines.
    private(set) var isBinary = false
    /// The line that came last is not whole.
    private(set) var isCut = false

    init(_ file: Descriptor, maximumLineBytes: Int, cancellation: Cancellation) {
        self.file = file
        self.maximumLineBytes = maximumLineBytes
        self.cancellation = cancellation
    }

    /// The next line without its end, cut where it is too long; nil at the end of the file.
    mutating func next() throws(ToolFailure) -> [UInt8]? {
        var line: [UInt8] = []
        var hasAny = false
        isCut = false
        while true {
            if position == filled {
                guard try fill() else { return hasAny ? line : nil }
            }
            hasAny = true
            let end = endOfLine()
            let piece = buffer[position..<(end ?? filled)]
            let room = maximumLineBytes - line.count
            if piece.count > room { isCut = true }
            line += piece.prefix(room)
            position = end.map { $0 + 1 } ?? filled
            if end != nil {
                if !isCut, line.last == 0x0D { line.removeLast() }
                return line
            }
        }
    }

    /// Where in the buffer the next line feed is.
    private func endOfLine() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + position, 0x0A, filled - position) else {
                return nil
            }
            return UnsafeRawPointer(found) - base
        }
    }

    /// False at the end. A file may be endless for all purposes, and a line as long: who waits no more is heard here.
    private mutating func fill() throws(ToolFailure) -> Bool {
        try cancellation.check()
        guard !isAtEnd else { return false }
        let file = file
        guard let count = buffer.withUnsafeMutableBytes({ file.read(into: $0) }) else {
            throw ToolFailure("the file cannot be read: \(String(cString: strerror(errno)))")
        }
        if total == 0 { isBinary = buffer[..<count].contains(0) }
        isAtEnd = count < buffer.count || isBinary
        total += count
        position = 0
        filled = isBinary ? 0 : count
        return filled > 0
    }
}
