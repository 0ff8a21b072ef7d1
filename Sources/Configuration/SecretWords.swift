import Diagnostics

/// The words of secrets, for finding them where they stand again: in another place of the file, and in messages.
struct SecretWords {
    private var words: Set<String> = []
    /// Shorter ones stand everywhere.
    private static let shortest = 6
    /// A part that is shown of a longer one.
    private static let shortestPart = 4

    /// None but those that look like secrets.
    init() {}

    /// The words in `ranges`, without comments and paths that begin with `/`, `./` or `~/`.
    init(in ranges: [Range<Int>], of source: SourceText) {
        for range in ranges {
            for word in Self.words(in: Self.withoutComment(range, source.bytes), of: source.bytes) {
                let slice = source.bytes[word]
                let isPath = slice.drop { ".~".utf8.contains($0) }.first == UInt8(ascii: "/")
                guard slice.count >= Self.shortest, !isPath else { continue }
                let text = String(decoding: slice, as: UTF8.self)
                if !SecretName.known.contains(text) { words.insert(text) }
            }
        }
    }

    private static func withoutComment(_ range: Range<Int>, _ bytes: [UInt8]) -> Range<Int> {
        let comment = range.first {
            bytes[$0] == UInt8(ascii: "#") && ($0 == range.lowerBound || bytes[$0 - 1] <= 0x20)
        }
        return range.lowerBound..<(comment ?? range.upperBound)
    }

    /// Where they stand in a source.
    func occurrences(in source: SourceText) -> [Range<Int>] {
        guard !words.isEmpty else { return [] }
        return source.lines.flatMap { line in
            Self.words(in: line, of: source.bytes).filter { word in
                word.count >= Self.shortest && words.contains(String(decoding: source.bytes[word], as: UTF8.self))
            }
        }
    }

    /// A message with asterisks in their place, and in that of what looks like a secret. What comes from a source stands between
    /// backticks, of which it may have some itself: all from the first to the last is looked at.
    func masked(_ message: String) -> String {
        guard let first = message.firstIndex(of: "`"), let last = message.lastIndex(of: "`") else { return message }
        return "\(message[..<first])\(maskedWords(of: String(message[first...last])))\(message[last...].dropFirst())"
    }

    private func maskedWords(of text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var start = 0
        for word in Self.words(in: bytes.indices, of: bytes)
        where isSecret(String(decoding: bytes[word], as: UTF8.self)) {
            result += bytes[start..<word.lowerBound] + Array(YAMLText.asterisks.utf8)
            start = word.upperBound
        }
        return String(decoding: result + bytes[start...], as: UTF8.self)
    }

    private func isSecret(_ word: String) -> Bool {
        if words.contains(word) || SecretName.looksLikeSecret(Array(word.utf8)[...]) { return true }
        // Cut short in the message.
        guard word.hasSuffix("…") else { return false }
        let part = word.dropLast()
        return part.utf8.count >= Self.shortestPart && words.contains { $0.hasPrefix(part) }
    }

    /// What stands between blanks and punctuation.
    static func words(in range: Range<Int>, of bytes: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where isDelimiter(bytes[index]) {
            if start < index { words.append(start..<index) }
            start = index + 1
        }
        return start < range.upperBound ? words + [start..<range.upperBound] : words
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "$"), UInt8(ascii: "+"): false
        case 0...0x2F, UInt8(ascii: ":")...UInt8(ascii: "@"), UInt8(ascii: "[")...UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{")...UInt8(ascii: "}"):
            true
        default: false
        }
    }
}
