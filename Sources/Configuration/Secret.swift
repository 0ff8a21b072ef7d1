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
