import Diagnostics

/// Finds what must not be shown of a source before it is understood, so that a diagnostic about a broken file cannot show a
/// key that stands on the same line.
enum SecretRedaction {
    /// In a configuration file: the values of keys named like secrets, everything that looks like an API key, and all places
    /// where one of them stands again.
    static func ranges(inConfiguration source: SourceText) -> [Range<Int>] {
        var scanner = SecretScanner(source.bytes)
        for line in source.lines { scanner.read(line) }
        return scanner.ranges + SecretWords(in: scanner.ranges, of: source).occurrences(in: source)
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
}
