import Glibc

/// What a process on this machine has used so far.
package struct ProcessUsage: Sendable, Equatable {
    /// User and system time of all its threads.
    package var cpuNanoseconds: UInt64
    package var residentBytes: Int

    package init(cpuNanoseconds: UInt64, residentBytes: Int) {
        self.cpuNanoseconds = cpuNanoseconds
        self.residentBytes = residentBytes
    }

    /// nil where there is no such process.
    package init?(pid: Int32) {
        // A process's own clock has nanoseconds; /proc/PID/stat counts in ticks of 10 ms.
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0,
            let memory = SystemFile.read("/proc/\(pid)/statm")
        else { return nil }
        let pages = memory.split(separator: " ")
        guard pages.count > 1, let resident = Int(pages[1]) else { return nil }
        cpuNanoseconds = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        residentBytes = resident * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Descriptors that the process has open; nil where they are not ours to see. Takes longer the more there are.
    package static func openDescriptors(of pid: Int32) -> Int? {
        SystemFile.entries(of: "/proc/\(pid)/fd")?.count
    }
}
