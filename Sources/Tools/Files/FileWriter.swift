import Glibc
import JSON
import Synchronization

/// `write_file` and `edit_file`. A file is replaced as a whole or not at all.
struct FileWriter: Sendable {
    /// Of a file that is edited.
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
            let places = Self.places(of: old, in: content)
            guard let first = places.first else {
                throw ToolFailure("old_text does not stand in `\(path.text)`. Read the file and copy it exactly.")
            }
            let replacesAll = arguments["replace_all"]?.bool ?? false
            guard places.count == 1 || replacesAll else {
                throw ToolFailure(
                    "old_text stands in `\(path.text)` \(places.count) times. Give more of what is around it, or set replace_all."
                )
            }
            try cancellation.check()
            _ = try replace(name, in: directory, path, with: Self.replacing(places, old.count, new, in: content))
            let line = 1 + content[..<first].count { $0 == 0x0A }
            return places.count == 1
                ? "Replaced it in `\(path.text)`, line \(line)." : "Replaced \(places.count) places in `\(path.text)`."
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

    /// Writes a file beside it and puts that in its place, so that nobody sees half of it. Whether it is a new one.
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
        guard file.write(content), renameat(directory.number, temporary, directory.number, name) == 0 else {
            let code = errno
            unlinkat(directory.number, temporary, 0)
            throw Workspace.failure(code, path)
        }
        return !exists
    }

    /// Offsets, none overlapping the one before.
    private static func places(of text: [UInt8], in content: [UInt8]) -> [Int] {
        var places: [Int] = []
        var position = 0
        while position + text.count <= content.count {
            guard let start = content[position...].firstIndex(of: text[0]), start + text.count <= content.count else {
                break
            }
            if content[start..<(start + text.count)].elementsEqual(text) {
                places.append(start)
                position = start + text.count
            } else {
                position = start + 1
            }
        }
        return places
    }

    private static func replacing(_ places: [Int], _ length: Int, _ new: [UInt8], in content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for place in places {
            result += content[position..<place]
            result += new
            position = place + length
        }
        return result + content[position...]
    }
}
