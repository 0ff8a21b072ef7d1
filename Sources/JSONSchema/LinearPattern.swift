/// A regular expression that is searched for in time proportional to the length of the text, whatever the pattern: one that
/// comes from a model or a tool's author cannot hold the caller up.
///
/// Taken are literals, `.`, classes, `\d \w \s \b` and their opposites, `^`, `$`, groups, `|` and `* + ? {n,m}`. What cannot be
/// had in linear time (back-references, look-around) and what is no pattern gives nil. `.` stands for anything but a line
/// feed; `^` and `$` for the ends of the text.
package struct LinearPattern: Sendable {
    /// Steps of the compiled pattern; a longer one, such as `(a{1000}){1000}`, is not taken.
    package static let maximumInstructions = 4096
    /// Of a pattern's text. What would be too many steps is not even parsed.
    static let maximumPatternBytes = 16 * maximumInstructions

    enum Instruction: Sendable {
        case scalar(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case textStart, textEnd
        case wordBoundary(Bool)
        case match
    }

    private let program: [Instruction]

    package init?(_ pattern: String, ignoringCase: Bool = false) {
        guard pattern.utf8.count <= Self.maximumPatternBytes else { return nil }
        var parser = PatternParser(pattern, ignoringCase: ignoringCase)
        guard let node = parser.parse() else { return nil }
        var compiler = PatternCompiler()
        guard compiler.append(node), compiler.append(.match) else { return nil }
        program = compiler.program
    }

    /// Places of the compiled pattern.
    var length: Int { program.count }

    /// Whether some part of `text` matches.
    package func isFound(in text: some StringProtocol) -> Bool {
        var steps = Int.max
        return isFound(in: text, steps: &steps) ?? false
    }

    /// Whether some part of `text` matches; nil where that takes more than `steps`, which are counted down. A place of the
    /// pattern that is compared with a character is a step.
    package func isFound(in text: some StringProtocol, steps: inout Int) -> Bool? {
        var current = PatternThreads(count: program.count)
        var following = PatternThreads(count: program.count)
        var previous: Unicode.Scalar?
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while true {
            // A match may begin anywhere.
            if current.add(0, of: program, previous: previous, next: next) { return true }
            steps -= current.visitedCount
            guard steps >= 0 else { return nil }
            guard let scalar = next else { return false }
            let after = scalars.next()
            following.removeAll()
            for place in current.places {
                guard case .scalar(let set) = program[place] else { continue }
                steps -= set.ranges.count
                guard steps >= 0 else { return nil }
                guard set.contains(scalar) else { continue }
                if following.add(place + 1, of: program, previous: scalar, next: after) { return true }
            }
            swap(&current, &following)
            previous = scalar
            next = after
        }
    }
}

/// Which scalars one place of a pattern takes.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = includes(scalar.value)
        if !found, ignoresCase {
            let properties = scalar.properties
            found =
                properties.lowercaseMapping.unicodeScalars.first.map { includes($0.value) } ?? false
                || properties.uppercaseMapping.unicodeScalars.first.map { includes($0.value) } ?? false
        }
        return found != isInverted
    }

    private func includes(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }

    static func isWordCharacter(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { word.includes($0.value) } ?? false
    }

    static let digit = ScalarSet(ranges: [0x30...0x39])
    static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet(ranges: [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    static let anyButLineFeed = ScalarSet(ranges: [0x0A...0x0A], isInverted: true)
}

/// The places of the program that a search has reached, each once.
private struct PatternThreads {
    private(set) var places: [Int] = []
    private var isIn: [Bool]
    private var touched: [Int] = []
    private var stack: [Int] = []

    init(count: Int) {
        isIn = [Bool](repeating: false, count: count)
    }

    /// Places that were looked at since ``removeAll()``.
    var visitedCount: Int { touched.count }

    mutating func removeAll() {
        for place in touched { isIn[place] = false }
        touched.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }

    /// Follows everything that takes no scalar. True where the end of the program is reached.
    mutating func add(
        _ start: Int, of program: [LinearPattern.Instruction], previous: Unicode.Scalar?, next: Unicode.Scalar?
    ) -> Bool {
        stack.append(start)
        while let place = stack.popLast() {
            guard !isIn[place] else { continue }
            isIn[place] = true
            touched.append(place)
            switch program[place] {
            case .scalar: places.append(place)
            case .split(let first, let second): stack += [second, first]
            case .jump(let target): stack.append(target)
            case .textStart: if previous == nil { stack.append(place + 1) }
            case .textEnd: if next == nil { stack.append(place + 1) }
            case .wordBoundary(let wanted):
                let isBoundary = ScalarSet.isWordCharacter(previous) != ScalarSet.isWordCharacter(next)
                if isBoundary == wanted { stack.append(place + 1) }
            case .match:
                stack.removeAll(keepingCapacity: true)
                return true
            }
        }
        return false
    }
}

extension LinearPattern {
    /// The pattern that stands for `text` itself.
    package static func escaped(_ text: String) -> String {
        // Scalar by scalar: a sign with a combining mark is one character.
        text.unicodeScalars.map { #".^$*+?()[]{}|\/-"#.unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
