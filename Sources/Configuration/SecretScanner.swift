import Diagnostics

/// Reads a file line by line, without knowing whether it is YAML. Where it cannot tell, it hides.
struct SecretScanner {
    private let bytes: [UInt8]
    private(set) var ranges: [Range<Int>] = []
    private var names = SecretNameMemory()
    /// What the value of a secret key that may go on in the lines that follow is.
    private var open: (kind: SecretName.Kind, column: Int, endsAtAnyKey: Bool)?
    /// Whether the line is a comment: what it names neither ends nor goes on below it.
    private var isInComment = false
    /// The name that the line before ends with, which may have been broken in two.
    private var tail = ""
    /// Quotes that no other one closes in the rest of the line, so that it is looked for once.
    private var unclosedQuotes: Set<UInt8> = []

    /// Shorter values of an environment, such as `1` or `en`, are no secrets.
    private static let shortestMember = 4

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func read(_ line: Range<Int>) {
        let content = trimmed(line)
        // Text of several lines may begin with `#`, too.
        let isText = open.map { $0.kind != .section } ?? false
        isInComment = !isText && content.first.map { bytes[$0] } == UInt8(ascii: "#")
        guard isInComment else { return read(content, in: line) }
        let region = open
        let signs = bytes[content].prefix { $0 == UInt8(ascii: "#") }.count
        read(trimmed(content.lowerBound + signs..<content.upperBound), in: line)
        open = region
    }

    private mutating func read(_ content: Range<Int>, in line: Range<Int>) {
        let start = withoutDashes(content)
        guard !start.isEmpty else {
            if !content.isEmpty, open != nil { hide(content) }
            return
        }
        let name = leadingName(in: start)
        let secret = name.flatMap { secretBehind($0, in: start) }
        tail = nameAtEnd(of: start)
        if let region = open, region.kind != .section || secret == nil {
            let isKey = name.map { !$0.isEmpty && isKeyBehind($0, in: start) } ?? false
            let isOutside = start.lowerBound - line.lowerBound <= region.column
            guard isKey, region.endsAtAnyKey || isOutside else { return hideContinuation(start, region.kind) }
            open = nil
        }
        if let secret {
            let value = trimmed(start.clamped(to: secret.start..<start.upperBound))
            let isWhole = secret.kind == .section || !value.isEmpty && flowValues(in: value).isBalanced
            open = (secret.kind, start.lowerBound - line.lowerBound, isWhole)
            hideValue(value, secret.kind)
        } else {
            scan(start)
        }
        hideWords(start)
        hideUserInformation(in: start)
    }

    // MARK: - Keys

    /// The kind of the secret whose name begins a line, and where what belongs to it begins.
    private mutating func secretBehind(_ name: Range<Int>, in line: Range<Int>) -> (kind: SecretName.Kind, start: Int)?
    {
        let found = names.meaning(of: text(name))
        if found.isGlued { return (.value, name.lowerBound) }
        guard let kind = found.kind ?? SecretName.plainKind(of: tail + text(name)) else { return nil }
        var rest = line.clamped(to: name.upperBound..<line.upperBound)
        // A closing quote, and the separator, or what has come into its place.
        while let first = rest.first, isBlank(bytes[first]) || "\"'".utf8.contains(bytes[first]) {
            rest = first + 1..<rest.upperBound
        }
        let separator = rest.first.map { bytes[$0] }
        if separator == UInt8(ascii: ":") || separator == UInt8(ascii: "=") { rest = rest.dropFirst() }
        if isBareVariable(name), isInComment && separator != UInt8(ascii: "=") || trimmed(rest).isEmpty { return nil }
        if kind == .section {
            return trimmed(rest).first.map { bytes[$0] } == UInt8(ascii: "{") ? nil : (kind, rest.lowerBound)
        }
        return (kind, rest.lowerBound)
    }

    /// The name at the beginning, which may stand between quotes; an empty one before a `:`.
    private func leadingName(in line: Range<Int>, behind signs: String = "\"'{[,?&!") -> Range<Int>? {
        let start = line.lowerBound + bytes[line].prefix { signs.utf8.contains($0) || isBlank($0) }.count
        let name = start..<start + bytes[start..<line.upperBound].prefix(while: isNameByte).count
        let isColon = name.isEmpty && start == line.lowerBound && bytes[line].first == UInt8(ascii: ":")
        return name.isEmpty && !isColon ? nil : name
    }

    /// Whether nothing but its capitals tells that a name is one of a variable.
    private func isBareVariable(_ name: Range<Int>) -> Bool {
        let name = text(name)
        return SecretName.isVariable(name) && SecretName.plainKind(of: name) == nil && !SecretName.tells(name)
    }

    /// Whether what stands behind a name in capitals is its value: `C:\x` is no variable, `GET` in a list none either, `RULES:` is a
    /// headline, and in comments `NOTE: …` a remark.
    private func isVariable(_ name: Range<Int>, before rest: Range<Int>, in line: Range<Int>) -> Bool {
        guard let separator = rest.first, !trimmed(rest.dropFirst()).isEmpty else { return false }
        return bytes[separator] == UInt8(ascii: "=") || !isInComment && isKeyBehind(name, in: line)
    }

    private func nameAtEnd(of line: Range<Int>) -> String {
        let text = bytes[line].reversed().drop { $0 == UInt8(ascii: ".") }
        return String(decoding: text.prefix(while: isNameByte).reversed(), as: UTF8.self)
    }

    private func isKeyBehind(_ name: Range<Int>, in line: Range<Int>) -> Bool {
        let rest = bytes[name.upperBound..<line.upperBound].drop { "\"'".utf8.contains($0) || isBlank($0) }
        guard rest.first == UInt8(ascii: ":") else { return false }
        return rest.dropFirst().first.map(isBlank) ?? true
    }

    // MARK: - Within a line

    /// Looks for names of secrets: those with a `:` or `=`, and those that stand where a name of a mapping in braces does.
    private mutating func scan(_ line: Range<Int>) {
        unclosedQuotes = []
        var quote: UInt8?
        var isNamePlace = true
        var index = line.lowerBound
        while index < line.upperBound {
            let byte = bytes[index]
            if isNameByte(byte) {
                let end = index + bytes[index..<line.upperBound].prefix(while: isNameByte).count
                // The dashes of an option aside.
                let name = index + bytes[index..<end].prefix { $0 == UInt8(ascii: "-") }.count..<end
                index = hideBehind(name, in: line, quote, isNamePlace) ?? end
                isNamePlace = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if quote == byte {
                    quote = nil
                } else if quote == nil, index == line.lowerBound || !isNameByte(bytes[index - 1]) {
                    quote = byte
                }
            case UInt8(ascii: "$") where bytes[index..<line.upperBound].starts(with: "${".utf8):
                // The name of a variable is none of a secret's, nor is the `:-` behind it a separator.
                index +=
                    2 + bytes[(index + 2)..<line.upperBound].prefix { isNameByte($0) || $0 == UInt8(ascii: ":") }.count
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ","): isNamePlace = true
            case _ where isBlank(byte): break
            default: isNamePlace = false
            }
            index += 1
        }
    }

    /// Hides the value of a secret's name, and says where it ends; nil where the name is none.
    private mutating func hideBehind(
        _ name: Range<Int>, in line: Range<Int>, _ quote: UInt8?, _ isNamePlace: Bool
    ) -> Int? {
        var rest = name.upperBound..<line.upperBound
        rest = rest.lowerBound + bytes[rest].prefix { "\"'".utf8.contains($0) || isBlank($0) }.count..<rest.upperBound
        let hasSeparator = rest.first.map { ":=".utf8.contains(bytes[$0]) } ?? false
        guard hasSeparator || isNamePlace else { return nil }
        let found = names.meaning(of: text(name))
        if isNamePlace, found.isGlued {
            let value = firstValue(in: name.lowerBound..<line.upperBound).range
            hideValue(value, .value)
            return value.upperBound
        }
        guard let kind = found.kind else { return nil }
        if isBareVariable(name), !isVariable(name, before: rest, in: line) { return nil }
        if hasSeparator { rest = rest.dropFirst() }
        let opening = trimmed(rest).first.map { bytes[$0] }
        if kind == .section, opening == nil || opening == UInt8(ascii: "{") { return nil }
        var value = rest
        if let quote, hasSeparator, opening != UInt8(ascii: "["), opening != UInt8(ascii: "{"),
            let end = end(of: quote, in: rest)
        {
            value = rest.lowerBound..<end
        } else {
            let isBalanced: Bool
            (value, isBalanced) = firstValue(in: rest)
            if hasSeparator { open = (kind, name.lowerBound - line.lowerBound, isBalanced) }
        }
        hideValue(value, kind)
        return max(name.upperBound, value.upperBound)
    }

    /// Where text in quotes ends that goes on in `rest`, the end of a line.
    private mutating func end(of quote: UInt8, in rest: Range<Int>) -> Int? {
        guard !unclosedQuotes.contains(quote) else { return nil }
        let end = rest.first { bytes[$0] == quote && isEnd(behind: $0, in: rest) }
        if end == nil { unclosedQuotes.insert(quote) }
        return end
    }

    /// Up to the first comma that a name with its `:` follows: what none follows belongs to it, though a bracket may be missing.
    /// Nothing far behind its end is looked at, so that all values of a line together are read once.
    private func firstValue(in text: Range<Int>) -> (range: Range<Int>, isBalanced: Bool) {
        let (values, isBalanced) = flowValues(in: text, endAtPair: true)
        return (values.reduce(values[0]) { $0.lowerBound..<$1.upperBound }, isBalanced)
    }

    private func isPair(behind comma: Int, in text: Range<Int>) -> Bool {
        let rest = comma + 1..<text.upperBound
        return leadingName(in: rest, behind: "\"'{[?&!").map { isKeyBehind($0, in: rest) } ?? false
    }

    /// What commas part, up to a `}` or `]` that closes what was open before; at least one, which may be empty. Neither counts
    /// between quotes, inside further brackets, and in `${…}`. Where something is never closed, all of the rest is one value.
    private func flowValues(
        in text: Range<Int>, endAtPair: Bool = false
    ) -> (values: [Range<Int>], isBalanced: Bool) {
        var values: [Range<Int>] = []
        var start = text.lowerBound
        var depth = 0
        var quote: UInt8?
        for index in text {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 || isEnd(behind: index, in: text) else { continue }
                depth -= 1
                if depth < 0 { return (values + [start..<index], true) }
            case UInt8(ascii: ",") where depth == 0:
                values.append(start..<index)
                if endAtPair, isPair(behind: index, in: text) { return (values, true) }
                start = index + 1
            default: break
            }
        }
        return (values + [start..<text.upperBound], depth == 0 && quote == nil)
    }

    /// Whether what follows a bracket or quote may follow one that closes.
    private func isEnd(behind index: Int, in text: Range<Int>) -> Bool {
        bytes[(index + 1)..<text.upperBound].first { !isBlank($0) }.map { ",]}#".utf8.contains($0) } ?? true
    }

    // MARK: - Hiding

    private mutating func hideContinuation(_ line: Range<Int>, _ kind: SecretName.Kind) {
        guard kind == .members, let name = leadingName(in: line), isKeyBehind(name, in: line) else { return hide(line) }
        let colon = bytes[name.upperBound...].firstIndex(of: UInt8(ascii: ":")) ?? name.upperBound
        hideMember(colon + 1..<line.upperBound)
    }

    private mutating func hideValue(_ value: Range<Int>, _ kind: SecretName.Kind) {
        let value = trimmed(value)
        guard let first = value.first, let last = value.last else { return }
        if kind == .members, bytes[first] == UInt8(ascii: "{") {
            for member in flowValues(in: first + 1..<value.upperBound).values {
                let name = leadingName(in: member)
                let colon = name.flatMap { _ in bytes[member].firstIndex(of: UInt8(ascii: ":")) }
                hideMember((colon.map { $0 + 1 } ?? member.lowerBound)..<member.upperBound)
            }
        } else if bytes[first] == UInt8(ascii: "["), bytes[last] == UInt8(ascii: "]") {
            for item in flowValues(in: first + 1..<last).values { hide(trimmed(item)) }
        } else {
            hide(value)
        }
    }

    private mutating func hideMember(_ value: Range<Int>) {
        let value = trimmed(value)
        if value.count >= Self.shortestMember { hide(value) }
    }

    /// Small numbers and `${NAME}` are no secrets themselves.
    private mutating func hide(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if SecretName.isSmallNumber(bytes[range]) { return }
        let text = text(range)
        if !VariableReference.isReference(text.filter { $0 != "\"" && $0 != "'" && $0 != " " }) { ranges.append(range) }
    }

    /// Words that look like secrets wherever they stand, and what follows `Bearer`.
    private mutating func hideWords(_ line: Range<Int>) {
        var isBehindScheme = false
        for word in SecretWords.words(in: line, of: bytes) {
            let slice = bytes[word]
            if isBehindScheme || SecretName.looksLikeSecret(slice) { hide(word) }
            isBehindScheme = slice.count == 6 && text(word).lowercased() == "bearer"
        }
    }

    /// `user:password` in `https://user:password@host`, also where one of its signs is missing.
    private mutating func hideUserInformation(in line: Range<Int>) {
        var start = line.lowerBound
        for index in line where !isURLByte(bytes[index]) {
            hideUserInformation(ofPart: start..<index, in: line)
            start = index + 1
        }
        hideUserInformation(ofPart: start..<line.upperBound, in: line)
    }

    /// - Parameter part: what stands between two blanks, slashes, quotes or brackets of the line.
    private mutating func hideUserInformation(ofPart part: Range<Int>, in line: Range<Int>) {
        let isAuthority = bytes[line.lowerBound..<part.lowerBound].suffix(2).elementsEqual("//".utf8)
        let colon = bytes[part].firstIndex(of: UInt8(ascii: ":"))
        if let sign = bytes[part].lastIndex(of: UInt8(ascii: "@")) {
            if isAuthority || colon.map({ $0 < sign }) ?? false { hide(part.lowerBound..<sign) }
        } else if isAuthority, let colon, let first = bytes[colon..<part.upperBound].dropFirst().first {
            // A port, which may come from a variable.
            let isPort =
                (0x30...0x39).contains(first) || bytes[(colon + 1)..<line.upperBound].starts(with: "${".utf8)
            if !isPort { hide(part) }
        }
    }

    private func isURLByte(_ byte: UInt8) -> Bool { byte > 0x20 && !"/\"'[]{},".utf8.contains(byte) }

    // MARK: - Bytes

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        let start = range.lowerBound + bytes[range].prefix(while: isBlank).count
        return start..<max(start, range.upperBound - bytes[range].reversed().prefix(while: isBlank).count)
    }

    /// Without the `- ` of items.
    private func withoutDashes(_ content: Range<Int>) -> Range<Int> {
        var rest = content
        while let first = rest.first, bytes[first] == UInt8(ascii: "-"),
            first + 1 == rest.upperBound || isBlank(bytes[first + 1])
        {
            rest = trimmed(first + 1..<rest.upperBound)
        }
        return rest
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}
