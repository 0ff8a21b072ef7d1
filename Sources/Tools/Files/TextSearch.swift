import Glibc
import JSONSchema

/// One search for a text, file by file. What it has to leave out it tells.
struct TextSearch {
    /// What of a line is looked at, and what of one is shown, in characters.
    static let maximumLineBytes = 1 << 20
    static let maximumShownLine = 300
    /// Steps of the pattern that one line may take.
    static let maximumLineSteps = 50_000_000
    /// Bytes that one search reads.
    static let maximumSearchedBytes = 1 << 30

    let pattern: LinearPattern
    private(set) var page: FileFinder.Page
    private let cancellation: Cancellation
    private var budget: Int
    private var passedOver: [WorkspacePath] = []
    private var cutLines = 0

    init(
        pattern: LinearPattern, page: FileFinder.Page, cancellation: Cancellation,
        maximumSearchedBytes: Int = Self.maximumSearchedBytes
    ) {
        self.pattern = pattern
        self.page = page
        self.cancellation = cancellation
        budget = maximumSearchedBytes
    }

    /// False where the search is to end: the page is full.
    mutating func look(
        in name: String, _ path: WorkspacePath, _ directory: Descriptor
    ) throws(ToolFailure) -> Bool {
        // What cannot be read is passed over: others can.
        guard let (file, status) = try? Workspace.openFile(name, in: directory, path: path) else { return true }
        guard status.st_size <= budget else {
            passedOver.append(path)
            return true
        }
        var reader = LineReader(file, maximumLineBytes: Self.maximumLineBytes, cancellation: cancellation)
        defer { budget -= reader.total }
        var number = 0
        while let line = try? reader.next() {
            number += 1
            try cancellation.check()
            let text = String(decoding: line, as: UTF8.self)
            var steps = Self.maximumLineSteps
            let isFound = pattern.isFound(in: text, steps: &steps)
            if isFound == nil || isFound == false && reader.isCut { cutLines += 1 }
            guard isFound == true else { continue }
            let shown = text.count > Self.maximumShownLine ? text.prefix(Self.maximumShownLine) + "…" : text[...]
            guard page.add("\(path.text):\(number): \(shown)") else { return false }
        }
        try cancellation.check()
        return true
    }

    /// Files and lines in which there may be more than was found.
    var gaps: [String] {
        var gaps: [String] = []
        if let first = passedOver.first {
            let others = passedOver.count > 1 ? " and \(passedOver.count - 1) others" : ""
            gaps.append("[not searched, as it is too much: `\(first.text.prefix(utf8: 200))`\(others)]")
        }
        if cutLines > 0 { gaps.append("[\(cutLines) long lines were not searched to their end]") }
        return gaps
    }
}
