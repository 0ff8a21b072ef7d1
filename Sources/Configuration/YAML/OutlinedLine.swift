import Diagnostics

/// A line as people see it, without knowing whether it is YAML: how deep it stands, and the key that it begins with.
struct OutlinedLine {
    /// Without its line break.
    let range: Range<Int>
    /// Columns before its text; those of `- ` count, as in YAML.
    let indentation: Int
    /// Where its text begins; at the end where there is none.
    let start: Int
    /// What stands before the first `:` that ends a key; nil where it does not begin with one.
    let key: Range<Int>?
    /// Whether text follows the key on the line.
    let hasValue: Bool
    private let isComment: Bool

    init(at offset: Int, in source: SourceText) {
        range = source.lineRange(at: offset)
        let line = source.bytes[range]
        let isMarked = range.lowerBound == 0 && line.starts(with: [0xEF, 0xBB, 0xBF])
        var rest = Self.withoutBlanks(isMarked ? line.dropFirst(3) : line)
        while rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first, Self.isBlank(next) {
            rest = Self.withoutBlanks(rest.dropFirst())
        }
        start = rest.startIndex
        indentation = start - range.lowerBound - (isMarked ? 3 : 0)
        isComment = rest.first == UInt8(ascii: "#")
        let end = rest.firstIndex { Self.isBlank($0) || "\"'{}[],#&*!|>%@`:".utf8.contains($0) } ?? rest.endIndex
        let behind = rest[end...].dropFirst()
        let isKey = end > start && end < rest.endIndex && rest[end] == UInt8(ascii: ":")
        if isKey, behind.first.map(Self.isBlank) ?? true {
            key = start..<end
            let value = Self.withoutBlanks(behind)
            hasValue = !value.isEmpty && value.first != UInt8(ascii: "#")
        } else {
            key = nil
            hasValue = false
        }
    }

    /// The next line above that has text and is no comment.
    func above(in source: SourceText) -> OutlinedLine? {
        var start = range.lowerBound
        while start > 0 {
            let line = OutlinedLine(at: start - 1, in: source)
            if line.start < line.range.upperBound, !line.isComment { return line }
            guard line.range.lowerBound < start else { return nil }
            start = line.range.lowerBound
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func withoutBlanks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> { bytes.drop(while: isBlank) }
}
