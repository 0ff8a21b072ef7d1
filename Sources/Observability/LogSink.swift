import EventLoops
import Glibc

/// Where the log goes.
package enum LogSink: Sendable {
    case standardError
    /// Appended to; made where it is missing, readable for the owner and the group.
    case file(String)
    /// A descriptor that stays the caller's to close, at any time: the log uses a duplicate.
    case descriptor(Int32)
}

/// The open descriptor of a sink. Belongs to the writing thread.
struct LogOutput {
    enum Failure: Error {
        /// The limit of time is over.
        case deadline
        case system(SystemError)
    }

    /// A pipe that is reported as writable takes this much without making the writer wait (`PIPE_BUF`).
    private static let pieceBytes = 4_096
    private static let filePieceBytes = 65_536

    private let sink: LogSink
    private var descriptor: Int32
    private var maximumPiece: Int

    /// Opens the sink. ``close()`` ends it.
    init(_ sink: LogSink) throws(SystemError) {
        self.sink = sink
        descriptor = try Self.open(sink)
        maximumPiece = Self.maximumPiece(of: descriptor)
    }

    func close() {
        if descriptor != STDERR_FILENO { Glibc.close(descriptor) }
    }

    /// Opens a file by its name again, after it was moved away. On failure the old one stays.
    mutating func reopen() throws(SystemError) {
        guard case .file = sink else { return }
        let opened = try LogOutput(sink)
        close()
        self = opened
    }

    /// Writes all of `bytes`, waiting for room as long as `deadline()` (asked anew whenever `wake` is readable) allows.
    func write(_ bytes: [UInt8], wake: Int32, deadline: () -> UInt64?) throws(Failure) {
        var position = 0
        while position < bytes.count {
            try waitForRoom(wake: wake, deadline: deadline)
            let count = bytes.withUnsafeBytes { buffer in
                let piece = UnsafeRawBufferPointer(rebasing: buffer[position...].prefix(maximumPiece))
                return Glibc.write(descriptor, piece.baseAddress, piece.count)
            }
            if count >= 0 {
                position += count
            } else if errno != EINTR, errno != EAGAIN {
                throw .system(.last("write"))
            }
        }
    }

    /// The descriptor stays in blocking mode, since other processes may share it: only `poll` waits.
    private func waitForRoom(wake: Int32, deadline: () -> UInt64?) throws(Failure) {
        while true {
            let limit = deadline()
            var timeout: Int32 = -1
            if let limit {
                let now = MonotonicClock.now()
                guard now < limit else { throw .deadline }
                timeout = Int32(clamping: (limit - now) / 1_000_000 + 1)
            }
            // With a deadline known there is nothing more to be woken for.
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: limit == nil ? wake : -1, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&polled, 2, timeout)
            if ready > 0, polled[0].revents != 0 { return }
            if ready > 0 {
                var count: UInt64 = 0
                _ = read(wake, &count, 8)
            }
        }
    }

    private static func open(_ sink: LogSink) throws(SystemError) -> Int32 {
        switch sink {
        case .standardError: return STDERR_FILENO
        case .descriptor(let original):
            let descriptor = fcntl(original, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { throw .last("dup") }
            return descriptor
        case .file(let path):
            let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else { throw .last("open \(path)") }
            return descriptor
        }
    }

    private static func maximumPiece(of descriptor: Int32) -> Int {
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return isFile ? filePieceBytes : pieceBytes
    }
}
