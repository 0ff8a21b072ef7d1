import JSON

/// A part of a YAML document, with the place where it stands. Aliases are resolved, merge keys merged.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    package var content: Content
    /// Bytes of the source that it was read from; where it stands behind an alias, those of the alias.
    package var range: Range<Int>
    /// The anchored node's own place, where this one was reached by an alias.
    package var anchorRange: Range<Int>?
    /// Whether it is not, or not wholly, what was meant, because of a fault of the text that is reported.
    var isTorn = false
    /// Nodes in this tree, itself and all that aliases stand for included.
    package let weight: Int
    /// Sequences and mappings inside each other, this one and those that aliases stand for included.
    package let height: Int
    /// Bytes of all texts in this tree, those that aliases stand for included.
    let textBytes: Int

    package init(_ content: Content, range: Range<Int>, anchorRange: Range<Int>? = nil) {
        self.content = content
        self.range = range
        self.anchorRange = anchorRange
        switch content {
        case .scalar(let scalar): (weight, height, textBytes) = (1, 0, scalar.text.utf8.count)
        case .sequence(let items):
            weight = items.reduce(1) { $0 + $1.weight }
            height = items.reduce(0) { max($0, $1.height) } + 1
            textBytes = items.reduce(0) { $0 + $1.textBytes }
        case .mapping(let pairs):
            weight = pairs.reduce(1) { $0 + $1.key.weight + $1.value.weight }
            height = pairs.reduce(0) { max($0, $1.key.height, $1.value.height) } + 1
            textBytes = pairs.reduce(0) { $0 + $1.key.textBytes + $1.value.textBytes }
        }
    }

    package var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    /// What a JSON Pointer (RFC 6901) leads to, as far as it leads.
    func descendant(at pointer: String) -> YAMLNode {
        var node = self
        for name in JSONPointer.tokens(of: pointer) ?? [] {
            switch node.content {
            case .scalar: return node
            case .sequence(let items):
                guard let index = Int(name), items.indices.contains(index) else { return node }
                node = items[index]
            case .mapping(let pairs):
                guard let pair = pairs.first(where: { $0.key.scalar?.text == name }) else { return node }
                node = pair.value
            }
        }
        return node
    }

    /// Places of all texts in it.
    var textRanges: [Range<Int>] {
        switch content {
        case .scalar(let scalar): scalar.resolved == .text ? [anchorRange ?? range] : []
        case .sequence(let items): items.flatMap(\.textRanges)
        case .mapping(let pairs): pairs.flatMap(\.value.textRanges)
        }
    }

    /// Whether nothing can be said of it: a scalar that is not what was meant, or whose value is not known.
    var isOpaque: Bool { scalar.map { $0.isUnjudged || isTorn } ?? false }

    /// Whether that holds of any part of it.
    var containsOpaque: Bool {
        switch content {
        case .scalar: isOpaque
        case .sequence(let items): items.contains(where: \.containsOpaque)
        case .mapping(let pairs): pairs.contains { $0.value.containsOpaque }
        }
    }

    /// Nothing at all, `~` or `null`.
    package var isNull: Bool { scalar.map { $0.resolved == .null } ?? false }
}

/// One entry of a mapping.
package struct YAMLPair: Sendable {
    package var key: YAMLNode
    package var value: YAMLNode
    /// The alias behind `<<` that brought it here, where one did.
    var alias: Range<Int>?
}

/// Text, and whether it is to be read as text.
package struct YAMLScalar: Sendable {
    package enum Kind: Sendable {
        /// Unquoted and untagged: the core schema tells what it is.
        case plain
        /// Quoted, a block scalar, or tagged `!!str`.
        case text
        /// Tagged `!!float`: a number also where the core schema reads a whole one.
        case float
    }

    package var text: String
    package var kind: Kind
    /// As it was written (`*alias`, `${NAME}`), where `text` stands elsewhere: what may be shown instead of it.
    package var reference: String?
    /// Whether `text` has parts that came from variables.
    package var isExpanded = false
    /// Whether it refers to a variable whose value is not known, or in a way that is reported: nothing can be said of its text.
    package var isUnjudged = false

    package init(_ text: String, _ kind: Kind) {
        self.text = text
        self.kind = kind
    }

    /// The alias that it stands behind; nil where it stands there itself, or is made of variables.
    var alias: String? { isExpanded ? nil : reference }

    /// Whether some of its value stands in the file itself: all that is no variable's, and what a reference has for a default.
    var isLiteral: Bool { !isExpanded || reference.map(VariableReference.hasDefault) ?? false }

    package var resolved: CoreSchemaValue {
        switch kind {
        case .plain: return CoreSchemaValue(text)
        case .text: return .text
        case .float:
            guard case .integer = CoreSchemaValue(text), let number = Double(text) else { return CoreSchemaValue(text) }
            return .number(number)
        }
    }
}
