import Glibc
import JSON

/// `read_file`: a file's lines with their numbers, a page at a time.
struct FileReader: Sendable {
    static let defaultLines = 500
    static let maximumLines = 5000
    /// What of a line is shown.
    static let maximumLineBytes = 2000

    let workspace: Workspace
    /// Of a page; a longer one ends early.
    let maximumResultBytes: Int

    func readFile(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? "")
        let first = max(1, arguments.count("offset") ?? 1)
        let limit = min(Self.maximumLines, max(1, arguments.count("limit") ?? Self.defaultLines))
        let (file, status) = try workspace.openFile(path)
        var reader = LineReader(file, maximumLineBytes: Self.maximumLineBytes, cancellation: cancellation)
        var page = ResultLines(maximumBytes: maximumResultBytes)
        var number = 0
        var hasMore = false
        while let line = try reader.next() {
            number += 1
            guard number >= first else { continue }
            let text = String(decoding: line, as: UTF8.self) + (reader.isCut ? "… [line cut]" : "")
            guard page.lines.count < limit, page.append("\(number)\t\(text)") else {
                hasMore = true
                break
            }
        }
        if reader.isBinary { throw ToolFailure("`\(path.text)` is no text file (\(status.st_size) bytes)") }
        if number == 0 { return "(the file is empty)" }
        if page.lines.isEmpty { throw ToolFailure("the file has only \(number) lines, so there is no line \(first)") }
        let next = first + page.lines.count
        let note = hasMore ? ["[lines \(first) to \(next - 1); read on with offset \(next)]"] : []
        return (page.lines + note).map { $0 + "\n" }.joined()
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
