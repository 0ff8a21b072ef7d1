import Glibc
import JSONSchema

/// One search for a text, file by file. What it has to leave out it tells.
struct TextSearch {
    /// What of a line is looked at, and what of one is shown.
    static let maximumLineBytes = 1 << 20
    static let maximumShownBytes = 600

    let pattern: LinearPattern
    private(set) var page: ResultPage
    private let cancellation: Cancellation
    private let lineSteps: Int
    private var budget: Int
    private var firstPassedOver: WorkspacePath?
    private var passedOverCount = 0
    private var cutLines = 0

    init(
        pattern: LinearPattern, page: ResultPage, cancellation: Cancellation, limits: FileLimits
    ) {
        self.pattern = pattern
        self.page = page
        self.cancellation = cancellation
        lineSteps = limits.lineSteps
        budget = limits.searchedBytes
    }

    /// False where the search is to end: the page is full.
    mutating func look(
        in name: String, _ path: WorkspacePath, _ directory: Descriptor
    ) throws(ToolFailure) -> Bool {
        // What cannot be read is passed over: others can.
        guard let (file, status) = try? Workspace.openFile(name, in: directory, path: path) else { return true }
        guard status.st_size <= budget else {
            firstPassedOver = firstPassedOver ?? path
            passedOverCount += 1
            return true
        }
        var reader = LineReader(file, maximumLineBytes: Self.maximumLineBytes, cancellation: cancellation)
        defer { budget -= reader.total }
        var number = 0
        while let line = try? reader.next() {
            number += 1
            try cancellation.check()
            let text = String(decoding: line, as: UTF8.self)
            var steps = lineSteps
            let isFound = pattern.isFound(in: text, steps: &steps)
            if isFound == nil || isFound == false && reader.isCut { cutLines += 1 }
            guard isFound == true else { continue }
            guard page.add("\(path.text):\(number): \(Self.shown(text))") else { return false }
        }
        try cancellation.check()
        return true
    }

    private static func shown(_ line: String) -> String {
        line.utf8.count > maximumShownBytes ? line.prefix(utf8: maximumShownBytes) + "…" : line
    }

    /// Files and lines in which there may be more than was found.
    var gaps: [String] {
        var gaps: [String] = []
        if let first = firstPassedOver {
            let others = passedOverCount > 1 ? " and \(passedOverCount - 1) others" : ""
            gaps.append("[not searched, as it is too much: `\(first.text.prefix(utf8: 200))`\(others)]")
        }
        if cutLines > 0 { gaps.append("[\(cutLines) long lines were not searched to their end]") }
        return gaps
    }
}
