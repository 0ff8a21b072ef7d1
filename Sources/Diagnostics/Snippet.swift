/// A source line prepared for a terminal, and the carets that go under it.
struct Snippet {
    let position: SourcePosition
    /// Without tabs, control characters and secrets; cut around the span where the line is long.
    private(set) var line = ""
    /// As wide as what stands before the span.
    private(set) var indentation = ""
    private(set) var carets = ""

    /// Bytes of a line shown before and after the beginning of a span.
    private static let shownBefore = 40
    private static let shownAfter = 80
    private static let tabStop = 4

    init(of range: Range<Int>, in source: SourceText) {
        position = source.position(at: range.lowerBound)
        let whole = source.lineRange(at: range.lowerBound)
        let start = min(max(range.lowerBound, whole.lowerBound), whole.upperBound)
        let end = min(max(range.upperBound, start), whole.upperBound)
        let shown = Self.window(whole, around: start, in: source.bytes)

        if shown.lowerBound > whole.lowerBound { line += "…" }
        var column = line.count
        indentation = String(repeating: " ", count: column)
        var offset = shown.lowerBound
        let hidden = source.redactions.filter { $0.overlaps(shown) }
        for character in source.text(in: shown) {
            let (text, width) = Self.display(character, at: column, hidden: hidden.contains { $0.contains(offset) })
            line += text
            if offset < start {
                indentation += String(repeating: " ", count: width)
            } else if offset < end {
                carets += String(repeating: "^", count: width)
            }
            column += width
            offset += character.utf8.count
        }
        if shown.upperBound < whole.upperBound { line += "…" }
        if carets.isEmpty { carets = "^" }
    }

    private static func display(_ character: Character, at column: Int, hidden: Bool) -> (text: String, width: Int) {
        if hidden { return ("*", 1) }
        if character == "\t" {
            let width = tabStop - column % tabStop
            return (String(repeating: " ", count: width), width)
        }
        if character.unicodeScalars.contains(where: isUnsafeToDisplay) { return ("\u{FFFD}", 1) }
        return (String(character), displayWidth(of: character))
    }

    /// The part of a line that is shown, cut between code points.
    private static func window(_ line: Range<Int>, around start: Int, in bytes: [UInt8]) -> Range<Int> {
        var low = max(line.lowerBound, start - shownBefore)
        var high = min(line.upperBound, start + shownAfter)
        while low < start, bytes[low] & 0xC0 == 0x80 { low += 1 }
        while high < line.upperBound, bytes[high] & 0xC0 == 0x80 { high += 1 }
        return low..<high
    }
}
