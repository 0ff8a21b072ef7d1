/// What a pattern says, as a tree.
indirect enum PatternNode {
    case scalar(ScalarSet)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repeated(PatternNode, minimum: Int, maximum: Int?)
    case assertion(LinearPattern.Instruction)
}

/// Reads a pattern in the syntax of ECMA-262, as far as ``LinearPattern`` takes it.
struct PatternParser {
    private static let maximumDepth = 64
    private static let maximumCount = 1000

    private let scalars: [Unicode.Scalar]
    private let ignoresCase: Bool
    private var position = 0
    private var depth = 0

    init(_ pattern: String, ignoringCase: Bool) {
        scalars = Array(pattern.unicodeScalars)
        ignoresCase = ignoringCase
    }

    /// nil where the pattern is not taken.
    mutating func parse() -> PatternNode? {
        let node = choice()
        return position == scalars.count ? node : nil
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func choice() -> PatternNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { return nil }
        var branches: [PatternNode] = []
        repeat {
            var parts: [PatternNode] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                guard let part = repetition() else { return nil }
                parts.append(part)
            }
            branches.append(.sequence(parts))
        } while take("|")
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func repetition() -> PatternNode? {
        guard let atom = atom() else { return nil }
        let bounds: (Int, Int?)
        switch next {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            guard let counts = counts() else { return nil }
            bounds = counts
            position -= 1
        default: return atom
        }
        position += 1
        // Lazy or greedy makes no difference to whether there is a match.
        _ = take("?")
        return .repeated(atom, minimum: bounds.0, maximum: bounds.1)
    }

    /// `{n}`, `{n,}`, `{n,m}`.
    private mutating func counts() -> (Int, Int?)? {
        guard take("{"), let minimum = number() else { return nil }
        var maximum: Int? = minimum
        if take(",") { maximum = next == "}" ? nil : number() ?? -1 }
        guard take("}"), maximum.map({ $0 >= minimum }) ?? true else { return nil }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next?.value, (0x30...0x39).contains(digit) {
            value = (value ?? 0) * 10 + Int(digit - 0x30)
            guard let value, value <= Self.maximumCount else { return nil }
            position += 1
        }
        return value
    }

    private mutating func atom() -> PatternNode? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case ".": return .scalar(.anyButLineFeed)
        case "^": return .assertion(.textStart)
        case "$": return .assertion(.textEnd)
        case "[": return characterClass()
        case "(":
            // Capturing or not is the same here; look-around and names are not taken.
            if take("?") { guard take(":") else { return nil } }
            guard let node = choice(), take(")") else { return nil }
            return node
        case "\\": return escape()
        case "*", "+", "?", "{", ")": return nil
        default: return .scalar(literal(scalar))
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> ScalarSet {
        ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
    }

    private mutating func escape() -> PatternNode? {
        switch next {
        case "b":
            position += 1
            return .assertion(.wordBoundary(true))
        case "B":
            position += 1
            return .assertion(.wordBoundary(false))
        default: return escapedSet().map { .scalar($0) }
        }
    }

    /// What stands behind a backslash, inside a class or outside.
    private mutating func escapedSet() -> ScalarSet? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return inverted(.digit)
        case "w": return .word
        case "W": return inverted(.word)
        case "s": return .space
        case "S": return inverted(.space)
        case "n": return literal("\n")
        case "r": return literal("\r")
        case "t": return literal("\t")
        case "f": return literal("\u{0C}")
        case "v": return literal("\u{0B}")
        case "0": return literal("\0")
        case "x": return hexadecimal(digits: 2)
        case "u": return take("{") ? bracedScalar() : hexadecimal(digits: 4)
        case "a"..."z", "A"..."Z", "1"..."9": return nil
        default: return literal(scalar)
        }
    }

    private func inverted(_ set: ScalarSet) -> ScalarSet {
        ScalarSet(ranges: set.ranges, isInverted: true)
    }

    private mutating func bracedScalar() -> ScalarSet? {
        let digits = scalars[position...].prefix { $0 != "}" }.count
        guard (1...6).contains(digits), let set = hexadecimal(digits: digits), take("}") else { return nil }
        return set
    }

    private mutating func hexadecimal(digits: Int) -> ScalarSet? {
        guard position + digits <= scalars.count else { return nil }
        let text = String(String.UnicodeScalarView(scalars[position..<(position + digits)]))
        guard let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value) else { return nil }
        position += digits
        return literal(scalar)
    }

    private mutating func characterClass() -> PatternNode? {
        var set = ScalarSet(isInverted: take("^"), ignoresCase: ignoresCase)
        while let scalar = next, scalar != "]" {
            position += 1
            guard let lower = scalar == "\\" ? escapedSet() : literal(scalar) else { return nil }
            // Only what is one scalar can begin a range.
            let isOne = !lower.isInverted && lower.ranges.count == 1 && lower.ranges[0].count == 1
            if isOne, next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                guard let end = next else { return nil }
                position += 1
                guard let upper = end == "\\" ? escapedSet() : literal(end), !upper.isInverted,
                    upper.ranges.count == 1, upper.ranges[0].count == 1,
                    lower.ranges[0].lowerBound <= upper.ranges[0].upperBound
                else { return nil }
                set.ranges.append(lower.ranges[0].lowerBound...upper.ranges[0].upperBound)
            } else if lower.isInverted {
                set.ranges += Self.complement(of: lower.ranges)
            } else {
                set.ranges += lower.ranges
            }
        }
        return take("]") ? .scalar(set) : nil
    }

    /// - Parameter ranges: ascending, as those of the fixed sets are.
    private static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges {
            if range.lowerBound > start { result.append(start...(range.lowerBound - 1)) }
            start = range.upperBound + 1
        }
        return result + [start...0x10FFFF]
    }
}

/// Lays a pattern's tree out as a program.
struct PatternCompiler {
    private(set) var program: [LinearPattern.Instruction] = []

    /// False where the program becomes too long.
    mutating func append(_ instruction: LinearPattern.Instruction) -> Bool {
        program.append(instruction)
        return program.count <= LinearPattern.maximumInstructions
    }

    mutating func append(_ node: PatternNode) -> Bool {
        switch node {
        case .scalar(let set): return append(LinearPattern.Instruction.scalar(set))
        case .assertion(let instruction): return append(instruction)
        case .sequence(let parts):
            for part in parts { guard append(part) else { return false } }
            return true
        case .choice(let branches): return appendChoice(branches[...])
        case .repeated(let body, let minimum, let maximum):
            for _ in 0..<minimum { guard append(body) else { return false } }
            guard let maximum else { return appendLoop(body) }
            return appendOptional(body, count: maximum - minimum)
        }
    }

    private mutating func appendChoice(_ branches: ArraySlice<PatternNode>) -> Bool {
        var ends: [Int] = []
        for (number, branch) in branches.enumerated() {
            let split = program.count
            let isLast = number == branches.count - 1
            if !isLast { guard append(.split(split + 1, 0)) else { return false } }
            guard append(branch) else { return false }
            if !isLast {
                ends.append(program.count)
                guard append(.jump(0)) else { return false }
                program[split] = .split(split + 1, program.count)
            }
        }
        for end in ends { program[end] = .jump(program.count) }
        return true
    }

    private mutating func appendLoop(_ body: PatternNode) -> Bool {
        let split = program.count
        guard append(.split(split + 1, 0)), append(body), append(.jump(split)) else { return false }
        program[split] = .split(split + 1, program.count)
        return true
    }

    private mutating func appendOptional(_ body: PatternNode, count: Int) -> Bool {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(program.count)
            guard append(.split(program.count + 1, 0)), append(body) else { return false }
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
        return true
    }
}
