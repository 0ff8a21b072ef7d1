/// Finds the process that listens on a port of this machine, so that its memory and CPU time can be told.
package enum ListeningProcess {
    /// nil where none listens, or it is not ours to look at.
    package static func find(port: Int) -> Int32? {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap(SystemFile.read)
        let sockets = Set(tables.flatMap { inodes(listeningOn: port, in: $0) }.map { "socket:[\($0)]" })
        guard !sockets.isEmpty else { return nil }
        for pid in (SystemFile.entries(of: "/proc") ?? []).compactMap(Int32.init) {
            for descriptor in SystemFile.entries(of: "/proc/\(pid)/fd") ?? [] {
                guard let target = SystemFile.target(of: "/proc/\(pid)/fd/\(descriptor)") else { continue }
                if sockets.contains(target) { return pid }
            }
        }
        return nil
    }

    /// Inodes of the sockets that listen on a port, from the text of `/proc/net/tcp` or `tcp6` (proc_net_tcp of the kernel's
    /// documentation: local address, remote address, state in hexadecimal, 0A: listening; the inode is the tenth column).
    static func inodes(listeningOn port: Int, in table: String) -> [UInt64] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "0A", let colon = columns[1].lastIndex(of: ":"),
                Int(columns[1][columns[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return UInt64(columns[9])
        }
    }
}
