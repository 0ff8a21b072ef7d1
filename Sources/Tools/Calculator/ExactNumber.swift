/// A fraction in lowest terms: every decimal number, and every result of the four operations, without error.
struct ExactNumber: Sendable, Hashable {
    /// Of numerator and denominator, in bits: about 2,400 decimal digits.
    static let maximumBits = 8192

    let numerator: BigInteger
    /// Positive.
    let denominator: BigInteger
    /// Something on the way to it was rounded.
    let isRounded: Bool

    init(_ value: Int) {
        numerator = BigInteger(value)
        denominator = .one
        isRounded = false
    }

    /// - Throws: where it is too large to go on with.
    init(_ numerator: BigInteger, over denominator: BigInteger, isRounded: Bool = false) throws(ToolFailure) {
        let divisor = numerator.greatestCommonDivisor(denominator)
        try self.init(
            lowest: numerator.quotient(ofExactDivisionBy: divisor),
            over: denominator.quotient(ofExactDivisionBy: divisor), isRounded: isRounded)
    }

    /// Of two that have no common divisor, which takes long to find for large ones.
    private init(lowest top: BigInteger, over bottom: BigInteger, isRounded: Bool) throws(ToolFailure) {
        guard top.bitWidth <= Self.maximumBits, bottom.bitWidth <= Self.maximumBits else { throw Self.tooLarge }
        numerator = bottom.isNegative ? -top : top
        denominator = bottom.magnitude
        self.isRounded = isRounded
    }

    static let tooLarge = ToolFailure("a number on the way to the result has more than about 2,400 digits")

    var isZero: Bool { numerator.isZero }
    var isNegative: Bool { numerator.isNegative }
    var isWhole: Bool { denominator == .one }

    static func < (left: ExactNumber, right: ExactNumber) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    // MARK: Operations

    func adding(_ other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        // Knuth, The Art of Computer Programming, volume 2, 4.5.1: only what the denominators share can be shared in the end.
        let shared = denominator.greatestCommonDivisor(other.denominator)
        let (left, right) = (
            denominator.quotient(ofExactDivisionBy: shared), other.denominator.quotient(ofExactDivisionBy: shared)
        )
        let top = numerator * right + other.numerator * left
        let divisor = top.greatestCommonDivisor(shared)
        return try ExactNumber(
            lowest: top.quotient(ofExactDivisionBy: divisor),
            over: left * other.denominator.quotient(ofExactDivisionBy: divisor),
            isRounded: isRounded || other.isRounded)
    }

    var negated: ExactNumber {
        get throws(ToolFailure) { try ExactNumber(lowest: -numerator, over: denominator, isRounded: isRounded) }
    }

    func multiplied(by other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        // Both are in lowest terms: only across can there be something to cancel.
        let first = numerator.greatestCommonDivisor(other.denominator)
        let second = other.numerator.greatestCommonDivisor(denominator)
        return try ExactNumber(
            lowest: numerator.quotient(ofExactDivisionBy: first) * other.numerator.quotient(ofExactDivisionBy: second),
            over: denominator.quotient(ofExactDivisionBy: second)
                * other.denominator.quotient(ofExactDivisionBy: first),
            isRounded: isRounded || other.isRounded)
    }

    func divided(by other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        guard !other.isZero else { throw ToolFailure("division by zero") }
        return try multiplied(
            by: ExactNumber(lowest: other.denominator, over: other.numerator, isRounded: other.isRounded))
    }

    /// With the sign of the divisor, as `7 % -3` is -2.
    func remainder(dividingBy other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        let quotient = try divided(by: other).floor
        return try adding(try quotient.multiplied(by: other).negated)
    }

    func raised(to exponent: ExactNumber) throws(ToolFailure) -> ExactNumber {
        guard exponent.isWhole, let count = exponent.numerator.int else {
            throw ToolFailure("an exponent must be a whole number; for roots there is sqrt")
        }
        if isZero, count < 0 { throw ToolFailure("division by zero") }
        // Before anything is reckoned. Of 0, 1 and -1 any power is small.
        let bits = max(numerator.bitWidth, denominator.bitWidth)
        guard bits <= 1 || count.magnitude <= UInt(Self.maximumBits) else { throw Self.tooLarge }
        guard bits <= 1 || (bits - 1) * Int(count.magnitude) <= Self.maximumBits else { throw Self.tooLarge }
        let reduced = bits <= 1 ? Int(count.magnitude % 2) + (count == 0 ? 0 : 2) : Int(count.magnitude)
        let (top, bottom) = (numerator.power(reduced), denominator.power(reduced))
        return try count < 0
            ? ExactNumber(lowest: bottom, over: top, isRounded: isRounded)
            : ExactNumber(lowest: top, over: bottom, isRounded: isRounded)
    }

    /// Rounded towards negative infinity.
    var floor: ExactNumber {
        get throws(ToolFailure) {
            let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
            let whole = remainder.isNegative ? quotient - .one : quotient
            return try ExactNumber(whole, over: .one, isRounded: isRounded)
        }
    }

    /// To so many decimal places, halves away from zero.
    func rounded(places: Int) throws(ToolFailure) -> ExactNumber {
        let scale = BigInteger(10).power(places)
        let (quotient, remainder) = (numerator * scale).quotientAndRemainder(dividingBy: denominator)
        let isUp = !(BigInteger(2) * remainder.magnitude < denominator)
        let step = isUp ? BigInteger(isNegative ? -1 : 1) : .zero
        return try ExactNumber(quotient + step, over: scale, isRounded: isRounded)
    }

    /// Exact where there is an exact one, else rounded to ``shownDigits`` digits.
    var squareRoot: ExactNumber {
        get throws(ToolFailure) {
            guard !isNegative else { throw ToolFailure("the square root of a negative number") }
            let (top, bottom) = (numerator.squareRoot, denominator.squareRoot)
            if top * top == numerator, bottom * bottom == denominator {
                return try ExactNumber(top, over: bottom, isRounded: isRounded)
            }
            // The root of 10^e has half of that exponent, rounded down.
            let places = max(0, Self.shownDigits - 1 - (decimalExponent >> 1))
            let scale = BigInteger(10).power(places)
            let scaled = (numerator * scale * scale).quotientAndRemainder(dividingBy: denominator).quotient
            let root = scaled.squareRoot
            let isUp = root < scaled - root * root
            return try ExactNumber(isUp ? root + .one : root, over: scale, isRounded: true)
        }
    }

    // MARK: Text

    /// Digits that are shown of a result that has no end.
    static let shownDigits = 40
    /// Zeros behind the point, past which such a result is written with an exponent.
    private static let maximumLeadingZeros = 20

    /// As a decimal number: exact where it has an end, else with a word about that.
    func text() throws(ToolFailure) -> String {
        if isWhole { return numerator.text + (isRounded ? " (rounded)" : "") }
        if isRounded { return "\(Self.withoutLastZeros(roundedText)) (rounded)" }
        if let places = finitePlaces {
            let scale = BigInteger(10).power(places)
            return sign + Self.decimal((numerator.magnitude * scale).quotient(ofExactDivisionBy: denominator), places)
        }
        let fraction = "\(numerator.text)/\(denominator.text)"
        return fraction.count <= 60 ? "\(roundedText)… (rounded; exactly \(fraction))" : "\(roundedText)… (rounded)"
    }

    private var sign: String { isNegative ? "-" : "" }

    /// The exponent of the power of ten that is next below. Of no zero.
    private var decimalExponent: Int {
        let top = numerator.magnitude
        let difference = top.text.utf8.count - denominator.text.utf8.count
        let isLess =
            difference >= 0
            ? top < denominator * BigInteger(10).power(difference)
            : top * BigInteger(10).power(-difference) < denominator
        return isLess ? difference - 1 : difference
    }

    /// Its first ``shownDigits`` digits, but not fewer than those before the point; halves away from zero.
    private var roundedText: String {
        let exponent = decimalExponent
        let places = max(0, Self.shownDigits - 1 - exponent)
        let (quotient, remainder) = (numerator.magnitude * BigInteger(10).power(places))
            .quotientAndRemainder(dividingBy: denominator)
        let digits = BigInteger(2) * remainder < denominator ? quotient : quotient + .one
        guard -exponent - 1 > Self.maximumLeadingZeros else { return sign + Self.decimal(digits, places) }
        // As many digits as are shown, or one more where all of them were nines.
        let decimals = digits.text.utf8.count - 1
        return "\(sign)\(Self.decimal(digits, decimals))e\(decimals - places)"
    }

    /// Decimal places that it needs; nil where it has no end.
    private var finitePlaces: Int? {
        var rest = denominator
        var counts = [0, 0]
        for (index, factor) in [2, 5].enumerated() {
            while true {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: BigInteger(factor))
                guard remainder.isZero else { break }
                rest = quotient
                counts[index] += 1
            }
        }
        return rest == .one ? max(counts[0], counts[1]) : nil
    }

    /// - Parameter places: how many of the digits stand behind the point.
    private static func decimal(_ digits: BigInteger, _ places: Int) -> String {
        let text = digits.text
        guard places > 0 else { return text }
        let padded = String(repeating: "0", count: max(0, places + 1 - text.utf8.count)) + text
        return "\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// Those behind the point, and before the exponent.
    private static func withoutLastZeros(_ text: String) -> String {
        let exponent = text.firstIndex(of: "e") ?? text.endIndex
        var number = text[..<exponent]
        guard number.contains(".") else { return text }
        while number.last == "0" { number.removeLast() }
        if number.last == "." { number.removeLast() }
        return String(number + text[exponent...])
    }
}
