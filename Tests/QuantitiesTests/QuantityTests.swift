import Quantities
import Testing

@Suite struct QuantityTests {
    @Test(
        "durations are read with their units",
        arguments: [
            ("30s", 30_000_000_000), ("500ms", 500_000_000), ("5m", 300_000_000_000), ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000), ("2d", 172_800_000_000_000), ("10us", 10_000), ("10µs", 10_000), ("7ns", 7),
            ("0s", 0),
            ("0.1ns", 0),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) {
        #expect(Quantity.duration(text) == .nanoseconds(nanoseconds))
    }

    @Test(
        "what is no duration is none",
        arguments: [
            "", "5", "s", "5 s", "5S", "5min", "-5s", "1e3s", ".5s", "5.s", "5s ", "1h 30m", "5s5", "٣s", "1.2.3s",
            "infs",
        ])
    func noDurations(text: String) {
        #expect(Quantity.duration(text) == nil)
    }

    @Test(
        "sizes are read with their units",
        arguments: [
            ("1B", 1), ("64KiB", 65536), ("1MiB", 1 << 20), ("1.5MiB", 3 << 19), ("2GiB", 2 << 30),
            ("10 MB", 10_000_000), ("1kB", 1000),
            ("1KB", 1000), ("1GB", 1_000_000_000),
        ])
    func sizes(text: String, bytes: Int) {
        #expect(Quantity.size(text) == bytes)
    }

    @Test("what is no size is none", arguments: ["", "5", "MiB", "1M", "1K", "1mib", "-1B", "1MiB5", "1e3B", "1TiB"])
    func noSizes(text: String) {
        #expect(Quantity.size(text) == nil)
    }

    @Test(
        "what is written otherwise is told as it is meant",
        arguments: [
            ("30 s", "30s"), ("1m 30s", "1m30s"), ("5 minutes", "5m"), ("1 minute", "1m"), ("5min", "5m"), ("5S", "5s"),
            ("2 Hours 5 mins", "2h5m"), ("10 msec", "10ms"), (" 1.5 sec ", "1.5s"), ("1 day", "1d"), ("7 NS", "7ns"),
            ("5", nil), ("s", nil), ("", nil), ("soon", nil), ("5 apples", nil), ("-5 s", nil), ("5 s 5", nil),
        ] as [(String, String?)])
    func meantDurations(text: String, meant: String?) {
        #expect(Quantity.meantDuration(text) == meant)
    }

    @Test(
        "sizes too",
        arguments: [
            ("1Mb", "1MB"), ("1mib", "1MiB"), ("1M", "1MB"), ("64 k", "64kB"), ("64 KIB", "64KiB"),
            ("1.5 gi", "1.5GiB"),
            ("2 megabytes", "2MB"), ("10 bytes", "10B"), ("1MB 1kB", nil), ("1TiB", nil), ("", nil), ("big", nil),
        ] as [(String, String?)])
    func meantSizes(text: String, meant: String?) {
        #expect(Quantity.meantSize(text) == meant)
    }

    @Test("enormous amounts are the largest there is, and nothing overflows")
    func enormous() {
        let digits = String(repeating: "9", count: 400)
        #expect(Quantity.size(digits + "GiB") ?? 0 > 1 << 50)
        #expect(Quantity.duration(digits + "h")?.nanoseconds ?? 0 > 1 << 50)
        #expect(Quantity.duration(of: .infinity, in: .seconds)?.nanoseconds ?? 0 > 1 << 50)
        #expect(Quantity.duration(of: -1, in: .seconds) == nil)
        #expect(Quantity.duration(of: .nan, in: .seconds) == nil)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    }

    @Test("what is written reads back as the same amount")
    func roundTrip() {
        var state: UInt64 = 42
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let amount = Int64(state >> (16 + state % 40))
            let duration = Duration.nanoseconds(amount % 1_000_000_000_000_000)
            #expect(Quantity.duration(Quantity.text(of: duration)) == duration)
            let bytes = Int(amount % (1 << 40))
            #expect(Quantity.size(Quantity.text(ofBytes: bytes)) == bytes)
        }
    }

    @Test("amounts are written in their largest units")
    func texts() {
        #expect(Quantity.text(of: .seconds(90)) == "1m30s")
        #expect(Quantity.text(of: .milliseconds(1500)) == "1s500ms")
        #expect(Quantity.text(of: .zero) == "0s")
        #expect(Quantity.text(ofBytes: 65536) == "64KiB")
        #expect(Quantity.text(ofBytes: 1000) == "1000B")
        #expect(Quantity.text(ofBytes: 0) == "0B")
    }
}
