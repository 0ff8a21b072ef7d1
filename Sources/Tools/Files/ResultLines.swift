/// The lines of a result that is told a page at a time: so many as the model is given of one, with room for a word about the
/// rest, which must not be cut away.
struct ResultLines {
    /// Kept free for what is said about the rest.
    static let noteBytes = 400
    private static let cutMark = "…"

    private let maximumBytes: Int
    private var bytes = 0
    private(set) var lines: [String] = []

    /// - Parameter maximumBytes: of the result, more than ``noteBytes``.
    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes - Self.noteBytes
    }

    /// False where there is no room for it. For the first there is in any case: it is cut.
    mutating func append(_ line: String) -> Bool {
        var line = line
        if bytes + line.utf8.count + 1 > maximumBytes {
            guard lines.isEmpty else { return false }
            line = line.prefix(utf8: maximumBytes - Self.cutMark.utf8.count - 1) + Self.cutMark
        }
        bytes += line.utf8.count + 1
        lines.append(line)
        return true
    }
}

extension String {
    /// As many characters from its beginning as fit into so many bytes.
    func prefix(utf8 limit: Int) -> Substring {
        guard utf8.count > limit else { return self[...] }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit))
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end]
    }
}
