import Diagnostics

/// Where a value and all that it contains stand, without the values themselves, some of which are secrets.
struct ValuePlaces: Sendable {
    /// One step into a value.
    enum Step: Sendable {
        case item(Int)
        case member(String)
        /// The name of a member, instead of what stands behind it.
        case name(String)
    }

    let range: Range<Int>
    /// As it is written, where a variable is part of it: what may be shown instead of the value.
    private var reference: String?
    private var items: [ValuePlaces] = []
    private var members: [String: (name: Range<Int>, value: ValuePlaces)] = [:]

    init(of node: YAMLNode) {
        range = node.range
        switch node.content {
        case .scalar(let scalar): reference = scalar.isExpanded ? scalar.reference : nil
        case .sequence(let nodes): items = nodes.map { ValuePlaces(of: $0) }
        case .mapping(let pairs):
            for pair in pairs {
                members[pair.key.scalar?.text ?? ""] = (pair.key.range, ValuePlaces(of: pair.value))
            }
        }
    }

    /// The place that the steps lead to, as far as they lead.
    func range(at steps: [Step]) -> Range<Int> {
        guard case .name(let name)? = steps.last else { return part(at: steps).range }
        let mapping = part(at: steps.dropLast())
        return mapping.members[name]?.name ?? mapping.range
    }

    /// How the text that the steps lead to is written, where a variable is part of it.
    func reference(at steps: [Step]) -> String? { part(at: steps).reference }

    private func part(at steps: [Step]) -> ValuePlaces {
        var place = self
        for step in steps {
            switch step {
            case .item(let index):
                guard place.items.indices.contains(index) else { return place }
                place = place.items[index]
            case .member(let name), .name(let name):
                guard let member = place.members[name] else { return place }
                place = member.value
            }
        }
        return place
    }
}

extension LoadedConfiguration {
    /// Where a part of a key's value stands.
    func span(of path: String, at steps: ValuePlaces.Step...) -> SourceSpan { span(of: path, at: steps) }

    func span(of path: String, at steps: [ValuePlaces.Step]) -> SourceSpan {
        guard let places = places[path], let origin = origin(of: path).span?.origin else { return span(of: path) }
        return SourceSpan(origin, places.range(at: steps))
    }

    /// A text of a key's value as messages may show it: not what a variable holds, which may be a secret.
    func shown(_ text: String, of path: String, at steps: ValuePlaces.Step...) -> String {
        places[path]?.reference(at: steps) ?? text
    }
}
