import Glibc

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
}

extension FileReading {
    /// Of files that exist nowhere there is nothing to see.
    package func facts(of path: String) -> FileFacts? { nil }
}

/// The files of the system.
package struct SystemFiles: FileReading {
    private static let chunkBytes = 64 << 10

    package init() {}

    package func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        if path == "-" { return try Self.readAll(STDIN_FILENO, maximumBytes) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound : .failed(Self.systemMessage())
        }
        defer { close(descriptor) }
        return try Self.readAll(descriptor, maximumBytes)
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

    private static func readAll(_ descriptor: Int32, _ maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .failed(systemMessage())
            }
            guard bytes.count + count <= maximumBytes else { throw .tooLarge }
            bytes += chunk[..<count]
        }
    }

    private static func systemMessage() -> String {
        strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    }
}
