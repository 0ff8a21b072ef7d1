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

    /// In `.env`: everything behind the `=`, and lines in which no name stands before one.
    static func ranges(inDotEnv source: SourceText) -> [Range<Int>] { variables(in: source).map(\.value) }

    /// Those of them that are no values of keys which hold no secrets.
    static func secrets(inDotEnv source: SourceText) -> [Range<Int>] {
        variables(in: source).filter { SettingTable.byVariable[$0.name]?.holdsSecrets ?? true }.map(\.value)
    }

    private static func variables(in source: SourceText) -> [(name: String, value: Range<Int>)] {
        source.lines.compactMap { line in
            let sign = source.bytes[line].firstIndex(of: UInt8(ascii: "="))
            let words = sign.map { source.text(in: line.lowerBound..<$0).split(whereSeparator: \.isWhitespace) } ?? []
            guard let sign, let name = words.last, VariableReference.isName(name), words.count <= 2 else {
                return line.isEmpty ? nil : ("", line)
            }
            return sign + 1 < line.upperBound ? (String(name), sign + 1..<line.upperBound) : nil
        }
    }
}
