/// Members in the order they came. A name stands once: where a text repeats it, the last value wins (in the first one's place).
///
/// Names are told apart by their bytes (RFC 8259 §8.3), not by Swift's canonical equivalence: `é` and `e` with a combining
/// accent are two names. Two objects are equal where the same members stand in the same order.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            ExactText.equal(left.name, right.name) && left.value == right.value
        }

        package func hash(into hasher: inout Hasher) {
            ExactText(text: name).hash(into: &hasher)
            hasher.combine(value)
        }
    }

    package private(set) var members: [Member]

    /// Where each name stands, kept once there are more than ``indexThreshold`` members, so that building an object and
    /// looking names up in it stay linear in all. nil: not kept, or out of date after a removal.
    private var positions: [ExactText: Int]?

    /// Objects of up to this many members are searched one by one, which is faster than hashing for them.
    package static let indexThreshold = 16

    package init() {
        members = []
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = []
        for (name, value) in elements { self[name] = value }
    }

    package subscript(name: String) -> JSONValue? {
        get { position(of: name).map { members[$0].value } }
        set {
            guard let value = newValue else { return remove(name) }
            set(name, to: value)
        }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    /// Replaces the value of that name, or adds the member at the end.
    package mutating func set(_ name: String, to value: JSONValue) {
        if members.count > Self.indexThreshold, positions == nil { buildIndex() }
        if let position = position(of: name) {
            members[position].value = value
        } else {
            positions?[ExactText(text: name)] = members.count
            members.append(Member(name: name, value: value))
        }
    }

    private mutating func remove(_ name: String) {
        guard let position = position(of: name) else { return }
        members.remove(at: position)
        positions = nil
    }

    private func position(of name: String) -> Int? {
        if let positions { return positions[ExactText(text: name)] }
        return members.firstIndex { ExactText.equal($0.name, name) }
    }

    private mutating func buildIndex() {
        var positions: [ExactText: Int] = [:]
        positions.reserveCapacity(members.count * 2)
        for (position, member) in members.enumerated() { positions[ExactText(text: member.name)] = position }
        self.positions = positions
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(members)
    }
}
