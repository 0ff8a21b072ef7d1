import Glibc

/// Keeps what was entered in a file that only its owner may read: one entry a line, line feeds and backslashes in it
/// written as `\n` and `\\`.
///
/// Several programs may add to it at once: each entry is one write at the end, under a lock. A file that has grown past its
/// bounds is replaced by its newest entries when it is read.
package struct HistoryFile: Sendable {
    /// More than that is never read.
    package static let maximumBytes = 4 << 20
    /// A file with more lines is rewritten.
    static let maximumLines = 2 * InputHistory.maximumEntries
    /// How often a file is looked for again that was replaced under our hands.
    private static let maximumTries = 8

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// `$XDG_STATE_HOME/ailoopctl/NAME`, `~/.local/state/ailoopctl/NAME` where that is unset or no absolute path (as the XDG
    /// base directory specification asks); nil without a home.
    package init?(named name: String, environment: [String: String]) {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = "\(state)/ailoopctl/\(name)"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = "\(home)/.local/state/ailoopctl/\(name)"
        } else {
            return nil
        }
    }

    /// The entries, oldest first; none where there is no file, or none that can be read.
    package func load() -> InputHistory {
        guard let descriptor = openLocked(flags: O_RDWR) ?? openLocked(flags: O_RDONLY) else { return InputHistory() }
        defer { close(descriptor) }
        let (bytes, isCut) = Self.read(descriptor)
        var lines = bytes.split(separator: UInt8(ascii: "\n"))
        if isCut, !lines.isEmpty { lines.removeFirst() }
        let history = InputHistory(lines.lazy.map { Self.entry(ofLine: $0) })
        if isCut || lines.count > Self.maximumLines { replace(by: history) }
        return history
    }

    /// Adds an entry. That it cannot be kept is no reason to stop: false says so.
    @discardableResult
    package func append(_ entry: String) -> Bool {
        guard InputHistory.keeps(entry) else { return true }
        makeDirectories()
        guard let descriptor = openLocked(flags: O_WRONLY | O_APPEND | O_CREAT) else { return false }
        defer { close(descriptor) }
        return Self.write(Self.line(of: entry), to: descriptor)
    }

    // MARK: Lines

    static func line(of entry: String) -> [UInt8] {
        var line: [UInt8] = []
        for byte in entry.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): line += Array(#"\n"#.utf8)
            case UInt8(ascii: "\\"): line += Array(#"\\"#.utf8)
            default: line.append(byte)
            }
        }
        return line + [UInt8(ascii: "\n")]
    }

    static func entry(ofLine line: some Sequence<UInt8>) -> String {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if isEscaped {
                bytes.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: The file

    /// The file, locked, and still the one at ``path``.
    private func openLocked(flags: Int32) -> Int32? {
        for _ in 0..<Self.maximumTries {
            let descriptor = open(path, flags | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return nil }
            var (held, named) = (stat(), stat())
            if flock(descriptor, LOCK_EX) == 0, fstat(descriptor, &held) == 0, stat(path, &named) == 0,
                held.st_ino == named.st_ino, held.st_dev == named.st_dev
            {
                // Made by hand, or by an older program.
                if held.st_mode & 0o077 != 0 { fchmod(descriptor, 0o600) }
                return descriptor
            }
            close(descriptor)
        }
        return nil
    }

    /// The end of the file, and whether that is not all of it.
    private static func read(_ descriptor: Int32) -> (bytes: [UInt8], isCut: Bool) {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let start = max(0, size - maximumBytes)
        var bytes = [UInt8](repeating: 0, count: max(size - start, 0))
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: count), room, off_t(start + count))
            }
            guard got > 0 else { break }
            count += got
        }
        return (Array(bytes[..<count]), start > 0)
    }

    /// The caller holds the lock of the file that is replaced.
    private func replace(by history: InputHistory) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isWritten = Self.write(history.entries.flatMap { Self.line(of: $0) }, to: descriptor)
        close(descriptor)
        if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private func makeDirectories() {
        var directory = ""
        for part in path.split(separator: "/").dropLast() {
            directory += "/" + part
            mkdir(directory, 0o700)
        }
    }
}
