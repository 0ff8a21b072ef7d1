import Glibc

/// What a process on this machine has used so far, from `/proc`.
package struct ProcessUsage: Sendable {
    /// User and system time of all its threads, in nanoseconds (the kernel counts in ticks of 10 ms).
    package var cpuNanoseconds: UInt64
    package var residentBytes: Int
    package var openDescriptors: Int

    /// nil where there is no such process, or it is not ours to see.
    package init?(pid: Int32) {
        guard let stat = Self.read("/proc/\(pid)/stat"), let memory = Self.read("/proc/\(pid)/statm") else {
            return nil
        }
        // The second field is the name in parentheses, which may hold anything.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let pages = memory.split(separator: " ")
        guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]), pages.count > 1,
            let resident = Int(pages[1])
        else { return nil }
        cpuNanoseconds = (user + system) * 1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = resident * Int(sysconf(Int32(_SC_PAGESIZE)))
        openDescriptors = Self.countEntries("/proc/\(pid)/fd")
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private static func countEntries(_ path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return max(0, count - 2)
    }
}
