/// A number as it was written, so that nothing is lost on the way through: `1e400`, `0.10` and 20-digit integers stay.
///
/// Equal means written alike: `1` and `1.0` differ.
package struct JSONNumber: Sendable, Hashable {
    /// Valid RFC 8259 number text.
    package let text: String

    /// `text` must be a valid RFC 8259 number.
    package init(validated text: String) {
        self.text = text
    }

    package init(_ value: Int) {
        text = String(value)
    }

    /// nil for NaN and infinities, which JSON cannot express.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = Self.text(of: value)
    }

    /// Exact integer value; nil where the number has a fraction, does not fit, or is written with a fraction or an
    /// exponent and beyond ±2^53, where a double is no longer exact.
    package var int: Int? {
        if let exact = Int(text) { return exact }
        guard let double, double.magnitude <= Self.largestExactDouble else { return nil }
        return Int(exactly: double)
    }

    /// Nearest double; infinite where the number is too large for one.
    package var double: Double? { Double(text) }

    /// Up to here every integer has its own double.
    private static let largestExactDouble = 9_007_199_254_740_992.0

    /// The shortest text that reads back as `value`, which must be finite; whole numbers without a fraction.
    static func text(of value: Double) -> String {
        if value.magnitude < largestExactDouble, let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }
}
