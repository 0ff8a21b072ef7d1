import EventLoops
import Glibc
import Synchronization

/// The directory that file tools see, and nothing outside it.
///
/// A path is followed name by name from the open directory, each by an `openat` that follows no symbolic link, so that
/// whatever others do to the tree meanwhile, nothing outside is ever opened. All calls block.
final class Workspace: Sendable {
    /// Absolute, without symbolic links at the time of opening.
    let path: String
    private let root: Descriptor
    /// Held while a file is replaced: of two edits at the same time none is lost.
    let writing = Mutex<Void>(())

    init(path: String) throws(SystemError) {
        root = Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard root.number >= 0 else { throw .last("open") }
        guard let resolved = realpath(path, nil) else { throw .last("realpath") }
        defer { free(resolved) }
        self.path = String(cString: resolved)
    }

    // MARK: Opening

    func openDirectory(_ path: WorkspacePath) throws(ToolFailure) -> Descriptor {
        try openDirectory(path.names[...], of: path, creating: false)
    }

    /// A regular file, for reading, with what the system knows of it.
    func openFile(_ path: WorkspacePath) throws(ToolFailure) -> (descriptor: Descriptor, status: stat) {
        guard let name = path.names.last else { throw ToolFailure("`.` is a directory, not a file") }
        let directory = try openDirectory(path.names.dropLast(), of: path, creating: false)
        return try Self.openFile(name, in: directory, path: path)
    }

    /// Not a pipe or a device, which could make the reader wait.
    static func openFile(
        _ name: String, in directory: Descriptor, path: WorkspacePath
    ) throws(ToolFailure) -> (descriptor: Descriptor, status: stat) {
        let file = Descriptor(openat(directory.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
        guard file.number >= 0 else { throw failure(errno, path) }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw failure(errno, path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return (file, status)
        case S_IFDIR: throw ToolFailure("`\(path.text)` is a directory, not a file")
        default: throw ToolFailure("`\(path.text)` is no regular file")
        }
    }

    /// The directory that a file is in, made with those above it where they are missing.
    func openParent(
        of path: WorkspacePath, creating: Bool
    ) throws(ToolFailure) -> (directory: Descriptor, name: String) {
        guard let name = path.names.last else { throw ToolFailure("`.` is a directory, not a file") }
        return (try openDirectory(path.names.dropLast(), of: path, creating: creating), name)
    }

    private func openDirectory(
        _ names: ArraySlice<String>, of path: WorkspacePath, creating: Bool
    ) throws(ToolFailure) -> Descriptor {
        var directory = Descriptor(openat(root.number, ".", Self.directoryFlags))
        guard directory.number >= 0 else { throw Self.failure(errno, path) }
        for name in names {
            if creating { _ = mkdirat(directory.number, name, 0o777) }
            let next = Descriptor(openat(directory.number, name, Self.directoryFlags))
            guard next.number >= 0 else { throw Self.failure(errno, path, directoryName: name) }
            directory = next
        }
        return directory
    }

    private static let directoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// A directory below an open one; nil for anything else, links included.
    static func openDirectory(_ name: String, in directory: Descriptor) -> Descriptor? {
        let descriptor = Descriptor(openat(directory.number, name, directoryFlags))
        return descriptor.number >= 0 ? descriptor : nil
    }

    // MARK: Failures

    static func failure(_ code: Int32, _ path: WorkspacePath, directoryName: String? = nil) -> ToolFailure {
        let text = path.text
        switch code {
        case ENOENT: return ToolFailure("there is no `\(text)` in the workspace")
        // With O_NOFOLLOW, what a link leads to is not looked at.
        case ELOOP: return ToolFailure("`\(text)` is a symbolic link, or leads through one; links are not followed")
        case ENOTDIR:
            let name = directoryName ?? text
            return ToolFailure("`\(name)` is not a directory (symbolic links are not followed)")
        default: return ToolFailure("`\(text)`: \(String(cString: strerror(code)))")
        }
    }
}

/// An open file, closed when nobody refers to it any more.
final class Descriptor: Sendable {
    /// Negative where opening it failed.
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// Reads until `buffer` is full or the file ends. nil on an error, which is in `errno`.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(number, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            filled += count
        }
        return filled
    }

    /// False on an error, which is in `errno`.
    func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(number, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count < 0 {
                    if errno == EINTR { continue }
                    return false
                }
                sent += count
            }
            return true
        }
    }
}
