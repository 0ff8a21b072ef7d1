import Glibc
import Testing

@testable import Benchmarking

@Suite struct HostTests {
    @Test func aListeningSocketIsFoundByItsPort() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0
               1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0
               2: 0100007F:1F90 0100007F:8000 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0
               3: 00000000000000000000000001000000:1F90 00000000:0000 0A 0:0 00:0 0     0        0 444 1 0
            short line
            """
        #expect(ListeningProcess.inodes(listeningOn: 8080, in: table) == [111, 444])
        #expect(ListeningProcess.inodes(listeningOn: 1, in: table).isEmpty)
        #expect(ListeningProcess.inodes(listeningOn: 8080, in: "").isEmpty)
    }

    @Test func thisProcessCanBeLookedAt() throws {
        let usage = try #require(ProcessUsage(pid: getpid()))
        #expect(usage.residentBytes > 1 << 20 && usage.cpuNanoseconds > 0)
        #expect(try #require(ProcessUsage.openDescriptors(of: getpid())) > 2)
        // Beyond what the kernel numbers processes by.
        #expect(ProcessUsage(pid: 1 << 30) == nil && ProcessUsage.openDescriptors(of: 1 << 30) == nil)
    }

    @Test func theMachineIsDescribed() {
        let host = HostDescription.current()
        #expect(host.system.hasPrefix("Linux ") && host.processors > 0 && host.memoryBytes > 1 << 20)
        #expect(
            HostDescription.processorName(in: "vendor_id : x\nmodel name\t: Some CPU @ 2\nmodel name\t: B")
                == "Some CPU @ 2")
        #expect(HostDescription.processorName(in: "flags : a") == nil)
    }

    @Test(
        arguments: [
            (0, "0.00 ns"), (999, "999 ns"), (1_000, "1.00 µs"), (151_234, "151 µs"), (1_512_345, "1.51 ms"),
            (151_234_000, "151 ms"), (9_999_000_000, "9,999 ms"), (10_000_000_000, "10.0 s"),
        ] as [(Double, String)])
    func timesAreReadable(nanoseconds: Double, text: String) {
        #expect(FigureText.time(nanoseconds) == text)
    }

    @Test func sizesSharesAndCountsAreReadable() {
        #expect(FigureText.size(12) == "12.0 B" && FigureText.size(-2048) == "-2.00 KiB")
        #expect(FigureText.size(13_002_342) == "12.4 MiB" && FigureText.size(Double(3 << 30)) == "3.00 GiB")
        #expect(FigureText.percent(0.0314) == "3.14 %" && FigureText.percent(1.5) == "150 %")
        #expect(FigureText.count(1_234_567) == "1,234,567" && FigureText.count(-1_000) == "-1,000")
        #expect(FigureText.count(12) == "12" && FigureText.threeDigits(.infinity) == "–")
    }
}
