import Glibc
import Quantities

/// Why a file could not be read.
package enum FileReadError: Error, Sendable, Equatable {
    case notFound
    /// It is larger than what was asked for.
    case tooLarge
    /// The system's reason.
    case failed(String)
}

/// What can be said of a file without reading it.
package struct FileFacts: Sendable, Equatable {
    package enum Kind: Sendable { case file, directory, other }

    package var kind: Kind
    /// Whether every user of the machine may read it.
    package var isReadableByAll: Bool
    /// Whether this process may write to it; in a directory: make files.
    package var isWritable: Bool
    /// Whether this process may run it; a directory: pass through.
    package var isExecutable: Bool

    package init(kind: Kind, isReadableByAll: Bool = false, isWritable: Bool = true, isExecutable: Bool = false) {
        self.kind = kind
        self.isReadableByAll = isReadableByAll
        self.isWritable = isWritable
        self.isExecutable = isExecutable
    }
}

/// Reads whole files and looks at them, so that loading can be tested without any.
package protocol FileReading: Sendable {
    /// The bytes of a file; `-` is standard input. Never more than `maximumBytes` are read.
    func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8]

    /// nil where there is no such file, or it cannot be reached.
    func facts(of path: String) -> FileFacts?

    /// The path from `/` on, without links, `.` and `..`; where there is no such file, its directory's and its name. nil where
    /// that cannot be told.
    func realPath(of path: String) -> String?
}

extension FileReading {
    /// Of files that exist nowhere there is nothing to see.
    package func facts(of path: String) -> FileFacts? { nil }

    package func realPath(of path: String) -> String? { nil }
}

/// The files of the system.
package struct SystemFiles: FileReading {
    private static let chunkBytes = 64 << 10
    /// How long the reader of a pipe or a device that is named as a file may wait for data, in all.
    package static let defaultWait = Duration.seconds(10)

    private let maximumWait: Duration

    package init(maximumWait: Duration = defaultWait) {
        self.maximumWait = maximumWait
    }

    package func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        if path == "-" { return try Self.readAll(STDIN_FILENO, maximumBytes, maximumWait: nil) }
        // Without waiting for somebody who opens the other end of a pipe, which may be never.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound : .failed(Self.systemMessage())
        }
        defer { close(descriptor) }
        return try Self.readAll(descriptor, maximumBytes, maximumWait: maximumWait)
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// False where there is none until then.
    private static func waitForData(
        _ descriptor: Int32, until deadline: ContinuousClock.Instant?
    ) throws(FileReadError) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let rest = deadline.map { ContinuousClock.now.duration(to: $0) / .milliseconds(1) }
            let count = poll(&request, 1, rest.map { Int32(min(max($0.rounded(.up), 0), 1e6)) } ?? -1)
            if count >= 0 { return count > 0 }
            guard errno == EINTR else { throw .failed(systemMessage()) }
        }
    }

    package func facts(of path: String) -> FileFacts? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let kind: FileFacts.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        return FileFacts(
            kind: kind, isReadableByAll: status.st_mode & S_IROTH != 0, isWritable: access(path, W_OK) == 0,
            isExecutable: access(path, X_OK) == 0)
    }

    package func realPath(of path: String) -> String? {
        if let whole = Self.resolved(path) { return whole }
        let name = path.split(separator: "/").last ?? ""
        guard errno == ENOENT, !["", ".", ".."].contains(name), !path.hasSuffix("/"),
            let directory = Self.resolved(PathHelp.directory(of: path))
        else { return nil }
        return directory + (directory == "/" ? "" : "/") + name
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func readAll(
        _ descriptor: Int32, _ maximumBytes: Int, maximumWait: Duration?
    ) throws(FileReadError) -> [UInt8] {
        let deadline = maximumWait.map { ContinuousClock.now.advanced(by: $0) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        // A pipe that nobody has written to yet looks like one that was written to its end.
        var mayBeUnwritten = isPipe(descriptor)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0, !mayBeUnwritten || !bytes.isEmpty { return bytes }
            guard count > 0 else {
                guard count == 0 || errno == EAGAIN || errno == EINTR else { throw .failed(systemMessage()) }
                if count == 0 || errno == EAGAIN, try !waitForData(descriptor, until: deadline) {
                    let limit = Quantity.text(of: maximumWait ?? .zero)
                    throw .failed(
                        bytes.isEmpty ? "nothing came out of it within \(limit)" : "it came to no end within \(limit)")
                }
                mayBeUnwritten = false
                continue
            }
            guard bytes.count + count <= maximumBytes else { throw .tooLarge }
            bytes += chunk[..<count]
        }
    }

    private static func systemMessage() -> String {
        strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    }
}
