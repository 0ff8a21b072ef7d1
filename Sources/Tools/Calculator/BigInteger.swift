/// A whole number of any size: sign and magnitude, 32 bits a limb, the lowest first, no zero limb on top.
struct BigInteger: Sendable, Hashable {
    private(set) var limbs: [UInt32]
    private(set) var isNegative: Bool

    static let zero = BigInteger(limbs: [], isNegative: false)
    static let one = BigInteger(1)

    init(_ value: Int) {
        let magnitude = UInt64(value.magnitude)
        self.init(
            limbs: [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32)],
            isNegative: value < 0)
    }

    init(limbs: [UInt32], isNegative: Bool) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    /// - Parameter digits: ASCII digits only.
    init(digits: some Sequence<UInt8>) {
        var limbs: [UInt32] = []
        for digit in digits {
            var carry = UInt64(digit - 0x30)
            for index in limbs.indices {
                let value = UInt64(limbs[index]) * 10 + carry
                limbs[index] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        self.init(limbs: limbs, isNegative: false)
    }

    var isZero: Bool { limbs.isEmpty }
    var isEven: Bool { limbs.first.map { $0 & 1 == 0 } ?? true }
    var magnitude: BigInteger { BigInteger(limbs: limbs, isNegative: false) }

    var bitWidth: Int {
        guard let top = limbs.last else { return 0 }
        return limbs.count * 32 - top.leadingZeroBitCount
    }

    /// nil where it does not fit.
    var int: Int? {
        guard limbs.count <= 2 else { return nil }
        let value = limbs.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) }
        return isNegative ? (value <= UInt64(Int.max) ? -Int(value) : nil) : Int(exactly: value)
    }

    /// In decimal digits.
    var text: String {
        guard !isZero else { return "0" }
        var rest = limbs
        var groups: [UInt32] = []
        while !rest.isEmpty {
            groups.append(Self.divide(&rest, by: 1_000_000_000))
        }
        var text = isNegative ? "-" : ""
        for (index, group) in groups.reversed().enumerated() {
            let digits = String(group)
            if index > 0 { text += String(repeating: "0", count: 9 - digits.count) }
            text += digits
        }
        return text
    }

    /// Divides in place; the remainder.
    private static func divide(_ limbs: inout [UInt32], by divisor: UInt32) -> UInt32 {
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            let value = remainder << 32 | UInt64(limbs[index])
            limbs[index] = UInt32(value / UInt64(divisor))
            remainder = value % UInt64(divisor)
        }
        while limbs.last == 0 { limbs.removeLast() }
        return UInt32(remainder)
    }
}

extension BigInteger: Comparable {
    static func < (left: BigInteger, right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let order = compare(left.limbs, right.limbs)
        return left.isNegative ? order > 0 : order < 0
    }

    private static func compare(_ left: [UInt32], _ right: [UInt32]) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        for index in left.indices.reversed() where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return 0
    }
}

extension BigInteger {
    static prefix func - (value: BigInteger) -> BigInteger {
        BigInteger(limbs: value.limbs, isNegative: !value.isNegative)
    }

    static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        if left.isNegative == right.isNegative {
            return BigInteger(limbs: sum(left.limbs, right.limbs), isNegative: left.isNegative)
        }
        return compare(left.limbs, right.limbs) >= 0
            ? BigInteger(limbs: difference(left.limbs, right.limbs), isNegative: left.isNegative)
            : BigInteger(limbs: difference(right.limbs, left.limbs), isNegative: right.isNegative)
    }

    static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + -right }

    static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        guard !left.isZero, !right.isZero else { return .zero }
        var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (leftIndex, leftLimb) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (rightIndex, rightLimb) in right.limbs.enumerated() {
                let place = leftIndex + rightIndex
                let value = UInt64(leftLimb) * UInt64(rightLimb) + UInt64(product[place]) + carry
                product[place] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
            product[leftIndex + right.limbs.count] = UInt32(carry)
        }
        return BigInteger(limbs: product, isNegative: left.isNegative != right.isNegative)
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        let (longer, shorter) = left.count >= right.count ? (left, right) : (right, left)
        var result = longer
        var carry: UInt64 = 0
        for index in result.indices {
            let value = UInt64(result[index]) + (index < shorter.count ? UInt64(shorter[index]) : 0) + carry
            result[index] = UInt32(truncatingIfNeeded: value)
            carry = value >> 32
        }
        if carry > 0 { result.append(UInt32(carry)) }
        return result
    }

    /// `left` is not the smaller one.
    private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result = left
        var borrow: Int64 = 0
        for index in result.indices {
            var value = Int64(result[index]) - (index < right.count ? Int64(right[index]) : 0) - borrow
            borrow = value < 0 ? 1 : 0
            if value < 0 { value += 1 << 32 }
            result[index] = UInt32(value)
        }
        return result
    }

    /// Rounded towards zero; the remainder has the sign of this one. `divisor` is not zero.
    func quotientAndRemainder(dividingBy divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        guard Self.compare(limbs, divisor.limbs) >= 0 else { return (.zero, self) }
        if divisor.limbs.count == 1 {
            var quotient = limbs
            let remainder = Self.divide(&quotient, by: divisor.limbs[0])
            return (
                BigInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
                BigInteger(limbs: [remainder], isNegative: isNegative)
            )
        }
        let (quotient, remainder) = Self.divideLong(limbs, divisor.limbs)
        return (
            BigInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
            BigInteger(limbs: remainder, isNegative: isNegative)
        )
    }

    /// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D. The divisor has at least two limbs, the dividend
    /// not fewer.
    private static func divideLong(_ dividend: [UInt32], _ divisor: [UInt32]) -> ([UInt32], [UInt32]) {
        let shift = UInt32(divisor[divisor.count - 1].leadingZeroBitCount)
        let v = shifted(divisor, left: shift)
        var u = shifted(dividend, left: shift)
        if u.count == dividend.count { u.append(0) }
        let n = v.count
        var quotient = [UInt32](repeating: 0, count: u.count - n)
        let top = UInt64(v[n - 1])
        for j in quotient.indices.reversed() {
            let high = UInt64(u[j + n]) << 32 | UInt64(u[j + n - 1])
            var guess = high / top
            var rest = high % top
            while guess >> 32 != 0 || guess * UInt64(v[n - 2]) > (rest << 32 | UInt64(u[j + n - 2])) {
                guess -= 1
                rest += top
                if rest >> 32 != 0 { break }
            }
            var borrow: Int64 = 0
            var carry: UInt64 = 0
            for i in 0..<n {
                let product = guess * UInt64(v[i]) + carry
                carry = product >> 32
                let value = Int64(u[i + j]) - borrow - Int64(product & 0xFFFF_FFFF)
                u[i + j] = UInt32(truncatingIfNeeded: value)
                borrow = value < 0 ? 1 : 0
            }
            let value = Int64(u[j + n]) - borrow - Int64(carry)
            u[j + n] = UInt32(truncatingIfNeeded: value)
            if value < 0 {
                guess -= 1
                var carry: UInt64 = 0
                for i in 0..<n {
                    let value = UInt64(u[i + j]) + UInt64(v[i]) + carry
                    u[i + j] = UInt32(truncatingIfNeeded: value)
                    carry = value >> 32
                }
                u[j + n] = UInt32(truncatingIfNeeded: UInt64(u[j + n]) + carry)
            }
            quotient[j] = UInt32(truncatingIfNeeded: guess)
        }
        return (quotient, shifted(Array(u[..<n]), right: shift))
    }

    private static func shifted(_ limbs: [UInt32], left count: UInt32) -> [UInt32] {
        guard count > 0 else { return limbs }
        var result: [UInt32] = []
        var carry: UInt32 = 0
        for limb in limbs {
            result.append(limb << count | carry)
            carry = limb >> (32 - count)
        }
        if carry > 0 { result.append(carry) }
        return result
    }

    private static func shifted(_ limbs: [UInt32], right count: UInt32) -> [UInt32] {
        guard count > 0 else { return limbs }
        return limbs.indices.map { index in
            let above = index + 1 < limbs.count ? limbs[index + 1] << (32 - count) : 0
            return limbs[index] >> count | above
        }
    }

    func greatestCommonDivisor(_ other: BigInteger) -> BigInteger {
        var (left, right) = (magnitude, other.magnitude)
        while !right.isZero { (left, right) = (right, left.quotientAndRemainder(dividingBy: right).remainder) }
        return left
    }

    /// By one that divides it without remainder.
    func quotient(ofExactDivisionBy divisor: BigInteger) -> BigInteger {
        divisor == .one ? self : quotientAndRemainder(dividingBy: divisor).quotient
    }

    /// - Parameter exponent: 0 or more; the caller bounds what comes of it.
    func power(_ exponent: Int) -> BigInteger {
        var result = BigInteger.one
        var base = self
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result * base }
            rest >>= 1
            if rest > 0 { base = base * base }
        }
        return result
    }

    /// The largest whole number whose square is not larger. Of a number that is not negative.
    var squareRoot: BigInteger {
        guard !isZero else { return .zero }
        // Newton's method from above.
        var guess = BigInteger(2).power((bitWidth + 1) / 2)
        while true {
            let next = (guess + quotientAndRemainder(dividingBy: guess).quotient)
                .quotientAndRemainder(dividingBy: BigInteger(2)).quotient
            guard next < guess else { return guess }
            guess = next
        }
    }
}
