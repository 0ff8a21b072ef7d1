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

    var limits = FileLimits()

    private func page(_ arguments: JSONObject, defaultLimit: Int, maximum: Int) -> ResultPage {
        ResultPage(
            offset: arguments.count("offset") ?? 0, limit: arguments.count("limit"), defaultLimit: defaultLimit,
            maximum: maximum, maximumBytes: maximumResultBytes)
    }

    func listDirectory(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? ".")
        var page = page(arguments, defaultLimit: Self.defaultEntries, maximum: Self.maximumEntries)
        var walk = FileWalk(workspace: workspace, cancellation: cancellation, limits: limits)
        for entry in try walk.entries(of: try workspace.openDirectory(path), path) {
            guard page.add(Self.line(for: entry)) else { break }
        }
        return page.text(nothing: "(the directory is empty)", gaps: walk.gaps)
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
        var walk = FileWalk(workspace: workspace, cancellation: cancellation, limits: limits)
        try walk.visitFiles(below: start) { (path, _, _) throws(ToolFailure) in
            pattern.matches(path) ? page.add(path.text) : true
        }
        return page.text(nothing: "(no file has such a name)", gaps: walk.gaps)
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
        var walk = FileWalk(workspace: workspace, cancellation: cancellation, limits: limits)
        var search = TextSearch(pattern: pattern, page: page, cancellation: cancellation, limits: limits)
        try walk.visitFiles(below: start) { (path, name, directory) throws(ToolFailure) in
            guard files?.matches(path) ?? true else { return true }
            return try search.look(in: name, path, directory)
        }
        return search.page.text(nothing: "(no match)", gaps: walk.gaps + search.gaps)
    }
}
