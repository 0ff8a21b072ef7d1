/// A place in the workspace: names one below the other, none of which leads out.
struct WorkspacePath: Sendable, Hashable {
    static let maximumBytes = 4096
    static let maximumNames = 64
    private static let maximumNameBytes = 255

    /// Empty: the workspace itself.
    private(set) var names: [String] = []

    /// - Parameter text: relative, with `/` between names; `.` stands for where one is.
    init(_ text: String) throws(ToolFailure) {
        guard text.utf8.count <= Self.maximumBytes else { throw ToolFailure("the path is too long") }
        guard !text.utf8.contains(0) else { throw ToolFailure("the path contains a zero byte") }
        guard !text.hasPrefix("/") else {
            throw ToolFailure("`\(text)` is an absolute path. Give one from the workspace, such as src/main.c.")
        }
        for name in text.split(separator: "/") where name != "." {
            guard name != ".." else {
                throw ToolFailure("`\(text)` leads up by `..`, which is not allowed. Give a path from the workspace.")
            }
            guard name.utf8.count <= Self.maximumNameBytes else { throw ToolFailure("a name in the path is too long") }
            names.append(String(name))
        }
        guard names.count <= Self.maximumNames else { throw ToolFailure("the path is too deep") }
    }

    private init(names: [String]) {
        self.names = names
    }

    func appending(_ name: String) -> WorkspacePath { WorkspacePath(names: names + [name]) }

    /// From the workspace; `.` for itself.
    var text: String { names.isEmpty ? "." : names.joined(separator: "/") }
}
