import Diagnostics

/// Says of a line that libyaml stopped at which line above it does not fit to; knows nothing where that cannot be told.
struct IndentationProblem {
    private let source: SourceText
    private let line: OutlinedLine
    private let offset: Int

    init(at offset: Int, in source: SourceText) {
        self.source = source
        self.offset = offset
        line = OutlinedLine(at: offset, in: source)
    }

    /// Of a `: ` behind a name that no key can be.
    func ofColon() -> Diagnostic? {
        guard let key = line.key else { return nil }
        guard key.upperBound == offset else { return line.hasValue ? ofColonInValue(behind: key) : nil }
        guard let parent = lines(where: { $0.indentation < line.indentation }).outer, let parentKey = parent.key else {
            return nil
        }
        if parent.hasValue {
            return ofDeeperKey(
                key, than: parent, parentKey, orElse: "; put quotes around text of several lines that contains `: `")
        }
        guard let above = line.above(in: source), above.indentation == line.indentation, above.key == nil else {
            return nil
        }
        return ofMissingColon(at: above.start)
    }

    /// Of a line that is neither a further key of a mapping nor its end.
    func ofKey() -> Diagnostic? {
        guard let key = line.key, key.lowerBound == line.start, offset == line.start,
            let above = line.above(in: source)
        else { return nil }
        if above.indentation < line.indentation {
            guard let aboveKey = above.key, above.hasValue else { return nil }
            return ofDeeperKey(key, than: above, aboveKey)
        }
        let (sibling, outer) = lines { $0.indentation <= line.indentation }
        guard let sibling, let siblingKey = sibling.key, let outer, let outerKey = outer.key,
            outer.indentation < line.indentation
        else { return nil }
        return report(
            "\(name(key)) is indented less than \(name(siblingKey)), and deeper than \(name(outerKey))", at: key,
            help: "indent it \(amount(sibling)) like \(name(siblingKey)), or \(amount(outer)) like \(name(outerKey))",
            related: siblingKey)
    }

    /// Of text behind what seems to be the document's end.
    func ofDocumentEnd() -> Diagnostic? {
        guard let above = line.above(in: source) else { return nil }
        let text = line.start..<line.range.upperBound
        if source.text(in: above.range).hasPrefix("...") {
            return Diagnostic(
                ConfigurationCode.syntax, "this ends the document, but more follows",
                at: span(above.range.lowerBound..<above.range.lowerBound + 3), help: "remove the `...`",
                related: [Diagnostic.Related(span(text), "this follows")])
        }
        guard let key = line.key, line.indentation == 0,
            let first = lines(where: { $0.indentation == 0 }).sibling, let firstKey = first.key
        else { return nil }
        return report(
            "\(name(firstKey)) is indented deeper than \(name(key)), and nothing stands above it", at: firstKey,
            help: "begin the keys of the top level at the start of the line", related: key)
    }

    /// Of a key without a `: ` behind it.
    func ofMissingColon(at start: Int) -> Diagnostic {
        let end = source.lineRange(at: start).upperBound
        let hasColon = source.text(in: start..<end).contains(":")
        return Diagnostic(
            ConfigurationCode.syntax, "no `: ` after this key", at: span(start..<end),
            help: hasColon ? "put a space after the `:`" : "write `key: value`")
    }

    private func ofColonInValue(behind key: Range<Int>) -> Diagnostic {
        let word = source.bytes[line.range.lowerBound..<offset].reversed().prefix { $0 > UInt8(ascii: " ") }.count
        return report(
            "a second `: ` on the line of \(name(key))", at: offset - word..<offset + 1,
            help:
                "put quotes around a value that contains `: `; keys of a section stand on lines of their own, indented")
    }

    private func ofDeeperKey(
        _ key: Range<Int>, than other: OutlinedLine, _ otherKey: Range<Int>, orElse: String = ""
    ) -> Diagnostic {
        report(
            "\(name(key)) is indented deeper than \(name(otherKey)), which has a value", at: key,
            help: "indent it \(amount(other)) like \(name(otherKey))" + orElse,
            related: otherKey)
    }

    // MARK: - Lines and texts

    /// Goes up to the first line of which `isOuter` is true, and tells it and the least indented one on the way to it.
    private func lines(where isOuter: (OutlinedLine) -> Bool) -> (sibling: OutlinedLine?, outer: OutlinedLine?) {
        var sibling: OutlinedLine?
        var next = line.above(in: source)
        while let line = next, !isOuter(line) {
            if line.indentation <= sibling?.indentation ?? .max { sibling = line }
            next = line.above(in: source)
        }
        return (sibling, next)
    }

    /// Names that may be parts of secrets are not told.
    private func name(_ key: Range<Int>) -> String {
        let isSecret = source.redactions.contains { $0.overlaps(key) }
        return isSecret ? "this" : quotedForDisplay(source.text(in: key))
    }

    private func amount(_ line: OutlinedLine) -> String {
        switch line.indentation {
        case 0: "not at all"
        case 1: "by 1 space"
        case let count: "by \(count) spaces"
        }
    }

    private func span(_ range: Range<Int>) -> SourceSpan {
        SourceSpan(source.origin, source.wholeCharacters(around: range))
    }

    private func report(
        _ message: String, at range: Range<Int>, help: String, related: Range<Int>? = nil
    ) -> Diagnostic {
        Diagnostic(
            ConfigurationCode.indentation, message, at: span(range), help: help,
            related: related.map { [Diagnostic.Related(span($0), "\(name($0)) stands here")] } ?? [])
    }
}
