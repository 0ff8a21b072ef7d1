/// What went wrong, by kind, with the first example of each.
package struct ErrorTally: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let kind: String
        package fileprivate(set) var count: Int
        /// What the server, or the system, said of the first one.
        package let example: String
    }

    /// Kinds are a server's to choose: further ones count as ``otherKind``.
    package static let maximumKinds = 64
    package static let otherKind = "other"
    /// Of an example that is kept.
    package static let maximumExampleCharacters = 300

    /// In the order that they came first.
    package private(set) var entries: [Entry] = []

    package init() {}

    package var total: Int { entries.reduce(0) { $0 + $1.count } }

    package mutating func add(_ kind: String, example: String = "") {
        let isKnown = entries.contains { $0.kind == kind }
        let kind = isKnown || entries.count < Self.maximumKinds - 1 ? kind : Self.otherKind
        if let index = entries.firstIndex(where: { $0.kind == kind }) {
            entries[index].count += 1
        } else {
            entries.append(
                Entry(kind: kind, count: 1, example: String(example.prefix(Self.maximumExampleCharacters))))
        }
    }
}
