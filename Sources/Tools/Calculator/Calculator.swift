import JSON

/// `calculate`: reads an expression and reckons as it goes.
///
///     sum      = product { ("+" | "-") product }
///     product  = sign { ("*" | "/" | "%") sign }
///     sign     = { "-" | "+" } power
///     power    = primary [ ("^" | "**") sign ]
///     primary  = number | name "(" sum { "," sum } ")" | "(" sum ")"
struct Calculator {
    static let maximumExpressionBytes = 10_000
    static let maximumDepth = 100
    /// Of `round`, and of the exponent of a number such as 1e-30.
    static let maximumPlaces = 1000

    private let bytes: [UInt8]
    private let cancellation: Cancellation
    private var position = 0
    private var depth = 0

    static func answer(_ arguments: JSONObject, _ cancellation: Cancellation) throws(ToolFailure) -> String {
        try evaluate(arguments["expression"]?.string ?? "", cancellation).text()
    }

    static func evaluate(
        _ expression: String, _ cancellation: Cancellation = Cancellation()
    ) throws(ToolFailure) -> ExactNumber {
        guard expression.utf8.count <= maximumExpressionBytes else {
            throw ToolFailure("the expression is longer than \(maximumExpressionBytes) bytes")
        }
        // What people write for the signs on the keyboard.
        let signs: [Character: Character] = ["×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"]
        let bytes = Array(String(expression.map { signs[$0] ?? $0 }).utf8)
        var calculator = Calculator(bytes: bytes, cancellation: cancellation)
        let result = try calculator.sum()
        guard calculator.next == nil else { throw calculator.unexpected() }
        return result
    }

    private init(bytes: [UInt8], cancellation: Cancellation) {
        self.bytes = bytes
        self.cancellation = cancellation
    }

    // MARK: Grammar

    private mutating func sum() throws(ToolFailure) -> ExactNumber {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw ToolFailure("the expression is nested too deep") }
        var value = try product()
        while true {
            if take("+") {
                value = try value.adding(try product())
            } else if take("-") {
                value = try value.adding(try product().negated)
            } else {
                return value
            }
        }
    }

    private mutating func product() throws(ToolFailure) -> ExactNumber {
        var value = try sign()
        while true {
            if take("*") {
                value = try value.multiplied(by: try sign())
            } else if take("/") {
                value = try value.divided(by: try sign())
            } else if take("%") {
                value = try value.remainder(dividingBy: try sign())
            } else {
                return value
            }
        }
    }

    private mutating func sign() throws(ToolFailure) -> ExactNumber {
        var isNegative = false
        while true {
            if take("-") {
                isNegative.toggle()
            } else if !take("+") {
                break
            }
        }
        let value = try power()
        return isNegative ? try value.negated : value
    }

    private mutating func power() throws(ToolFailure) -> ExactNumber {
        // Each operation has one more of these. None of them takes long by itself.
        try cancellation.check()
        let base = try primary()
        guard take("^") || takePair("**") else { return base }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw ToolFailure("the expression is nested too deep") }
        return try base.raised(to: try sign())
    }

    private mutating func primary() throws(ToolFailure) -> ExactNumber {
        guard let byte = next else { throw unexpected() }
        if take("(") {
            let value = try sum()
            guard take(")") else { throw unexpected() }
            return value
        }
        if isDigit(byte) || byte == UInt8(ascii: ".") { return try number() }
        guard isLetter(byte) else { throw unexpected() }
        let start = position
        while position < bytes.count, isLetter(bytes[position]) || isDigit(bytes[position]) { position += 1 }
        let name = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
        guard take("(") else { throw ToolFailure("`\(name)` is no number and no function") }
        var values = [try sum()]
        while take(",") { values.append(try sum()) }
        guard take(")") else { throw unexpected() }
        return try apply(name, values)
    }

    private func apply(_ name: String, _ values: [ExactNumber]) throws(ToolFailure) -> ExactNumber {
        switch (name, values.count) {
        case ("abs", 1): return values[0].isNegative ? try values[0].negated : values[0]
        case ("floor", 1): return try values[0].floor
        case ("ceil", 1): return try values[0].negated.floor.negated
        case ("sqrt", 1): return try values[0].squareRoot
        case ("round", 1): return try values[0].rounded(places: 0)
        case ("round", 2):
            guard let places = values[1].isWhole ? values[1].numerator.int : nil, 0...Self.maximumPlaces ~= places
            else {
                throw ToolFailure("round takes 0 to \(Self.maximumPlaces) places")
            }
            return try values[0].rounded(places: places)
        case ("min", _): return values.dropFirst().reduce(values[0]) { $1 < $0 ? $1 : $0 }
        case ("max", _): return values.dropFirst().reduce(values[0]) { $0 < $1 ? $1 : $0 }
        case ("abs", _), ("floor", _), ("ceil", _), ("sqrt", _): throw ToolFailure("`\(name)` takes one number")
        case ("round", _): throw ToolFailure("round takes a number and, if wanted, how many places")
        default:
            throw ToolFailure("there is no function `\(name)`; there are abs, min, max, round, floor, ceil and sqrt")
        }
    }

    /// `12`, `1_000`, `.5`, `1.5e-3`.
    private mutating func number() throws(ToolFailure) -> ExactNumber {
        var digits: [UInt8] = []
        var places = 0
        takeDigits(into: &digits)
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let count = digits.count
            takeDigits(into: &digits)
            places = digits.count - count
        }
        guard !digits.isEmpty else { throw unexpected() }
        var exponent = 0
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            let start = position
            position += 1
            var isNegative = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
                isNegative = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            var exponentDigits: [UInt8] = []
            takeDigits(into: &exponentDigits)
            guard !exponentDigits.isEmpty else {
                position = start
                throw unexpected()
            }
            // So many digits are no number that the machine has.
            let value = Int(String(decoding: exponentDigits, as: UTF8.self)) ?? .max
            guard value <= Self.maximumPlaces else {
                throw ToolFailure("the exponent of a number is at most \(Self.maximumPlaces)")
            }
            exponent = isNegative ? -value : value
        }
        // About a third of the bits that digits need, before they are read, which takes the square of their number.
        guard digits.count <= ExactNumber.maximumBits / 3 else { throw ExactNumber.tooLarge }
        let scale = exponent - places
        let whole = BigInteger(digits: digits)
        return scale >= 0
            ? try ExactNumber(whole * BigInteger(10).power(scale), over: .one)
            : try ExactNumber(whole, over: BigInteger(10).power(-scale))
    }

    private mutating func takeDigits(into digits: inout [UInt8]) {
        while position < bytes.count {
            if isDigit(bytes[position]) {
                digits.append(bytes[position])
            } else if bytes[position] != UInt8(ascii: "_") {
                return
            }
            position += 1
        }
    }

    // MARK: Characters

    /// The next byte that is no blank; nil at the end.
    private var next: UInt8? {
        mutating get {
            while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
            return position < bytes.count ? bytes[position] : nil
        }
    }

    /// A sign that stands alone: `*` of `**` is none.
    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: sign) else { return false }
        if sign == "*", position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "*") { return false }
        position += 1
        return true
    }

    private mutating func takePair(_ signs: String) -> Bool {
        guard next != nil, bytes[position...].starts(with: signs.utf8) else { return false }
        position += 2
        return true
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") }

    private mutating func unexpected() -> ToolFailure {
        guard next != nil else { return ToolFailure("the expression ends where a number or `)` is missing") }
        let rest = String(decoding: bytes[position...].prefix(20), as: UTF8.self)
        return ToolFailure("the expression cannot be read from `\(rest)` on")
    }
}
