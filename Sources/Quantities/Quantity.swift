/// Durations and sizes as people write them.
package enum Quantity {
    private static let durationUnits: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("d", 86400e9),
    ]
    private static let sizeUnits: [(name: String, bytes: Double)] = [
        ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024), ("MiB", 1_048_576),
        ("GiB", 1_073_741_824),
    ]
    /// Nanoseconds or bytes: far beyond every range, and small enough that nothing overflows.
    private static let largest = 1e18

    /// What a plain number counts in.
    package enum DurationUnit: Sendable { case seconds, milliseconds }

    /// `30s`, `500ms`, `1.5h`, `1h30m`; nil where it is no duration with a unit.
    package static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var total = 0.0
        repeat {
            guard let value = leadingNumber(&rest) else { return nil }
            let name = rest.prefix { $0.isLetter }
            guard let unit = durationUnits.first(where: { $0.name == name }) else { return nil }
            total += value * unit.nanoseconds
            rest = rest.dropFirst(name.count)
        } while !rest.isEmpty
        return .nanoseconds(Int64(min(total.rounded(), largest)))
    }

    /// `64KiB`, `1.5MiB`, `10 MB`, in bytes; nil where it is no size with a unit.
    package static func size(_ text: String) -> Int? {
        var rest = text[...]
        guard let value = leadingNumber(&rest) else { return nil }
        let name = rest.drop { $0 == " " }
        guard let unit = sizeUnits.first(where: { $0.name == name }) else { return nil }
        return Int(min((value * unit.bytes).rounded(), largest))
    }

    /// The duration that a plain number means; nil where it is negative or no number.
    package static func duration(of number: Double, in unit: DurationUnit) -> Duration? {
        guard number >= 0 else { return nil }
        let nanoseconds = number * (unit == .seconds ? 1e9 : 1e6)
        return .nanoseconds(Int64(min(nanoseconds.rounded(), largest)))
    }

    /// `90s` → `1m30s`, exact to the nanosecond; reads back as the same duration.
    package static func text(of duration: Duration) -> String {
        var rest = duration.nanoseconds
        guard rest > 0 else { return "0s" }
        var result = ""
        for unit in durationUnits.reversed() where unit.name != "us" && unit.name != "d" {
            let size = Int64(unit.nanoseconds)
            if rest >= size { result += "\(rest / size)\(unit.name)" }
            rest %= size
        }
        return result
    }

    /// `65536` → `64KiB`; in bytes where it is no whole number of a larger unit.
    package static func text(ofBytes bytes: Int) -> String {
        for (name, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(name)"
        }
        return "\(bytes)B"
    }

    private static func leadingNumber(_ text: inout Substring) -> Double? {
        let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        guard digits.first != ".", digits.last != ".", let value = Double(digits) else { return nil }
        text = text.dropFirst(digits.count)
        return value
    }
}

extension Duration {
    /// Whole nanoseconds, as timers count them; the farthest that fits where it is longer (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds, for people and for reckoning that need not be exact.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
