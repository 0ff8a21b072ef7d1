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
        let (file, status) = try workspace.openFile(path)
        var reader = LineReader(file, maximumLineBytes: Self.maximumLineBytes, cancellation: cancellation)
        var page = ResultPage(
            offset: first - 1, limit: arguments.count("limit"), defaultLimit: Self.defaultLines,
            maximum: Self.maximumLines, maximumBytes: maximumResultBytes)
        while let line = try reader.next() {
            let number = page.seen + 1
            let mark = reader.isCut ? "… [line cut]" : ""
            guard page.add("\(number)\t\(String(decoding: line, as: UTF8.self))\(mark)") else { break }
        }
        if reader.isBinary { throw ToolFailure("`\(path.text)` is no text file (\(status.st_size) bytes)") }
        if page.seen == 0 { return "(the file is empty)" }
        if page.lines.isEmpty {
            throw ToolFailure("the file has only \(page.seen) lines, so there is no line \(first)")
        }
        let next = first + page.lines.count
        let note = page.hasMore ? ["[lines \(first) to \(next - 1); read on with offset \(next)]"] : []
        return (page.lines + note).map { $0 + "\n" }.joined()
    }
}
