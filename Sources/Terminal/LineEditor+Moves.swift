/// Places in the text, and the ways to them.
extension LineEditor {
    mutating func move(to place: Int) -> Effect {
        guard 0...text.count ~= place, place != cursor else { return .rang }
        cursor = place
        return .changed
    }

    /// Where the cursor's line begins.
    var lineStart: Int { (text[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }

    /// Where it ends.
    var lineEnd: Int { text[cursor...].firstIndex(of: "\n") ?? text.count }

    /// The beginning of the word that `place` is in or behind; words are letters and digits.
    func wordStart(from place: Int) -> Int {
        var place = place
        while place > 0, !Self.isWordPart(text[place - 1]) { place -= 1 }
        while place > 0, Self.isWordPart(text[place - 1]) { place -= 1 }
        return place
    }

    func wordEnd(from place: Int) -> Int {
        var place = place
        while place < text.count, !Self.isWordPart(text[place]) { place += 1 }
        while place < text.count, Self.isWordPart(text[place]) { place += 1 }
        return place
    }

    /// As ``wordStart(from:)``, where words are all that is between blanks.
    func blankStart(from place: Int) -> Int {
        var place = place
        while place > 0, text[place - 1].isWhitespace { place -= 1 }
        while place > 0, !text[place - 1].isWhitespace { place -= 1 }
        return place
    }

    private static func isWordPart(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    /// A line up, or to the earlier entry of the history where there is none above.
    mutating func up() -> Effect {
        guard lineStart > 0 else { return recallPrevious() }
        let column = cursor - lineStart
        let end = lineStart - 1
        cursor = end
        cursor = min(lineStart + column, end)
        return .changed
    }

    mutating func down() -> Effect {
        guard lineEnd < text.count else { return recallNext() }
        let column = cursor - lineStart
        cursor = lineEnd + 1
        cursor = min(cursor + column, lineEnd)
        return .changed
    }

    // MARK: History

    mutating func recallPrevious() -> Effect {
        let place = recalled ?? history.entries.count
        return place > 0 ? recall(place - 1) : .rang
    }

    mutating func recallNext() -> Effect {
        guard let place = recalled else { return .rang }
        return recall(place + 1 < history.entries.count ? place + 1 : nil)
    }

    /// Shows an entry of the history, as it was left where it was changed since the last line was entered.
    private mutating func recall(_ place: Int?) -> Effect {
        drafts[recalled] = text
        recalled = place
        text = drafts[place] ?? place.map { Array(history.entries[$0]) } ?? []
        cursor = text.count
        return .changed
    }
}
