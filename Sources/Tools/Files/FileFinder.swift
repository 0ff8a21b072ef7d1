import JSON
import JSONSchema

/// `list_directory`, `find_files` and `search_text`, a page at a time.
struct FileFinder: Sendable {
    static let defaultEntries = 500
    static let maximumEntries = 5000
    static let defaultMatches = 200
    static let maximumMatches = 2000

    let workspace: Workspace
    /// Of a page; a longer one ends early.
    let maximumResultBytes: Int

    /// The part of a list that is asked for.
    struct Page {
        let offset: Int
        let limit: Int
        private var passed = 0
        private var shown: ResultLines
        private var hasMore = false

        init(_ arguments: JSONObject, defaultLimit: Int, maximum: Int, maximumBytes: Int) {
            offset = max(0, arguments.count("offset") ?? 0)
            limit = min(maximum, max(1, arguments.count("limit") ?? defaultLimit))
            shown = ResultLines(maximumBytes: maximumBytes)
        }

        /// False once the page is full and it is known that there is more.
        mutating func add(_ line: @autoclosure () -> String) -> Bool {
            passed += 1
            guard passed > offset else { return true }
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

    private func page(_ arguments: JSONObject, defaultLimit: Int, maximum: Int) -> Page {
        Page(arguments, defaultLimit: defaultLimit, maximum: maximum, maximumBytes: maximumResultBytes)
    }

    private static let tooMuch = "[not everything was looked at: there is too much]"

    func listDirectory(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? ".")
        var page = page(arguments, defaultLimit: Self.defaultEntries, maximum: Self.maximumEntries)
        var isIncomplete = false
        let directory = try workspace.openDirectory(path)
        for entry in try FileWalk.entries(of: directory, path, isIncomplete: &isIncomplete) {
            guard page.add(Self.line(for: entry)) else { break }
        }
        return page.text(nothing: "(the directory is empty)", gaps: isIncomplete ? [Self.tooMuch] : [])
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
        var page = page(arguments, defaultLimit: Self.defaultEntries, maximum: Self.maximumEntries)
        var walk = FileWalk(workspace: workspace, cancellation: cancellation)
        try walk.visitFiles(below: start) { (path, _, _) throws(ToolFailure) in
            pattern.matches(path) ? page.add(path.text) : true
        }
        return page.text(nothing: "(no file has such a name)", gaps: walk.isIncomplete ? [Self.tooMuch] : [])
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
        let page = page(arguments, defaultLimit: Self.defaultMatches, maximum: Self.maximumMatches)
        var walk = FileWalk(workspace: workspace, cancellation: cancellation)
        var search = TextSearch(pattern: pattern, page: page, cancellation: cancellation)
        try walk.visitFiles(below: start) { (path, name, directory) throws(ToolFailure) in
            guard files?.matches(path) ?? true else { return true }
            return try search.look(in: name, path, directory)
        }
        return search.page.text(nothing: "(no match)", gaps: (walk.isIncomplete ? [Self.tooMuch] : []) + search.gaps)
    }
}
