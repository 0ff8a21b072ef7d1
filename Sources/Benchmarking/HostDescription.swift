import EventLoops
import Glibc

/// The machine that a measurement was made on.
package struct HostDescription: Sendable, Equatable {
    /// As `uname` tells it: `Linux 6.1.0-18-amd64 x86_64`.
    package var system: String
    /// `unknown` where the kernel does not tell.
    package var processor: String
    /// That the system has online.
    package var processors: Int
    package var memoryBytes: Int

    package init(system: String, processor: String, processors: Int, memoryBytes: Int) {
        self.system = system
        self.processor = processor
        self.processors = processors
        self.memoryBytes = memoryBytes
    }

    /// This machine.
    package static func current() -> HostDescription {
        var name = utsname()
        uname(&name)
        let system = [text(of: &name.sysname), text(of: &name.release), text(of: &name.machine)]
        return HostDescription(
            system: system.joined(separator: " "),
            processor: SystemFile.read("/proc/cpuinfo").flatMap(processorName) ?? "unknown",
            processors: Processors.available,
            memoryBytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The first `model name` of `/proc/cpuinfo`.
    static func processorName(in text: String) -> String? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("model name") }),
            let colon = line.firstIndex(of: ":")
        else { return nil }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
    }

    private static func text<Field>(of field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
