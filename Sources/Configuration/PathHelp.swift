import Diagnostics

/// What messages tell of paths.
enum PathHelp {
    /// A path as a shell takes it for one word, safe to display.
    static func shellWord(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
                true
            default: "/._-+,:@%=".utf8.contains(byte)
            }
        }
        let word = escapedForDisplay(path.hasPrefix("-") ? "./" + path : path)
        guard !isPlain || word.isEmpty else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    /// The directory that a file is in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Without what changes nothing where no directory is a link: `./a//b/../c` → `a/c`.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !path.hasPrefix("/") {
                parts.append(part)
            }
        }
        let rest = parts.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + rest : rest.isEmpty ? "." : rest
    }

    /// For a path that begins as only shells understand it.
    static func home(_ path: String) -> String? {
        path == "~" || path.hasPrefix("~/") ? "`~` has no meaning here: write the path from `/` on" : nil
    }

    /// For a file or directory that is not there.
    static func missing(_ path: String) -> String {
        if let help = home(path) { return help }
        return path.hasPrefix("/")
            ? "make it, or name another"
            : "make it, or name another; paths are relative to the directory that the program runs in"
    }
}
