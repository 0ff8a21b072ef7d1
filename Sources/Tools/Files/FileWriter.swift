import CLinux
import Glibc
import JSON
import Synchronization

/// `write_file` and `edit_file`. A file is replaced as a whole or not at all.
struct FileWriter: Sendable {
    /// Of a file that is edited, before and after.
    static let maximumFileBytes = 8 << 20

    let workspace: Workspace

    func writeFile(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? "")
        let content = Array((arguments["content"]?.string ?? "").utf8)
        return try exclusively { () throws(ToolFailure) in
            try cancellation.check()
            let (directory, name) = try workspace.openParent(of: path, creating: true)
            let isNew = try replace(name, in: directory, path, with: content)
            return "\(isNew ? "Created" : "Replaced") `\(path.text)` (\(content.count) bytes)."
        }
    }

    func editFile(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        let path = try WorkspacePath(arguments["path"]?.string ?? "")
        let old = Array((arguments["old_text"]?.string ?? "").utf8)
        let new = Array((arguments["new_text"]?.string ?? "").utf8)
        guard !old.isEmpty else { throw ToolFailure("old_text is empty; write_file makes new files") }
        return try exclusively { () throws(ToolFailure) in
            let (directory, name) = try workspace.openParent(of: path, creating: false)
            let content = try read(name, in: directory, path)
            let edit = Self.edit(of: content, old, new)
            guard let first = edit.first else {
                throw ToolFailure("old_text does not stand in `\(path.text)`. Read the file and copy it exactly.")
            }
            let replacesAll = arguments["replace_all"]?.bool ?? false
            // Of `aa` in `aaa` one cannot say which is meant.
            let isOne = edit.count == 1 && Self.place(of: edit.old, in: content, from: first + 1) == nil
            guard isOne || replacesAll else {
                throw ToolFailure(
                    """
                    old_text stands in `\(path.text)` \(max(2, edit.count)) times. \
                    Give more of what is around it, or set replace_all.
                    """)
            }
            // Each factor is far below the root of what an integer holds.
            let size = content.count + edit.count * (edit.new.count - edit.old.count)
            guard size <= Self.maximumFileBytes else {
                throw ToolFailure("`\(path.text)` would become larger than \(Self.maximumFileBytes >> 20) MiB")
            }
            try cancellation.check()
            _ = try replace(name, in: directory, path, with: Self.replacing(edit, in: content))
            let line = 1 + content[..<first].count { $0 == 0x0A }
            return edit.count == 1
                ? "Replaced it in `\(path.text)`, line \(line)." : "Replaced \(edit.count) places in `\(path.text)`."
        }
    }

    /// One at a time in the whole workspace.
    private func exclusively(_ body: () throws(ToolFailure) -> String) throws(ToolFailure) -> String {
        try workspace.writing.withLock { (_: inout Void) -> Result<String, ToolFailure> in
            Result { () throws(ToolFailure) in try body() }
        }.get()
    }

    private func read(
        _ name: String, in directory: Descriptor, _ path: WorkspacePath
    ) throws(ToolFailure) -> [UInt8] {
        let (file, status) = try Workspace.openFile(name, in: directory, path: path)
        guard status.st_size <= Self.maximumFileBytes else {
            throw ToolFailure("`\(path.text)` is larger than \(Self.maximumFileBytes >> 20) MiB")
        }
        // It may have grown since; what is past the limit is not read.
        var content = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        guard let count = content.withUnsafeMutableBytes({ file.read(into: $0) }) else {
            throw Workspace.failure(errno, path)
        }
        guard count <= status.st_size else {
            throw ToolFailure("`\(path.text)` is being written by another; try again")
        }
        content.removeLast(content.count - count)
        return content
    }

    /// Writes a file beside it and puts that in its place, so that nobody sees half of it, after a loss of power neither. Whether
    /// it is a new one.
    private func replace(
        _ name: String, in directory: Descriptor, _ path: WorkspacePath, with content: [UInt8]
    ) throws(ToolFailure) -> Bool {
        var status = stat()
        let exists = fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        if exists {
            switch status.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFLNK: throw Workspace.failure(ELOOP, path)
            default: throw ToolFailure("`\(path.text)` is no regular file")
            }
        }
        var random = SystemRandomNumberGenerator()
        let temporary = ".ailoopctl-\(String(random.next(), radix: 36))"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = Descriptor(openat(directory.number, temporary, flags, 0o666))
        guard file.number >= 0 else { throw Workspace.failure(errno, path) }
        // As it was; one that is new has what the process's mask leaves.
        if exists { fchmod(file.number, status.st_mode & 0o777) }
        guard file.write(content), fsync(file.number) == 0,
            renameat(directory.number, temporary, directory.number, name) == 0
        else {
            let code = errno
            unlinkat(directory.number, temporary, 0)
            throw Workspace.failure(code, path)
        }
        return !exists
    }

    /// One text for another, at each place where it stands; none of them overlaps the one before.
    private struct Edit {
        let old: [UInt8]
        let new: [UInt8]
        let first: Int?
        let count: Int

        init(_ old: [UInt8], _ new: [UInt8], in content: [UInt8]) {
            self.old = old
            self.new = new
            first = FileWriter.place(of: old, in: content, from: 0)
            var count = 0
            var next = first
            while let place = next {
                count += 1
                next = FileWriter.place(of: old, in: content, from: place + old.count)
            }
            self.count = count
        }
    }

    /// `read_file` shows no carriage returns, so that what is copied from it lacks those at the ends of lines: where a file has
    /// them, they are put in, unless the text stands there more often as it is.
    private static func edit(of content: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> Edit {
        let exact = Edit(old, new, in: content)
        guard let lineFeed = content.firstIndex(of: 0x0A), lineFeed > 0, content[lineFeed - 1] == 0x0D,
            !old.contains(0x0D), !new.contains(0x0D)
        else { return exact }
        func withReturns(_ text: [UInt8]) -> [UInt8] { text.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }
        let adapted = Edit(withReturns(old), withReturns(new), in: content)
        return adapted.count >= exact.count ? adapted : exact
    }

    /// In a time that grows with the length of the content alone.
    private static func place(of text: [UInt8], in content: [UInt8], from start: Int) -> Int? {
        content.withUnsafeBytes { content in
            text.withUnsafeBytes { text in
                guard let base = content.baseAddress, let wanted = text.baseAddress, start < content.count,
                    let found = clinux_find(wanted, text.count, base + start, content.count - start)
                else { return nil }
                return found - base
            }
        }
    }

    private static func replacing(_ edit: Edit, in content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while let place = place(of: edit.old, in: content, from: position) {
            result += content[position..<place]
            result += edit.new
            position = place + edit.old.count
        }
        return result + content[position...]
    }
}
