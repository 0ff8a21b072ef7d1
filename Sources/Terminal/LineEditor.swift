/// What is being typed, as a value: a key in, a new state and an ``Effect`` out. The keys are those of readline's Emacs mode,
/// as the shells have them.
package struct LineEditor: Sendable {
    /// What a key caused besides.
    package enum Effect: Sendable, Hashable {
        /// To be drawn anew.
        case changed
        /// The key has no use here.
        case rang
        /// Entered; the editor is empty again.
        case submitted(String)
        /// Ctrl-C where nothing is typed.
        case interrupted
        /// Ctrl-D where nothing is typed.
        case ended
        /// Ctrl-Z.
        case suspended
        /// Ctrl-L.
        case screenCleared
        /// Tab, where several completions go different ways.
        case offered([String])
    }

    /// Characters of the text; what is typed or pasted past it is not taken.
    package static let maximumCharacters = 1 << 20

    /// The completions of what stands before the cursor, each in full.
    package typealias Completer = @Sendable (String) -> [String]

    package internal(set) var text: [Character] = []
    /// Characters before the cursor.
    package internal(set) var cursor = 0
    package var history: InputHistory
    var completer: Completer
    /// What Ctrl-Y brings back.
    private var killed: [Character] = []
    /// Whether the last key killed, so that the next one adds to ``killed``.
    private var isKilling = false
    /// The entry of the history that is shown; nil: what is being typed.
    var recalled: Int?
    /// What was typed, and what was changed in entries of the history, while others are looked at.
    var drafts: [Int?: [Character]] = [:]
    package internal(set) var search: HistorySearch?

    package init(history: InputHistory = InputHistory(), completer: @escaping Completer = { _ in [] }) {
        self.history = history
        self.completer = completer
    }

    package mutating func handle(_ event: TerminalEvent) -> Effect {
        switch event {
        case .paste(let pasted):
            endSearch()
            isKilling = false
            return insert(pasted)
        case .key(let press):
            if search != nil, let effect = searching(press) { return effect }
            let wasKilling = isKilling
            isKilling = false
            return handle(press, wasKilling: wasKilling)
        }
    }

    /// Takes all that is typed away.
    package mutating func clear() {
        text = []
        cursor = 0
        recalled = nil
        drafts = [:]
        search = nil
        isKilling = false
    }

    // MARK: Keys

    private mutating func handle(_ press: KeyPress, wasKilling: Bool) -> Effect {
        switch press.key {
        case .character(let scalar):
            if press.modifiers.contains(.control) { return control(scalar, wasKilling: wasKilling) }
            if press.modifiers.contains(.alt) { return alt(scalar, wasKilling: wasKilling) }
            return insert(String(Character(scalar)))
        case .enter: return press.modifiers.isEmpty ? enter() : insert("\n")
        case .tab: return press.modifiers.isEmpty ? complete() : .rang
        case .backspace:
            return press.modifiers.isEmpty
                ? deleteBackward() : kill(wordStart(from: cursor)..<cursor, isForward: false, wasKilling)
        case .delete:
            return press.modifiers.isEmpty
                ? deleteForward() : kill(cursor..<wordEnd(from: cursor), isForward: true, wasKilling)
        case .left: return move(to: press.modifiers.isEmpty ? cursor - 1 : wordStart(from: cursor))
        case .right: return move(to: press.modifiers.isEmpty ? cursor + 1 : wordEnd(from: cursor))
        case .home: return move(to: press.modifiers.contains(.control) ? 0 : lineStart)
        case .end: return move(to: press.modifiers.contains(.control) ? text.count : lineEnd)
        case .up: return up()
        case .down: return down()
        case .escape, .insert, .pageUp, .pageDown: return .rang
        }
    }

    private mutating func control(_ letter: Unicode.Scalar, wasKilling: Bool) -> Effect {
        switch letter {
        case "a": return move(to: lineStart)
        case "b": return move(to: cursor - 1)
        case "c":
            if text.isEmpty { return .interrupted }
            clear()
            return .changed
        case "d": return text.isEmpty ? .ended : deleteForward()
        case "e": return move(to: lineEnd)
        case "f": return move(to: cursor + 1)
        case "j": return insert("\n")
        case "k":
            return kill(
                cursor..<(lineEnd > cursor ? lineEnd : min(cursor + 1, text.count)), isForward: true, wasKilling)
        case "l": return .screenCleared
        case "n": return recallNext()
        case "p": return recallPrevious()
        case "r": return beginSearch()
        case "t": return transpose()
        case "u":
            return kill((lineStart < cursor ? lineStart : max(cursor - 1, 0))..<cursor, isForward: false, wasKilling)
        case "w": return kill(blankStart(from: cursor)..<cursor, isForward: false, wasKilling)
        case "y": return insert(String(killed))
        case "z": return .suspended
        default: return .rang
        }
    }

    private mutating func alt(_ letter: Unicode.Scalar, wasKilling: Bool) -> Effect {
        switch letter {
        case "b": move(to: wordStart(from: cursor))
        case "f": move(to: wordEnd(from: cursor))
        case "d": kill(cursor..<wordEnd(from: cursor), isForward: true, wasKilling)
        case "<": move(to: 0)
        case ">": move(to: text.count)
        default: .rang
        }
    }

    /// A backslash at the end asks for another line.
    private mutating func enter() -> Effect {
        if cursor == text.count, text.last == "\\" {
            text.removeLast()
            cursor -= 1
            return insert("\n")
        }
        let entered = String(text)
        clear()
        return .submitted(entered)
    }

    // MARK: Changing

    mutating func insert(_ added: String) -> Effect {
        guard !added.isEmpty else { return .rang }
        // With the characters around it, as what combines becomes part of the one before it.
        let start = max(cursor - 1, 0)
        let before = String(text[start..<cursor])
        let joined = Array(before + added)
        guard text.count - (cursor - start) + joined.count <= Self.maximumCharacters else { return .rang }
        text.replaceSubrange(start..<cursor, with: joined)
        cursor = start + joined.count
        return .changed
    }

    private mutating func deleteBackward() -> Effect {
        guard cursor > 0 else { return .rang }
        cursor -= 1
        text.remove(at: cursor)
        return .changed
    }

    private mutating func deleteForward() -> Effect {
        guard cursor < text.count else { return .rang }
        text.remove(at: cursor)
        return .changed
    }

    private mutating func kill(_ range: Range<Int>, isForward: Bool, _ wasKilling: Bool) -> Effect {
        isKilling = true
        guard !range.isEmpty else { return .rang }
        let taken = Array(text[range])
        killed = !wasKilling ? taken : isForward ? killed + taken : taken + killed
        text.removeSubrange(range)
        cursor = range.lowerBound
        return .changed
    }

    /// Swaps the two characters around the cursor; at the end, the last two.
    private mutating func transpose() -> Effect {
        guard text.count > 1, cursor > 0 else { return .rang }
        let right = min(cursor, text.count - 1)
        text.swapAt(right - 1, right)
        cursor = right + 1
        return .changed
    }

    private mutating func complete() -> Effect {
        let typed = String(text[..<cursor])
        let candidates = completer(typed)
        guard let first = candidates.first else { return .rang }
        var common = Array(first)
        for candidate in candidates.dropFirst() {
            common = Array(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
        }
        if candidates.count > 1, common.count <= cursor { return .offered(candidates) }
        text.replaceSubrange(..<cursor, with: common)
        cursor = common.count
        return .changed
    }
}
