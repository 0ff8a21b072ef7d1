import Glibc
import JSON
import JSONSchema

/// `list_directory`, `find_files` and `search_text`, a page at a time.
struct FileFinder: Sendable {
    static let defaultEntries = 500
    static let maximumEntries = 5000
    static let defaultMatches = 200
    static let maximumMatches = 2000
    /// What of a line that matches is looked at and shown.
    static let maximumLineBytes = 4096
    static let maximumShownLine = 300
    /// Bytes that one search reads.
    static let maximumSearchedBytes = 1 << 30

    let workspace: Workspace

    /// The part of a list that is asked for.
    private struct Page {
        let offset: Int
        let limit: Int
        var passed = 0
        var lines: [String] = []
        var hasMore = false

        init(_ arguments: JSONObject, defaultLimit: Int, maximum: Int) {
            offset = max(0, arguments["offset"]?.int ?? 0)
            limit = min(maximum, max(1, arguments["limit"]?.int ?? defaultLimit))
        }

        /// False once the page is full and it is known that there is more.
        mutating func add(_ line: @autoclosure () -> String) -> Bool {
            passed += 1
            guard passed > offset else { return true }
            guard lines.count < limit else {
                hasMore = true
                return false
            }
            lines.append(line())
            return true
        }

        func text(nothing: String, isIncomplete: Bool) -> String {
            var lines = lines
            if lines.isEmpty { lines = [offset > 0 ? "(no more)" : nothing] }
            if hasMore { lines.append("[there is more; go on with offset \(offset + limit)]") }
            if isIncomplete, !hasMore { lines.append("[not everything was looked at: there is too much]") }
            return lines.joined(separator: "\n")
        }
    }

    func listDirectory(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? ".")
        var page = Page(arguments, defaultLimit: Self.defaultEntries, maximum: Self.maximumEntries)
        var isIncomplete = false
        let directory = try workspace.openDirectory(path)
        for entry in try FileWalk.entries(of: directory, path, isIncomplete: &isIncomplete) {
            guard page.add(Self.line(for: entry)) else { break }
        }
        return page.text(nothing: "(the directory is empty)", isIncomplete: isIncomplete)
    }

    private static func line(for entry: DirectoryEntry) -> String {
        switch entry.kind {
        case .file: "\(entry.name)\t\(entry.size) bytes"
        case .directory: "\(entry.name)/"
        case .link: "\(entry.name)\tsymbolic link, not followed"
        case .other: "\(entry.name)\tno regular file"
        }
    }

    func findFiles(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let pattern = try FilePattern(arguments["pattern"]?.string ?? "*")
        let start = try WorkspacePath(arguments["path"]?.string ?? ".")
        var page = Page(arguments, defaultLimit: Self.defaultEntries, maximum: Self.maximumEntries)
        var walk = FileWalk(workspace: workspace, cancellation: cancellation)
        try walk.visitFiles(below: start) { (path, _, _) throws(ToolFailure) in
            pattern.matches(path) ? page.add(path.text) : true
        }
        return page.text(nothing: "(no file has such a name)", isIncomplete: walk.isIncomplete)
    }

    func searchText(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let text = arguments["pattern"]?.string ?? ""
        let isLiteral = arguments["literal"]?.bool ?? false
        guard
            let pattern = LinearPattern(
                isLiteral ? LinearPattern.escaped(text) : text, ignoringCase: arguments["ignore_case"]?.bool ?? false)
        else {
            throw ToolFailure(
                "the pattern cannot be used. Back-references and look-around are not supported; set literal for plain text."
            )
        }
        var files: FilePattern?
        if let names = arguments["files"]?.string { files = try FilePattern(names) }
        let start = try WorkspacePath(arguments["path"]?.string ?? ".")
        var page = Page(arguments, defaultLimit: Self.defaultMatches, maximum: Self.maximumMatches)
        var walk = FileWalk(workspace: workspace, cancellation: cancellation)
        var budget = Self.maximumSearchedBytes
        try walk.visitFiles(below: start) { (path, name, directory) throws(ToolFailure) in
            guard files?.matches(path) ?? true else { return true }
            return try Self.search(path, name, directory, pattern, cancellation, &page, &budget)
        }
        return page.text(nothing: "(no match)", isIncomplete: walk.isIncomplete || budget < 0)
    }

    /// False where the search is to end.
    private static func search(
        _ path: WorkspacePath, _ name: String, _ directory: Descriptor, _ pattern: LinearPattern,
        _ cancellation: Cancellation, _ page: inout Page, _ budget: inout Int
    ) throws(ToolFailure) -> Bool {
        // What cannot be read is passed over: others can.
        guard let (file, status) = try? Workspace.openFile(name, in: directory, path: path) else { return true }
        budget -= Int(status.st_size)
        guard budget >= 0 else { return false }
        var reader = LineReader(file, maximumLineBytes: maximumLineBytes)
        var number = 0
        while let line = try? reader.next(), !reader.isBinary {
            try cancellation.check()
            number += 1
            let text = String(decoding: line, as: UTF8.self)
            guard pattern.isFound(in: text) else { continue }
            let shown = text.count > maximumShownLine ? text.prefix(maximumShownLine) + "…" : text[...]
            guard page.add("\(path.text):\(number): \(shown)") else { return false }
        }
        return true
    }
}
