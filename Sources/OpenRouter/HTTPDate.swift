/// Dates of HTTP header fields, in all three forms that a recipient must accept (RFC 9110 §5.6.7).
enum HTTPDate {
    /// Seconds since 1970; nil where `text` is no date.
    ///
    /// - Parameter currentYear: places the two-digit years of the obsolete RFC 850 form: one that seems to lie more than 50
    ///   years in the future lies in the past.
    static func parse(_ text: String, currentYear: Int) -> Double? {
        let fields = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        return switch fields.count {
        // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
        case 6 where fields[5] == "GMT":
            date(day: fields[1], month: fields[2], year: year(fields[3], currentYear: currentYear), time: fields[4])
        // Sun Nov  6 08:49:37 1994
        case 5:
            date(day: fields[2], month: fields[1], year: year(fields[4], currentYear: currentYear), time: fields[3])
        default: nil
        }
    }

    /// The year of a point in time, near enough to place two-digit years by.
    static func year(of unixTime: Double) -> Int {
        1970 + Int(min(max(unixTime, 0), 253_402_300_799) / 31_556_952)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func year(_ text: String, currentYear: Int) -> Int? {
        guard let number = digits(text, count: text.utf8.count == 2 ? 2 : 4) else { return nil }
        guard text.utf8.count == 2 else { return number }
        let year = currentYear / 100 * 100 + number
        return year > currentYear + 50 ? year - 100 : year
    }

    private static func date(day: String, month: String, year: Int?, time: String) -> Double? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { digits(String($0), count: 2) }
        guard let year, let month = months.firstIndex(of: month), clock.count == 3,
            let day = digits(day, count: day.utf8.count == 1 ? 1 : 2), (1...31).contains(day),
            let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60, second <= 60
        else { return nil }
        return Double(days(year: year, month: month + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second)
    }

    private static func digits(_ text: String, count: Int) -> Int? {
        guard text.utf8.count == count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day is the last of one.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    }
}
