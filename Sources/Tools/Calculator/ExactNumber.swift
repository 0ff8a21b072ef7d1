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
        let isOne = divisor == .one
        var top = isOne ? numerator : numerator.quotientAndRemainder(dividingBy: divisor).quotient
        var bottom = isOne ? denominator : denominator.quotientAndRemainder(dividingBy: divisor).quotient
        if bottom.isNegative { (top, bottom) = (-top, -bottom) }
        guard top.bitWidth <= Self.maximumBits, bottom.bitWidth <= Self.maximumBits else { throw Self.tooLarge }
        self.numerator = top
        self.denominator = bottom
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
        try ExactNumber(
            numerator * other.denominator + other.numerator * denominator, over: denominator * other.denominator,
            isRounded: isRounded || other.isRounded)
    }

    var negated: ExactNumber {
        get throws(ToolFailure) { try ExactNumber(-numerator, over: denominator, isRounded: isRounded) }
    }

    func multiplied(by other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        try ExactNumber(
            numerator * other.numerator, over: denominator * other.denominator,
            isRounded: isRounded || other.isRounded)
    }

    func divided(by other: ExactNumber) throws(ToolFailure) -> ExactNumber {
        guard !other.isZero else { throw ToolFailure("division by zero") }
        return try ExactNumber(
            numerator * other.denominator, over: denominator * other.numerator,
            isRounded: isRounded || other.isRounded)
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
            ? ExactNumber(bottom, over: top, isRounded: isRounded)
            : ExactNumber(top, over: bottom, isRounded: isRounded)
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

    /// Exact where there is an exact one, else rounded to ``shownDigits`` places.
    var squareRoot: ExactNumber {
        get throws(ToolFailure) {
            guard !isNegative else { throw ToolFailure("the square root of a negative number") }
            let (top, bottom) = (numerator.squareRoot, denominator.squareRoot)
            if top * top == numerator, bottom * bottom == denominator {
                return try ExactNumber(top, over: bottom, isRounded: isRounded)
            }
            let scale = BigInteger(10).power(Self.shownDigits)
            let scaled = (numerator * scale * scale).quotientAndRemainder(dividingBy: denominator).quotient
            return try ExactNumber(scaled.squareRoot, over: scale, isRounded: true)
        }
    }

    // MARK: Text

    /// Of a result that has no end.
    static let shownDigits = 40

    /// As a decimal number: exact where it has an end, else with a word about that.
    func text() throws(ToolFailure) -> String {
        if isWhole { return numerator.text + (isRounded ? " (rounded)" : "") }
        if let places = finitePlaces { return decimal(places) + (isRounded ? " (rounded)" : "") }
        let shown = try rounded(places: Self.shownDigits)
        let text = shown.finitePlaces.map { shown.decimal($0) } ?? shown.numerator.text
        let fraction = "\(numerator.text)/\(denominator.text)"
        return fraction.count <= 60 && !isRounded ? "\(text)… (rounded; exactly \(fraction))" : "\(text)… (rounded)"
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

    private func decimal(_ places: Int) -> String {
        let scaled = (numerator.magnitude * BigInteger(10).power(places))
            .quotientAndRemainder(dividingBy: denominator).quotient
        let digits = scaled.text
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(isNegative ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
