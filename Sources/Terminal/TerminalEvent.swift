/// A key as a terminal reports it.
package struct KeyPress: Sendable, Hashable {
    package enum Key: Sendable, Hashable {
        /// A printable character, or the letter that was held with Control or Alt.
        case character(Unicode.Scalar)
        case enter, tab, backspace, escape, insert, delete
        case left, right, up, down, home, end, pageUp, pageDown
    }

    package struct Modifiers: OptionSet, Sendable, Hashable {
        package let rawValue: Int
        package static let shift = Modifiers(rawValue: 1)
        package static let alt = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }
    }

    package var key: Key
    package var modifiers: Modifiers

    package init(_ key: Key, _ modifiers: Modifiers = []) {
        self.key = key
        self.modifiers = modifiers
    }

    package static func control(_ letter: Unicode.Scalar) -> KeyPress { KeyPress(.character(letter), .control) }
    package static func alt(_ letter: Unicode.Scalar) -> KeyPress { KeyPress(.character(letter), .alt) }
}

/// What a person does at a terminal.
package enum TerminalEvent: Sendable, Hashable {
    case key(KeyPress)
    /// Text that came in one piece, with line feeds as line breaks and no control characters but those and tabs.
    case paste(String)
}
