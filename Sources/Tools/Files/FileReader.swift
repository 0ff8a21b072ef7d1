import Glibc
import JSON

/// `read_file`: a file's lines with their numbers, a page at a time.
struct FileReader: Sendable {
    static let defaultLines = 500
    static let maximumLines = 5000
    /// What of a line is shown.
    static let maximumLineBytes = 2000
    /// Of a page; a longer one ends early.
    static let maximumPageBytes = 256 << 10

    let workspace: Workspace

    func readFile(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? "")
        let first = max(1, arguments["offset"]?.int ?? 1)
        let limit = min(Self.maximumLines, max(1, arguments["limit"]?.int ?? Self.defaultLines))
        let (file, status) = try workspace.openFile(path)
        var reader = LineReader(file, maximumLineBytes: Self.maximumLineBytes + 1)
        var text = ""
        var number = 0
        var last = 0
        var hasMore = false
        while let line = try reader.next() {
            try cancellation.check()
            if reader.isBinary {
                throw ToolFailure("`\(path.text)` is no text file (\(status.st_size) bytes)")
            }
            number += 1
            guard number >= first else { continue }
            if number >= first + limit || text.utf8.count > Self.maximumPageBytes {
                hasMore = true
                break
            }
            text += "\(number)\t\(Self.shown(line))\n"
            last = number
        }
        if number == 0 { return "(the file is empty)" }
        if text.isEmpty { throw ToolFailure("the file has only \(number) lines, so there is no line \(first)") }
        if hasMore { text += "[lines \(first) to \(last); read on with offset \(last + 1)]\n" }
        return text
    }

    static func shown(_ line: [UInt8]) -> String {
        let text = String(decoding: line.prefix(maximumLineBytes), as: UTF8.self)
        return line.count > maximumLineBytes ? text + "… [line cut]" : text
    }
}
