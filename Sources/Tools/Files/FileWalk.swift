import EventLoops
import Glibc

/// One entry of a directory.
struct DirectoryEntry: Sendable {
    enum Kind: Sendable { case file, directory, link, other }

    var name: String
    var kind: Kind
    /// Of a file.
    var size: Int
}

/// Looks through directories of a workspace. Links are seen and not followed.
struct FileWalk {
    /// Entries that one walk looks at.
    static let maximumEntries = 200_000
    /// Entries of one directory.
    static let maximumDirectoryEntries = 50_000
    /// Directories that are not looked into: what is in them is a tool's own.
    static let passedOver: Set<String> = [".git"]

    let workspace: Workspace
    let cancellation: Cancellation
    private var seen = 0
    /// Not all was looked at.
    private(set) var isIncomplete = false

    init(workspace: Workspace, cancellation: Cancellation) {
        self.workspace = workspace
        self.cancellation = cancellation
    }

    /// Calls `visit` with every regular file below `start`, by name within each directory, until it returns false; or with
    /// `start` alone, where that is a file.
    mutating func visitFiles(
        below start: WorkspacePath,
        _ visit: (_ path: WorkspacePath, _ name: String, _ directory: Descriptor) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) {
        if let (directory, name) = try? workspace.openParent(of: start, creating: false),
            Self.status(of: name, in: directory).map(Self.kind) == .file
        {
            _ = try visit(start, name, directory)
        } else {
            _ = try visitFiles(in: try workspace.openDirectory(start), start, visit)
        }
    }

    private mutating func visitFiles(
        in directory: Descriptor, _ path: WorkspacePath,
        _ visit: (_ path: WorkspacePath, _ name: String, _ directory: Descriptor) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) -> Bool {
        let entries = try Self.entries(of: directory, path, isIncomplete: &isIncomplete)
        for entry in entries {
            try cancellation.check()
            seen += 1
            guard seen <= Self.maximumEntries else {
                isIncomplete = true
                return false
            }
            let entryPath = path.appending(entry.name)
            switch entry.kind {
            case .file:
                guard try visit(entryPath, entry.name, directory) else { return false }
            case .directory:
                guard !Self.passedOver.contains(entry.name) else { continue }
                guard entryPath.names.count < WorkspacePath.maximumNames else {
                    isIncomplete = true
                    continue
                }
                // It may be gone, or not be ours to read.
                guard let child = Workspace.openDirectory(entry.name, in: directory) else { continue }
                guard try visitFiles(in: child, entryPath, visit) else { return false }
            case .link, .other: continue
            }
        }
        return true
    }

    /// By name.
    static func entries(
        of directory: Descriptor, _ path: WorkspacePath, isIncomplete: inout Bool
    ) throws(ToolFailure) -> [DirectoryEntry] {
        // The stream owns the descriptor that it is made of.
        let copy = fcntl(directory.number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw Workspace.failure(errno, path) }
        guard let stream = fdopendir(copy) else {
            let code = errno
            close(copy)
            throw Workspace.failure(code, path)
        }
        defer { closedir(stream) }
        rewinddir(stream)
        var entries: [DirectoryEntry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            guard entries.count < maximumDirectoryEntries else {
                isIncomplete = true
                break
            }
            guard let status = status(of: name, in: directory) else { continue }
            entries.append(DirectoryEntry(name: name, kind: kind(of: status), size: Int(status.st_size)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// nil where there is no such entry.
    private static func status(of name: String, in directory: Descriptor) -> stat? {
        var status = stat()
        return fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    private static func kind(of status: stat) -> DirectoryEntry.Kind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        case S_IFLNK: .link
        default: .other
        }
    }
}
