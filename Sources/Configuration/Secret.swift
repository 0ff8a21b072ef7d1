/// Text that must never be seen: an API key, an access token. Neither printing nor reflection nor string interpolation
/// shows it; only ``reveal()`` gives it away, so that every such place can be found by that name.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    package func reveal() -> String { text }

    /// Compares without telling by its duration where the two begin to differ. (The length is no secret.)
    package func matches(_ candidate: String) -> Bool {
        let (mine, theirs) = (text.utf8, candidate.utf8)
        guard mine.count == theirs.count else { return false }
        return zip(mine, theirs).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
    }

    package var description: String { "[secret]" }
    package var debugDescription: String { "[secret]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// What keeps `text` from being sent in an HTTP header, without showing any of it; nil where nothing does.
    static func fault(of text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.utf8.contains(where: { $0 <= 0x20 }) { return "contains a blank or a line break" }
        return text.utf8.allSatisfy { $0 < 0x7F } ? nil : "contains a character that is not ASCII"
    }
}
