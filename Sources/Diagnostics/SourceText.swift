/// Where text that people wrote came from.
package enum SourceOrigin: Sendable, Hashable {
    /// A file by the name that the person used; `-` is standard input.
    case file(String)
    case environmentVariable(String)
    /// A command-line option by its long name, without dashes.
    case option(String)

    /// As it stands in diagnostics: `config.yaml`, `environment variable AILOOP_SERVER__PORT`, `option --port`.
    package var displayName: String {
        switch self {
        case .file("-"): "standard input"
        case .file(let name): escapedForDisplay(name)
        case .environmentVariable(let name): "environment variable \(escapedForDisplay(name))"
        case .option(let name): "option --\(escapedForDisplay(name))"
        }
    }

    /// As programs are told: a file's name as it is, `environment:NAME`, `option:--name`.
    package var name: String {
        switch self {
        case .file(let name): name
        case .environmentVariable(let name): "environment:\(name)"
        case .option(let name): "option:--\(name)"
        }
    }
}

/// A stretch of one source, in bytes of its UTF-8 text. An empty range is a place between two characters.
package struct SourceSpan: Sendable, Hashable {
    package var origin: SourceOrigin
    package var range: Range<Int>

    package init(_ origin: SourceOrigin, _ range: Range<Int>) {
        self.origin = origin
        self.range = range
    }

    /// The very beginning of a source.
    package init(startOf origin: SourceOrigin) {
        self.init(origin, 0..<0)
    }
}

/// A line and column as people and editors count them.
package struct SourcePosition: Sendable, Hashable, Comparable {
    /// From 1.
    package var line: Int
    /// From 1, in code points.
    package var column: Int

    package static let start = SourcePosition(line: 1, column: 1)

    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// One source's text, with an index of its lines (ended by LF, CR LF or CR).
package struct SourceText: Sendable {
    package let origin: SourceOrigin
    /// Valid UTF-8, without byte order mark.
    package let bytes: [UInt8]
    /// Ranges that must not be shown; renderers print `*` for each of their characters.
    package private(set) var redactions: [Range<Int>] = []
    private let lineStarts: [Int]
    private let isASCII: Bool

    /// Invalid UTF-8 in `bytes` is replaced by U+FFFD and a byte order mark at the start is dropped; offsets count in the
    /// result.
    package init(_ origin: SourceOrigin, bytes: [UInt8]) {
        self.origin = origin
        var text = bytes
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        isASCII = text.allSatisfy { $0 < 0x80 }
        if !isASCII, String(validating: text, as: UTF8.self) == nil {
            text = Array(String(decoding: text, as: UTF8.self).utf8)
        }
        self.bytes = text
        lineStarts = Self.lineStarts(of: text)
    }

    package init(_ origin: SourceOrigin, text: String) {
        self.init(origin, bytes: Array(text.utf8))
    }

    private static func lineStarts(of bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for (index, byte) in bytes.enumerated() {
            let isFirstOfPair =
                byte == UInt8(ascii: "\r") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && !isFirstOfPair { starts.append(index + 1) }
        }
        return starts
    }
}

extension SourceText {
    /// Keeps `ranges` out of everything that is rendered.
    package mutating func redact(_ ranges: some Sequence<Range<Int>>) {
        redactions += ranges
    }

    /// Offsets past the end count as the end.
    package func position(at offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), bytes.count)
        let line = lineIndex(at: offset)
        let start = lineStarts[line]
        let column = isASCII ? offset - start : bytes[start..<offset].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: line + 1, column: column + 1)
    }

    /// The bytes of the line that `offset` is on, without its line break.
    package func lineRange(at offset: Int) -> Range<Int> {
        lineRange(ofLine: lineIndex(at: min(max(offset, 0), bytes.count)))
    }

    /// The bytes of each line, without their line breaks.
    package var lines: some Sequence<Range<Int>> { lineStarts.indices.lazy.map { lineRange(ofLine: $0) } }

    private func lineRange(ofLine line: Int) -> Range<Int> {
        let start = lineStarts[line]
        var end = line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    /// `range` as far as it lies within the text, widened so that it begins and ends between characters.
    package func wholeCharacters(around range: Range<Int>) -> Range<Int> {
        var (start, end) = (min(range.lowerBound, bytes.count), min(range.upperBound, bytes.count))
        while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return start..<max(start, end)
    }

    package func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// Index of the last line that starts at or before `offset`.
    private func lineIndex(at offset: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

/// The sources that diagnostics point into.
package struct SourceCatalog: Sendable {
    private var sources: [SourceOrigin: SourceText] = [:]

    package init() {}

    package subscript(origin: SourceOrigin) -> SourceText? { sources[origin] }

    package mutating func add(_ source: SourceText) {
        sources[source.origin] = source
    }

    /// Keeps the text of `span` out of everything that is rendered.
    package mutating func redact(_ span: SourceSpan) {
        sources[span.origin]?.redact(CollectionOfOne(span.range))
    }
}
