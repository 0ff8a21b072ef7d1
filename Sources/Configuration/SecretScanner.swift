import Diagnostics

/// Reads a file line by line, without knowing whether it is YAML. Where it cannot tell, it hides.
struct SecretScanner {
    private let bytes: [UInt8]
    private(set) var ranges: [Range<Int>] = []
    /// What was found out of names, of which most stand many times.
    private var kinds: [String: SecretName.Kind?] = [:]
    /// What the value of a secret key that may go on in the lines that follow is.
    private var open: (kind: SecretName.Kind, column: Int, endsAtAnyKey: Bool)?
    /// The name that the line before ends with, which may have been broken in two.
    private var tail = ""

    /// Shorter values of an environment, such as `1` or `en`, are no secrets.
    private static let shortestMember = 4

    private static let longestNumber = 6

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func read(_ line: Range<Int>) {
        let content = trimmed(line)
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
        if SecretName.isGlued(text(name)) { return (.value, name.lowerBound) }
        guard let kind = kind(of: name) ?? SecretName.plainKind(of: tail + text(name)) else { return nil }
        var rest = line.clamped(to: name.upperBound..<line.upperBound)
        // A closing quote, and the separator, or what has come into its place.
        while let first = rest.first, isBlank(bytes[first]) || "\"'".utf8.contains(bytes[first]) {
            rest = first + 1..<rest.upperBound
        }
        if let first = rest.first, ":=".utf8.contains(bytes[first]) { rest = first + 1..<rest.upperBound }
        if kind == .section {
            return trimmed(rest).first.map { bytes[$0] } == UInt8(ascii: "{") ? nil : (kind, rest.lowerBound)
        }
        return (kind, rest.lowerBound)
    }

    private mutating func kind(of name: Range<Int>) -> SecretName.Kind? {
        let name = text(name)
        if let known = kinds[name] { return known }
        let kind = SecretName.kind(of: name)
        kinds[name] = kind
        return kind
    }

    /// The name at the beginning, which may stand between quotes; an empty one before a `:`.
    private func leadingName(in line: Range<Int>) -> Range<Int>? {
        let start = line.lowerBound + bytes[line].prefix { "\"'{[,?&!".utf8.contains($0) || isBlank($0) }.count
        let name = start..<start + bytes[start..<line.upperBound].prefix(while: isNameByte).count
        let isColon = name.isEmpty && start == line.lowerBound && bytes[line].first == UInt8(ascii: ":")
        return name.isEmpty && !isColon ? nil : name
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
        if isNamePlace, SecretName.isGlued(text(name)) {
            let value = wholeValue(of: flowValues(in: name.lowerBound..<line.upperBound).values)
            hideValue(value, .value)
            return value.upperBound
        }
        var rest = name.upperBound..<line.upperBound
        rest = rest.lowerBound + bytes[rest].prefix { "\"'".utf8.contains($0) || isBlank($0) }.count..<rest.upperBound
        let hasSeparator = rest.first.map { ":=".utf8.contains(bytes[$0]) } ?? false
        guard hasSeparator || isNamePlace, let kind = kind(of: name) else { return nil }
        // `C:\x` is no variable, and `GET` in a list none either.
        let isVariable = SecretName.isVariable(text(name)) && SecretName.plainKind(of: text(name)) == nil
        if isVariable, rest.first.map({ bytes[$0] == UInt8(ascii: "=") || isKeyBehind(name, in: line) }) != true {
            return nil
        }
        if hasSeparator { rest = rest.dropFirst() }
        let opening = trimmed(rest).first.map { bytes[$0] }
        if kind == .section, opening == nil || opening == UInt8(ascii: "{") { return nil }
        var value = rest
        if let quote, hasSeparator, opening != UInt8(ascii: "["), opening != UInt8(ascii: "{"),
            let end = rest.first(where: { bytes[$0] == quote && isEnd(behind: $0, in: line) })
        {
            value = rest.lowerBound..<end
        } else {
            let (values, isBalanced) = flowValues(in: rest)
            value = wholeValue(of: values)
            if hasSeparator { open = (kind, name.lowerBound - line.lowerBound, isBalanced) }
        }
        hideValue(value, kind)
        return max(name.upperBound, value.upperBound)
    }

    /// What no name follows belongs to the first, though a bracket may be missing.
    private func wholeValue(of values: [Range<Int>]) -> Range<Int> {
        values.dropFirst().prefix { !isPair($0) }.reduce(values[0]) { $0.lowerBound..<$1.upperBound }
    }

    private func isPair(_ value: Range<Int>) -> Bool {
        leadingName(in: value).map { isKeyBehind($0, in: value) } ?? false
    }

    /// What commas part, up to a `}` or `]` that closes what was open before; at least one, which may be empty. Neither counts
    /// between quotes, inside further brackets, and in `${…}`. Where something is never closed, all of the rest is one value.
    private func flowValues(in text: Range<Int>) -> (values: [Range<Int>], isBalanced: Bool) {
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
        let text = text(range)
        if range.count <= Self.longestNumber, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) {
            return
        }
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
        for index in line {
            switch bytes[index] {
            case UInt8(ascii: "@"):
                let before = bytes[line.lowerBound..<index].reversed().prefix { isURLByte($0) }
                let start = index - before.count
                let isAuthority = bytes[line.lowerBound..<start].suffix(2).elementsEqual("//".utf8)
                if isAuthority || before.contains(UInt8(ascii: ":")) { hide(index - before.count..<index) }
            case UInt8(ascii: "/") where bytes[index..<line.upperBound].starts(with: "//".utf8):
                let authority = bytes[(index + 2)..<line.upperBound].prefix { $0 > 0x20 && isURLByte($0) }
                guard !authority.contains(UInt8(ascii: "@")), let colon = authority.firstIndex(of: UInt8(ascii: ":")),
                    let first = authority[(colon + 1)...].first, !(0x30...0x39).contains(first)
                else { continue }
                hide(authority.startIndex..<authority.endIndex)
            default: continue
            }
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
