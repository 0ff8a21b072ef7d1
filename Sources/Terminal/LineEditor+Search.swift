/// A search backwards through the history, as Ctrl-R begins it.
package struct HistorySearch: Sendable, Hashable {
    /// What is looked for, without regard to case.
    package var query = ""
    /// Whether nothing older has it; what was found last is still shown.
    package var hasFailed = false
    /// The entry that is shown.
    var place: Int?
    /// What stood there before.
    let text: [Character]
    let cursor: Int
}

extension LineEditor {
    mutating func beginSearch() -> Effect {
        search = HistorySearch(text: text, cursor: cursor)
        return .changed
    }

    /// Ends the search; what it found stays to be edited.
    mutating func endSearch() {
        search = nil
    }

    /// What a key does within the search; nil: it ends the search, and does what it does.
    mutating func searching(_ press: KeyPress) -> Effect? {
        guard let current = search else { return nil }
        switch (press.key, press.modifiers) {
        case (.character("r"), .control):
            find(current.query, before: current.place)
        case (.character("g"), .control), (.character("c"), .control):
            text = current.text
            cursor = current.cursor
            search = nil
        case (.escape, _):
            search = nil
        case (.backspace, _):
            // From the newest again: a shorter query may have been passed over.
            text = current.text
            cursor = current.cursor
            search = HistorySearch(text: current.text, cursor: current.cursor)
            find(String(current.query.dropLast()), before: nil)
        case (.character(let scalar), let modifiers) where modifiers.subtracting(.shift).isEmpty:
            // What is shown may still fit.
            find(current.query + String(Character(scalar)), before: current.place.map { $0 + 1 })
        default:
            endSearch()
            return nil
        }
        return .changed
    }

    /// Shows the newest entry before `end` that has `query`.
    private mutating func find(_ query: String, before end: Int?) {
        search?.query = query
        search?.hasFailed = false
        guard !query.isEmpty else { return }
        let wanted = Array(query.lowercased())
        let entries = history.entries
        for place in (0..<(end ?? entries.count)).reversed() {
            let entry = Array(entries[place])
            guard let start = Self.position(of: wanted, in: entry) else { continue }
            search?.place = place
            text = entry
            cursor = start
            recalled = nil
            return
        }
        search?.hasFailed = true
    }

    /// Where `wanted`, which is in lower case, stands last in `text`.
    private static func position(of wanted: [Character], in text: [Character]) -> Int? {
        guard text.count >= wanted.count else { return nil }
        return (0...(text.count - wanted.count)).last { start in
            zip(text[start...], wanted).allSatisfy { $0.lowercased() == String($1) }
        }
    }
}
