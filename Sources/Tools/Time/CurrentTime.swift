import Glibc
import JSON

/// `current_time`: the time in a place.
enum CurrentTime {
    private static let maximumFileBytes = 1 << 20
    private static let maximumNameBytes = 128

    /// Reads one small file at most, which the system keeps in memory: no reason for a thread.
    static func tool(_ arguments: JSONObject) throws(ToolFailure) -> String {
        try text(at: Int(time(nil)), zone: arguments["timezone"]?.string ?? "UTC")
    }

    /// - Parameter seconds: since 1970 in UTC.
    static func text(at seconds: Int, zone: String) throws(ToolFailure) -> String {
        let period = try period(at: seconds, zone: zone)
        let time = CivilTime(localSeconds: seconds + period.offset)
        let zone = zone.isEmpty ? "UTC" : zone
        let name = period.abbreviation.isEmpty || period.abbreviation == zone ? zone : "\(zone), \(period.abbreviation)"
        return "\(time.text(offset: period.offset)) (\(CivilTime.weekdays[time.weekday]), \(name))"
    }

    private static func period(at seconds: Int, zone: String) throws(ToolFailure) -> TimeZoneRule.Period {
        if ["", "Z", "UTC", "GMT"].contains(zone.uppercased()) {
            return TimeZoneRule.Period(offset: 0, abbreviation: "")
        }
        if let offset = offset(zone) { return TimeZoneRule.Period(offset: offset, abbreviation: "") }
        return try file(of: zone).period(at: seconds)
    }

    /// `+02:00`, `-0530`, `+2`, `UTC+2`; nil for anything else.
    private static func offset(_ text: String) -> Int? {
        var rest = text[...]
        for prefix in ["UTC", "GMT"] where rest.uppercased().hasPrefix(prefix) { rest = rest.dropFirst(3) }
        guard let sign = rest.popFirst(), sign == "+" || sign == "-" else { return nil }
        let digits = rest.filter { $0 != ":" }
        guard (1...4).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
        else { return nil }
        let (hours, minutes) = digits.count <= 2 ? (number, 0) : (number / 100, number % 100)
        guard hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }

    private static func file(of zone: String) throws(ToolFailure) -> TimeZoneFile {
        let isName =
            zone.utf8.count <= maximumNameBytes && !zone.hasPrefix("/")
            && zone.split(separator: "/").allSatisfy { !$0.hasPrefix(".") }
            && zone.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "/_+-".utf8.contains(byte)
            }
        guard isName else { throw unknown(zone) }
        let directory = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
        let descriptor = Descriptor(open("\(directory)/\(zone)", O_RDONLY | O_CLOEXEC | O_NONBLOCK))
        guard descriptor.number >= 0 else {
            if access(directory, R_OK) != 0 {
                throw ToolFailure(
                    "this machine has no time zones (\(directory) is missing; the package is called tzdata). Offsets such as +02:00 work."
                )
            }
            throw unknown(zone)
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= maximumFileBytes
        else { throw unknown(zone) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard bytes.withUnsafeMutableBytes({ descriptor.read(into: $0) }) == bytes.count,
            let file = TimeZoneFile(bytes)
        else { throw unknown(zone) }
        return file
    }

    private static func unknown(_ zone: String) -> ToolFailure {
        ToolFailure(
            "there is no time zone `\(zone)`. Give an IANA name such as Europe/Berlin, or an offset such as +02:00.")
    }
}
