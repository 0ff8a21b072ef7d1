/// Writes the text format of Prometheus, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func begin(_ family: MetricFamily) {
        text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
    }

    mutating func sample(_ name: String, labels: [(name: String, value: String)] = [], value: Int) {
        sample(name, labels: labels, value: String(value))
    }

    /// Bounds and sum are nanoseconds and written as seconds; the counts, one more than the bounds, are those of each
    /// bucket alone and written as the format wants them, with everything below.
    mutating func histogram(_ name: String, bounds: [Int], counts: [Int], sum: Int) {
        var total = 0
        for (bucket, count) in counts.enumerated() {
            total += count
            let bound = bucket < bounds.count ? Self.seconds(bounds[bucket]) : "+Inf"
            sample(name + "_bucket", labels: [("le", bound)], value: total)
        }
        sample(name + "_sum", labels: [], value: Self.seconds(sum))
        sample(name + "_count", value: total)
    }

    private mutating func sample(_ name: String, labels: [(name: String, value: String)], value: String) {
        text += name
        if !labels.isEmpty {
            let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{" + list.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Backslash and line feed are escaped everywhere, the double quote in label values.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Nanoseconds as seconds, exactly: `0.00025`, `2.5`, `60`.
    static func seconds(_ nanoseconds: Int) -> String {
        let (whole, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let sign = nanoseconds < 0 ? "-" : ""
        guard fraction > 0 else { return sign + String(whole) }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }
}
