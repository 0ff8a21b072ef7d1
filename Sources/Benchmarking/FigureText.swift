/// Figures as people read them: three digits that count, a unit that fits.
package enum FigureText {
    /// `151.2 ms`
    package static func time(_ nanoseconds: Double) -> String {
        switch nanoseconds {
        case ..<1_000: "\(threeDigits(nanoseconds)) ns"
        case ..<1_000_000: "\(threeDigits(nanoseconds / 1e3)) µs"
        case ..<10_000_000_000: "\(threeDigits(nanoseconds / 1e6)) ms"
        default: "\(threeDigits(nanoseconds / 1e9)) s"
        }
    }

    /// `12.4 MiB`
    package static func size(_ bytes: Double) -> String {
        switch abs(bytes) {
        case ..<1024: "\(threeDigits(bytes)) B"
        case ..<1_048_576: "\(threeDigits(bytes / 1024)) KiB"
        case ..<1_073_741_824: "\(threeDigits(bytes / 1_048_576)) MiB"
        default: "\(threeDigits(bytes / 1_073_741_824)) GiB"
        }
    }

    /// `3.1 %` for 0.031
    package static func percent(_ share: Double) -> String {
        "\(threeDigits(share * 100)) %"
    }

    /// Whole numbers with a comma between thousands.
    package static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude).reversed())
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// `0.12`, `3.46`, `34.6`, `346`, `3,456`: at least three digits, no more than two of them behind the point.
    package static func threeDigits(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let magnitude = abs(value)
        let decimals = magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0
        return fixed(value, decimals: decimals)
    }

    static func fixed(_ value: Double, decimals: Int) -> String {
        let scale = [1, 10, 100, 1000][decimals]
        let scaled = (abs(value) * Double(scale)).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = count(Int(scaled) / scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + whole }
        let fraction = String(Int(scaled) % scale)
        return "\(sign)\(whole).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
