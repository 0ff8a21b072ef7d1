import Foundation
import Testing

@testable import Tools

@Suite struct CurrentTimeTests {
    private static func text(_ seconds: Int, _ zone: String) -> String {
        do throws(ToolFailure) {
            return try CurrentTime.text(at: seconds, zone: zone)
        } catch {
            return "! " + error.message
        }
    }

    @Test(
        "Offsets and UTC need no files",
        arguments: [
            (0, "UTC", "1970-01-01T00:00:00Z (Thursday, UTC)"), (0, "", "1970-01-01T00:00:00Z (Thursday, UTC)"),
            (1_769_860_800, "+02:00", "2026-01-31T14:00:00+02:00 (Saturday, +02:00)"),
            (1_769_860_800, "-0530", "2026-01-31T06:30:00-05:30 (Saturday, -0530)"),
            (1_769_860_800, "UTC+9", "2026-01-31T21:00:00+09:00 (Saturday, UTC+9)"),
            (-1, "UTC", "1969-12-31T23:59:59Z (Wednesday, UTC)"),
            (951_782_400, "UTC", "2000-02-29T00:00:00Z (Tuesday, UTC)"),
        ])
    func offsets(seconds: Int, zone: String, expected: String) {
        #expect(Self.text(seconds, zone) == expected)
    }

    @Test(
        "What is no zone is said, and no path leads out of the zones",
        arguments: [
            "Nowhere/City", "../etc/passwd", "/etc/passwd", "Europe/../../../etc/passwd", "Europe", "a b", "+99",
        ])
    func unknownZones(zone: String) {
        let text = Self.text(0, zone)
        #expect(text.hasPrefix("! there is no time zone `\(zone)`") || text.contains("this machine has no time zones"))
    }

    @Test("Days and dates agree over four centuries")
    func calendar() {
        var day = CivilTime.days(year: 1900, month: 1, day: 1)
        for year in 1900..<2300 {
            for (month, length) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                let days = length + (month == 1 && CivilTime.isLeap(year) ? 1 : 0)
                for date in 1...days {
                    let time = CivilTime(localSeconds: day * 86_400 + 3661)
                    guard time.year == year, time.month == month + 1, time.day == date, time.second == 3661 else {
                        Issue.record("\(year)-\(month + 1)-\(date): \(time)")
                        return
                    }
                    day += 1
                }
            }
        }
    }

    /// Seconds since 1970 of a moment in UTC.
    private static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0) -> Int {
        CivilTime.days(year: year, month: month, day: day) * 86_400 + hour * 3600
    }

    @Test("The rule of a zone says when the clocks change")
    func rules() throws {
        let berlin = try #require(TimeZoneRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        #expect(berlin.period(at: Self.utc(2026, 3, 29, 1) - 1).offset == 3600)
        #expect(berlin.period(at: Self.utc(2026, 3, 29, 1)) == TimeZoneRule.Period(offset: 7200, abbreviation: "CEST"))
        #expect(berlin.period(at: Self.utc(2026, 10, 25, 1) - 1).offset == 7200)
        #expect(berlin.period(at: Self.utc(2026, 10, 25, 1)).abbreviation == "CET")
        // In the south the year begins in summer.
        let sydney = try #require(TimeZoneRule("AEST-10AEDT,M10.1.0,M4.1.0/3"))
        #expect(sydney.period(at: Self.utc(2026, 1, 1)).offset == 11 * 3600)
        #expect(sydney.period(at: Self.utc(2026, 7, 1)).offset == 10 * 3600)
        let india = try #require(TimeZoneRule("<+0530>-5:30"))
        #expect(india.period(at: 0) == TimeZoneRule.Period(offset: 19_800, abbreviation: "+0530"))
        let julian = try #require(TimeZoneRule("AAA3BBB,J60/0,300"))
        #expect(julian.period(at: Self.utc(2024, 3, 1, 3)).abbreviation == "BBB")
        #expect(julian.period(at: Self.utc(2024, 3, 1, 3) - 1).abbreviation == "AAA")
    }

    @Test(
        "What is no rule is none",
        arguments: ["", "A", "CET", "CET-1CEST,", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0,M10.5.0/3x"])
    func malformedRules(text: String) {
        #expect(TimeZoneRule(text) == nil)
    }

    /// A file of the second version: before 1000 `LMT` (+60 s), then `AAA` (+3600), from 2000 on `BBB` (+7200), and the rule.
    private static func file(footer: String) -> [UInt8] {
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        func header(_ counts: [Int]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { number($0, 4) }
        }
        let first = header([0, 0, 0, 0, 1, 4]) + number(0, 4) + [0, 0] + Array("UTC\0".utf8)
        let names = Array("LMT\0AAA\0BBB\0".utf8)
        return first + header([0, 0, 0, 2, 3, names.count]) + number(1000, 8) + number(2000, 8) + [1, 2]
            + number(60, 4) + [0, 0] + number(3600, 4) + [0, 4] + number(7200, 4) + [1, 8] + names
            + Array("\n\(footer)\n".utf8)
    }

    @Test("A zone's file says what held when")
    func files() throws {
        let file = try #require(TimeZoneFile(Self.file(footer: "")))
        let offsets = [0, 999, 1000, 1999, 2000, 1 << 40].map { file.period(at: $0).offset }
        #expect(offsets == [60, 60, 3600, 3600, 7200, 7200])
        let ruled = try #require(TimeZoneFile(Self.file(footer: "CCC-3")))
        #expect(ruled.period(at: 1999).abbreviation == "AAA")
        #expect(ruled.period(at: 2000) == TimeZoneRule.Period(offset: 10_800, abbreviation: "CCC"))
    }

    @Test("A file that ends early, or is none, is refused or read as far as it is whole")
    func brokenFiles() {
        let whole = Self.file(footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        for count in 0..<whole.count { _ = TimeZoneFile(Array(whole[..<count]))?.period(at: 5000) }
        #expect(TimeZoneFile([]) == nil)
        #expect(TimeZoneFile(Array("TZif".utf8)) == nil)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = TimeZoneFile(bytes)?.period(at: 5000)
        }
    }

    @Test(
        "The zones of this machine are read",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
    func installedZones() {
        #expect(Self.text(1_769_860_800, "Europe/Berlin") == "2026-01-31T13:00:00+01:00 (Saturday, Europe/Berlin, CET)")
        #expect(Self.text(1_784_000_000, "America/New_York").contains("-04:00"))
        #expect(Self.text(1_784_000_000, "Asia/Kolkata").contains("+05:30"))
    }
}
