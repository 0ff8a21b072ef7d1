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

    /// How a duration that is written otherwise (`30 s`, `5 minutes`, `1H 30M`) is written here; nil where none can be meant.
    package static func meantDuration(_ text: String) -> String? {
        meant(text, durationWords).flatMap { duration($0) == nil ? nil : $0 }
    }

    /// How a size that is written otherwise (`1Mb`, `64 kib`, `2 megabytes`) is written here; nil where none can be meant.
    package static func meantSize(_ text: String) -> String? {
        meant(text, sizeWords).flatMap { size($0) == nil ? nil : $0 }
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

    /// What else people write for a unit: in lower case, without the `s` of the plural.
    private static let durationWords = [
        (name: "ns", words: ["nanosecond", "nsec"]), ("us", ["microsecond", "usec"]), ("µs", []),
        ("ms", ["millisecond", "msec"]), ("s", ["second", "sec"]), ("m", ["minute", "min"]), ("h", ["hour", "hr"]),
        ("d", ["day"]),
    ]
    private static let sizeWords = [
        (name: "B", words: ["b", "byte"]), ("kB", ["k", "kb", "kilobyte"]), ("MB", ["m", "mb", "megabyte"]),
        ("GB", ["g", "gb", "gigabyte"]), ("KiB", ["ki", "kib", "kibibyte"]), ("MiB", ["mi", "mib", "mebibyte"]),
        ("GiB", ["gi", "gib", "gibibyte"]),
    ]

    /// Numbers with their units as they are written here, of text that has them with other words, cases or blanks.
    private static func meant(_ text: String, _ words: [(name: String, words: [String])]) -> String? {
        var rest = text.drop { $0 == " " }
        var result = ""
        repeat {
            let start = rest
            guard leadingNumber(&rest) != nil else { return nil }
            let number = start[..<rest.startIndex]
            rest = rest.drop { $0 == " " }
            let word = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(word.count).drop { $0 == " " }
            let folded = word.lowercased()
            let singular = folded.hasSuffix("s") ? String(folded.dropLast()) : folded
            guard
                let unit = words.first(where: {
                    $0.name == folded || $0.words.contains(folded) || $0.words.contains(singular)
                })
            else { return nil }
            result += number + unit.name
        } while !rest.isEmpty
        return result
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
