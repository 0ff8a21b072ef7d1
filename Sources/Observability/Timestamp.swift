import Glibc

/// A moment in UTC, to the millisecond.
package struct Timestamp: Sendable, Hashable {
    package var milliseconds: Int

    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    /// The wall clock's now.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: time.tv_sec * 1_000 + time.tv_nsec / 1_000_000)
    }

    /// As RFC 3339 has it: `2026-01-31T23:59:59.007Z`.
    package var rfc3339: String {
        let (days, millisecondOfDay) = Self.floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(daysSince1970: days)
        let second = millisecondOfDay / 1_000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let time =
            "\(Self.padded(second / 3_600, 2)):\(Self.padded(second / 60 % 60, 2)):\(Self.padded(second % 60, 2))"
        return "\(date)T\(time).\(Self.padded(millisecondOfDay % 1_000, 3))Z"
    }

    /// The proleptic Gregorian calendar, counted in eras of 400 years (146,097 days) whose years begin in March, so that
    /// the leap day is a year's last.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let daysFrom1970To0000March = 719_468
        let (era, dayOfEra) = floorDivide(days + daysFrom1970To0000March, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March have 153 days, whichever five.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
