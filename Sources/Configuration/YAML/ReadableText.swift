import Diagnostics

/// A source's text as far as it can be read: with brackets mended, and without the lines for which that does not help. Blanks stand
/// in their place, so that everything else keeps its own.
struct ReadableText {
    private let source: SourceText
    private var bytes: [UInt8]
    private var mending = BracketMending()
    private(set) var hiddenRanges: [Range<Int>] = []
    /// Anchors within hidden lines: aliases to them are no faults.
    private(set) var hiddenAnchors: Set<String> = []

    init(_ source: SourceText) {
        self.source = source
        bytes = source.bytes
    }

    /// What there is to read.
    var text: [UInt8] { mending.isEmpty ? bytes : mending.mended(bytes) }

    /// Places of values that are not, or not wholly, what was meant.
    var tornRanges: [Range<Int>] { hiddenRanges + mending.tornRanges }

    /// Where in the source a place of ``text`` is.
    func sourceOffset(of offset: Int) -> Int { mending.isEmpty ? offset : mending.sourceOffset(of: offset) }

    /// Whether a fault only comes of another one that is known: of mending it in vain, or of hiding it, so that the text ends.
    func isKnown(_ fault: YAMLFault) -> Bool {
        let offset = fault.diagnostic.span.range.lowerBound
        if let bracket = fault.bracket { return mending.includes(bracket) || isEmptied(from: offset) }
        return mending.region(at: offset) != nil || isEmptied(from: offset)
    }

    /// Mends the bracket that `fault` is about, else hides the lines of the fault and those below that belong to them. False where
    /// nothing of them was left to be seen.
    mutating func repair(_ fault: YAMLFault) -> Bool {
        guard !fault.isRestUnreadable else { return hideAll(from: fault.range.lowerBound) }
        let lines = lines(of: fault)
        if let bracket = fault.bracket, mending.mend(bracket, in: bytes, lines) { return true }
        return hide(mending.region(at: fault.range.lowerBound)?.union(with: lines) ?? lines)
    }

    private func lines(of fault: YAMLFault) -> Range<Int> {
        let first = source.lineRange(at: fault.range.lowerBound)
        var end = max(first.upperBound, source.lineRange(at: fault.range.upperBound).upperBound)
        let margin = Margin(of: first, in: bytes)
        while let line = line(behind: end), isContinuation(line, of: margin, fault) { end = line.upperBound }
        return first.lowerBound..<end
    }

    /// Hides the rest of the text from the line of `offset` on.
    mutating func hideAll(from offset: Int) -> Bool {
        hide(source.lineRange(at: offset).lowerBound..<bytes.count)
    }

    /// Whether what follows at `offset`, blanks, line breaks and comments apart, is hidden.
    func isHidden(behind offset: Int) -> Bool {
        guard !hiddenRanges.isEmpty else { return false }
        var rest = source.bytes[min(offset, bytes.count)...].drop(while: Self.isBlank)
        while rest.first == UInt8(ascii: "#"), !hiddenRanges.contains(where: { $0.contains(rest.startIndex) }) {
            rest = rest.drop { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.drop(while: Self.isBlank)
        }
        return hiddenRanges.contains { $0.contains(rest.startIndex) }
    }

    /// Whether something was hidden, and nothing is left to be seen from `offset` on.
    private func isEmptied(from offset: Int) -> Bool {
        !hiddenRanges.isEmpty && bytes[min(offset, bytes.count)...].allSatisfy(Self.isBlank)
    }

    private mutating func hide(_ range: Range<Int>) -> Bool {
        mending.undo(in: range)
        guard !bytes[range].allSatisfy(Self.isBlank) else { return false }
        noteAnchors(in: range)
        for index in range where !Self.isBlank(bytes[index]) || bytes[index] == UInt8(ascii: "\t") {
            bytes[index] = UInt8(ascii: " ")
        }
        hiddenRanges.append(range)
        return true
    }

    private mutating func noteAnchors(in range: Range<Int>) {
        for index in range where bytes[index] == UInt8(ascii: "&") {
            let name = bytes[(index + 1)..<range.upperBound].prefix(while: Self.isNameByte)
            if !name.isEmpty { hiddenAnchors.insert(String(decoding: name, as: UTF8.self)) }
        }
    }

    // MARK: - Lines

    /// What a line begins with.
    private struct Margin {
        var width: Int
        var hasTab: Bool

        init(of line: Range<Int>, in bytes: [UInt8]) {
            let blanks = bytes[line].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            width = blanks.count
            hasTab = blanks.contains(UInt8(ascii: "\t"))
        }
    }

    private func line(behind end: Int) -> Range<Int>? {
        guard end < bytes.count else { return nil }
        let isPair = bytes[end] == UInt8(ascii: "\r") && end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: "\n")
        let start = end + (isPair ? 2 : 1)
        return start < bytes.count ? source.lineRange(at: start) : nil
    }

    /// Whether a line below a faulty one belongs to it: it is indented deeper, or goes on with what is never closed. Where the
    /// indentation itself is the fault, lines with the same one have the same fault.
    private func isContinuation(_ line: Range<Int>, of faulty: Margin, _ fault: YAMLFault) -> Bool {
        let margin = Margin(of: line, in: bytes)
        if margin.width == line.count { return true }
        if faulty.hasTab { return margin.hasTab }
        if margin.width > faulty.width { return true }
        switch fault.diagnostic.code {
        case ConfigurationCode.indentation: return margin.width == faulty.width && faulty.width > 0
        case ConfigurationCode.unclosedQuote, ConfigurationCode.unclosedBracket:
            return !isEntry(line.lowerBound + margin.width..<line.upperBound)
        default: return false
        }
    }

    /// Whether a line looks like `name: …`, `- …`, `---` or a comment.
    private func isEntry(_ line: Range<Int>) -> Bool {
        let text = bytes[line]
        if text.first == UInt8(ascii: "#") || text.first == UInt8(ascii: "-") { return true }
        let rest = text.drop(while: Self.isNameByte)
        return rest.startIndex > line.lowerBound && rest.first == UInt8(ascii: ":")
            && rest.dropFirst().first.map { $0 <= UInt8(ascii: " ") } ?? true
    }

    /// Also line breaks and tabs.
    private static func isBlank(_ byte: UInt8) -> Bool { byte <= UInt8(ascii: " ") }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Why a text cannot be read to its end.
struct YAMLFault {
    var diagnostic: Diagnostic
    /// From where what cannot be read begins to where reading stopped.
    var range: Range<Int>
    /// Whether nothing behind it can be read either.
    var isRestUnreadable = false
    /// The bracket that what stands in is not read to its end.
    var bracket: BracketMending.Fault?
}

extension Range<Int> {
    fileprivate func union(with other: Range) -> Range {
        Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
}
