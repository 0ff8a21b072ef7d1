import Diagnostics

/// Finds what must not be shown of a source before it is understood, so that a diagnostic about a broken file cannot show a
/// key that stands on the same line.
enum SecretRedaction {
    /// Names, folded, whose values are secrets in our files and in what people mistake for them.
    private static let secretNames: Set<String> = ["apikey", "tokens", "token", "secret", "password", "authorization"]
    private static let keyPrefix = Array("sk-".utf8)
    private static let shortestKey = 8

    /// In a configuration file: the values of keys named like secrets, and everything that looks like an API key.
    static func ranges(inConfiguration source: SourceText) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        /// Indentation of the secret key whose value may go on in the lines that follow.
        var open: Int?
        for line in source.lines {
            let indentation = source.bytes[line].prefix { $0 == UInt8(ascii: " ") }.count
            let text = line.lowerBound + indentation..<line.upperBound
            if let key = open, !text.isEmpty {
                let isItem = source.bytes[text.lowerBound] == UInt8(ascii: "-")
                if indentation > key || indentation == key && isItem {
                    ranges.append(text)
                    continue
                }
                open = nil
            }
            for value in secretValues(in: text, source.bytes) {
                if value.upperBound == text.upperBound { open = indentation }
                ranges += items(of: value, source.bytes).filter { !isReference(source.bytes[$0]) }
            }
            ranges += apiKeys(in: text, source.bytes) + userInformation(in: text, source.bytes)
        }
        return ranges
    }

    /// In `.env`: everything behind the `=`, and lines that have none.
    static func ranges(inDotEnv source: SourceText) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for line in source.lines {
            let sign = source.bytes[line].firstIndex(of: UInt8(ascii: "="))
            ranges.append((sign.map { $0 + 1 } ?? line.lowerBound)..<line.upperBound)
        }
        return ranges.filter { !$0.isEmpty }
    }

    /// Behind each `name:` of a secret, to the end of the line, or of the value where the name does not begin the line.
    private static func secretValues(in line: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
        var values: [Range<Int>] = []
        var start = line.lowerBound
        while let colon = bytes[start..<line.upperBound].firstIndex(of: UInt8(ascii: ":")) {
            start = colon + 1
            let before = bytes[line.lowerBound..<colon]
            let name = before.reversed().drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") || $0 <= 0x20 }
                .prefix { isNameByte($0) }.reversed()
            let folded = String(
                decoding: name.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }, as: UTF8.self)
            guard secretNames.contains(folded.lowercased()) else { continue }
            let isWholeLine = before.count - name.count <= 2
            let end = isWholeLine ? line.upperBound : flowValues(in: start..<line.upperBound, bytes)[0].upperBound
            let value = start..<end
            let blanks = bytes[value].prefix { $0 == UInt8(ascii: " ") }.count
            values.append(value.lowerBound + blanks..<value.upperBound)
            start = value.upperBound
        }
        return values
    }

    /// The items of a list between brackets that is whole, else the value itself.
    private static func items(of value: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
        let end = value.lowerBound + bytes[value].reversed().drop { $0 <= 0x20 }.count
        guard bytes[value].first == UInt8(ascii: "["), bytes[end - 1] == UInt8(ascii: "]") else { return [value] }
        return flowValues(in: value.lowerBound + 1..<end - 1, bytes).map { item in
            let blanks = bytes[item].prefix { $0 <= 0x20 }.count
            return item.lowerBound + blanks..<item.upperBound
        }.filter { !$0.isEmpty }
    }

    /// What commas part, up to a `}` or `]` that closes what was open before; at least one, which may be empty. Neither counts
    /// between quotes, inside further brackets, and in `${…}`. Where something is never closed, all of the rest is one value.
    private static func flowValues(in text: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
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
                depth -= 1
                if depth < 0 { return values + [start..<index] }
            case UInt8(ascii: ",") where depth == 0:
                values.append(start..<index)
                start = index + 1
            default: break
            }
        }
        return values + [start..<text.upperBound]
    }

    /// `${NAME}`, which is no secret itself.
    private static func isReference(_ value: ArraySlice<UInt8>) -> Bool {
        VariableReference.isReference(
            String(decoding: value, as: UTF8.self).filter { $0 != "\"" && $0 != "'" && $0 != " " })
    }

    /// `user:password` in `https://user:password@host`.
    private static func userInformation(in line: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = line.lowerBound
        while let colon = bytes[start..<line.upperBound].firstIndex(of: UInt8(ascii: ":")) {
            start = colon + 1
            guard bytes[colon..<line.upperBound].starts(with: "://".utf8) else { continue }
            let authority = bytes[(colon + 3)..<line.upperBound].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
            start = authority.endIndex
            if let at = authority.lastIndex(of: UInt8(ascii: "@")) { ranges.append(authority.startIndex..<at) }
        }
        return ranges
    }

    private static func apiKeys(in line: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = line.lowerBound
        while let found = bytes[start..<line.upperBound].firstIndex(of: keyPrefix[0]) {
            start = found + 1
            guard bytes[found..<line.upperBound].starts(with: keyPrefix) else { continue }
            let key = bytes[found..<line.upperBound].prefix(while: isNameByte)
            start = key.endIndex
            if key.count >= keyPrefix.count + shortestKey { ranges.append(key.startIndex..<key.endIndex) }
        }
        return ranges
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}
