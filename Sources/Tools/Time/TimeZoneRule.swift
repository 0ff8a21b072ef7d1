/// The rule by which a time zone goes on: the `TZ` text of POSIX, as the end of a TZif file has it (RFC 9636 §3.3.1):
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct TimeZoneRule: Sendable {
    /// A day of the year, and the second of that day on the clock in force until then.
    private struct Change: Sendable {
        enum Day: Sendable {
            /// 1 to 365, without 29 February.
            case julian(Int)
            /// 0 to 365.
            case zeroBased(Int)
            /// Week 5 is the last one.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        var second: Int

        /// Seconds since 1970 on the clock in force until then.
        func localSeconds(in year: Int) -> Int {
            let start = CivilTime.days(year: year, month: 1, day: 1)
            let day: Int
            switch self.day {
            case .julian(let number): day = start + number - 1 + (number >= 60 && CivilTime.isLeap(year) ? 1 : 0)
            case .zeroBased(let number): day = start + number
            case .weekday(let month, let week, let weekday):
                let first = CivilTime.days(year: year, month: month, day: 1)
                let next = CivilTime.days(
                    year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
                var candidate = first + CivilTime.modulo(weekday - CivilTime.modulo(first + 4, 7), 7) + (week - 1) * 7
                while candidate >= next { candidate -= 7 }
                day = candidate
            }
            return day * CivilTime.secondsPerDay + second
        }
    }

    struct Period: Sendable, Hashable {
        /// Seconds east of UTC.
        var offset: Int
        var abbreviation: String
    }

    private let standard: Period
    private let daylight: (period: Period, start: Change, end: Change)?

    /// nil where `text` is no such rule.
    init?(_ text: String) {
        var reader = RuleReader(text)
        guard let name = reader.name(), let offset = reader.time() else { return nil }
        standard = Period(offset: -offset, abbreviation: name)
        guard !reader.isAtEnd else {
            daylight = nil
            return
        }
        guard let daylightName = reader.name() else { return nil }
        var daylightOffset = standard.offset + 3600
        if !reader.isNext(",") {
            guard let offset = reader.time() else { return nil }
            daylightOffset = -offset
        }
        guard reader.take(","), let start = Self.change(&reader), reader.take(","), let end = Self.change(&reader),
            reader.isAtEnd
        else { return nil }
        daylight = (Period(offset: daylightOffset, abbreviation: daylightName), start, end)
    }

    func period(at seconds: Int) -> Period {
        guard let daylight else { return standard }
        let year = CivilTime(localSeconds: seconds + standard.offset).year
        let start = daylight.start.localSeconds(in: year) - standard.offset
        let end = daylight.end.localSeconds(in: year) - daylight.period.offset
        // In the south the year begins in summer.
        let isDaylight = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
        return isDaylight ? daylight.period : standard
    }

    private static func change(_ reader: inout RuleReader) -> Change? {
        let day: Change.Day
        if reader.take("J") {
            guard let number = reader.number(), 1...365 ~= number else { return nil }
            day = .julian(number)
        } else if reader.take("M") {
            guard let month = reader.number(), 1...12 ~= month, reader.take("."), let week = reader.number(),
                1...5 ~= week, reader.take("."), let weekday = reader.number(), 0...6 ~= weekday
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else {
            guard let number = reader.number(), 0...365 ~= number else { return nil }
            day = .zeroBased(number)
        }
        guard reader.take("/") else { return Change(day: day, second: 2 * 3600) }
        return reader.time().map { Change(day: day, second: $0) }
    }
}

/// Reads the parts of a rule.
private struct RuleReader {
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ character: Character) -> Bool { rest.first == character }

    mutating func take(_ character: Character) -> Bool {
        guard isNext(character) else { return false }
        rest.removeFirst()
        return true
    }

    /// `CET`, `<+0530>`.
    mutating func name() -> String? {
        if take("<") {
            let name = rest.prefix { $0 != ">" }
            rest = rest.dropFirst(name.count)
            return take(">") ? String(name) : nil
        }
        let name = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(name.count)
        return name.count >= 3 ? String(name) : nil
    }

    mutating func number() -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 3, let value = Int(digits) else { return nil }
        rest = rest.dropFirst(digits.count)
        return value
    }

    /// `[+-]h[:mm[:ss]]` in seconds.
    mutating func time() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number().map({ $0 * 3600 }) else { return nil }
        var unit = 60
        while unit > 0, take(":") {
            guard let value = number(), value < 60 else { return nil }
            seconds += value * unit
            unit /= 60
        }
        return isNegative ? -seconds : seconds
    }
}
