/// What was entered before, oldest first. Equal entries stand once, at their latest place.
package struct InputHistory: Sendable, Hashable {
    package static let maximumEntries = 1000
    /// A longer entry is not kept.
    package static let maximumEntryBytes = 64 << 10

    package private(set) var entries: [String] = []

    package init(_ entries: some Sequence<String> = []) {
        for entry in entries { add(entry) }
    }

    /// Whether `entry` is worth keeping: neither blank, nor begun with a blank (the shells' way to keep something out), nor
    /// too long.
    package static func keeps(_ entry: String) -> Bool {
        guard let first = entry.first, !first.isWhitespace else { return false }
        return entry.utf8.count <= maximumEntryBytes
    }

    /// Adds the newest entry, where it is worth keeping; past ``maximumEntries`` the oldest goes.
    package mutating func add(_ entry: String) {
        guard Self.keeps(entry) else { return }
        if entries.last == entry { return }
        if let earlier = entries.lastIndex(of: entry) { entries.remove(at: earlier) }
        entries.append(entry)
        if entries.count > Self.maximumEntries { entries.removeFirst() }
    }
}
