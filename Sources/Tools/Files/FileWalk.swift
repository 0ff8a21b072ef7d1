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

/// How much one call of a file tool looks at. Tests look at less.
struct FileLimits: Sendable {
    /// Entries of all directories.
    var entries = 200_000
    /// Entries of one directory.
    var directoryEntries = 50_000
    /// Bytes that one search reads.
    var searchedBytes = 1 << 30
    /// Steps of a search's pattern that one line may take.
    var lineSteps = 50_000_000
}

/// Looks through directories of a workspace. Links are seen and not followed.
struct FileWalk {
    /// Directories that are not looked into: what is in them is a tool's own.
    static let passedOver: Set<String> = [".git"]

    let workspace: Workspace
    let cancellation: Cancellation
    private let limits: FileLimits
    private var seen = 0
    private var isIncomplete = false
    private var oddNameCount = 0

    init(workspace: Workspace, cancellation: Cancellation, limits: FileLimits = FileLimits()) {
        self.workspace = workspace
        self.cancellation = cancellation
        self.limits = limits
    }

    /// What was not looked at.
    var gaps: [String] {
        var gaps: [String] = []
        if isIncomplete { gaps.append("[not everything was looked at: there is too much]") }
        if oddNameCount > 0 { gaps.append("[\(oddNameCount) names are no UTF-8 and left out]") }
        return gaps
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
        let entries = try entries(of: directory, path)
        for entry in entries {
            try cancellation.check()
            seen += 1
            guard seen <= limits.entries else {
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
    mutating func entries(of directory: Descriptor, _ path: WorkspacePath) throws(ToolFailure) -> [DirectoryEntry] {
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
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else {
                oddNameCount += 1
                continue
            }
            guard name != ".", name != ".." else { continue }
            guard entries.count < limits.directoryEntries else {
                isIncomplete = true
                break
            }
            guard let status = Self.status(of: name, in: directory) else { continue }
            entries.append(DirectoryEntry(name: name, kind: Self.kind(of: status), size: Int(status.st_size)))
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
