import Glibc

/// Why a file could not be read.
package enum FileReadError: Error, Sendable, Equatable {
    case notFound
    /// It is larger than what was asked for.
    case tooLarge
    /// The system's reason.
    case failed(String)
}

/// Reads whole files, so that loading can be tested without any.
package protocol FileReading: Sendable {
    /// The bytes of a file; `-` is standard input. Never more than `maximumBytes` are read.
    func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8]
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
