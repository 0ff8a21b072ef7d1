import JSON

/// The part of a list that is asked for, as far as it is told at once.
struct ResultPage {
    let offset: Int
    private let limit: Int
    private var shown: ResultLines
    /// Lines offered so far.
    private(set) var seen = 0
    /// There is more behind it.
    private(set) var hasMore = false

    /// - Parameters:
    ///   - offset: lines that are passed over.
    ///   - limit: lines of the page; nil: `defaultLimit`.
    ///   - maximumBytes: of the page; a longer one ends early.
    init(offset: Int, limit: Int?, defaultLimit: Int, maximum: Int, maximumBytes: Int) {
        self.offset = max(0, offset)
        self.limit = min(maximum, max(1, limit ?? defaultLimit))
        shown = ResultLines(maximumBytes: maximumBytes)
    }

    var lines: [String] { shown.lines }

    /// False once the page is full and it is known that there is more.
    mutating func add(_ line: @autoclosure () -> String) -> Bool {
        seen += 1
        guard seen > offset else { return true }
        guard shown.lines.count < limit, shown.append(line()) else {
            hasMore = true
            return false
        }
        return true
    }

    /// - Parameter gaps: what is said about that which was not looked at.
    func text(nothing: String, gaps: [String]) -> String {
        var lines = shown.lines
        if lines.isEmpty { lines = [offset > 0 ? "(no more)" : nothing] }
        // Behind the end of the page, all is open anyway.
        lines += hasMore ? ["[there is more; go on with offset \(offset + shown.lines.count)]"] : gaps
        return lines.joined(separator: "\n")
    }
}

extension JSONObject {
    /// A whole number that counts something; one that is too large for any count is the largest. nil where there is none.
    func count(_ name: String) -> Int? {
        // Half of it, so that something can be added.
        let largest = Int.max / 2
        guard let value = self[name] else { return nil }
        return value.int.map { min($0, largest) } ?? value.double.map { $0 > 0 ? largest : 0 }
    }
}
