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
    /// Nodes in this tree, itself and all that aliases stand for included.
    package let weight: Int
    /// Sequences and mappings inside each other, this one and those that aliases stand for included.
    package let height: Int

    package init(_ content: Content, range: Range<Int>, anchorRange: Range<Int>? = nil) {
        self.content = content
        self.range = range
        self.anchorRange = anchorRange
        switch content {
        case .scalar: (weight, height) = (1, 0)
        case .sequence(let items):
            weight = items.reduce(1) { $0 + $1.weight }
            height = items.reduce(0) { max($0, $1.height) } + 1
        case .mapping(let pairs):
            weight = pairs.reduce(1) { $0 + $1.key.weight + $1.value.weight }
            height = pairs.reduce(0) { max($0, $1.key.height, $1.value.height) } + 1
        }
    }

    package var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    /// Nothing at all, `~` or `null`.
    package var isNull: Bool { scalar.map { $0.resolved == .null } ?? false }
}

/// One entry of a mapping.
package struct YAMLPair: Sendable {
    package var key: YAMLNode
    package var value: YAMLNode
}

/// Text, and whether it is to be read as text.
package struct YAMLScalar: Sendable {
    package enum Kind: Sendable {
        /// Unquoted and untagged: the core schema tells what it is.
        case plain
        /// Quoted, a block scalar, or tagged `!!str`.
        case text
    }

    package var text: String
    package var kind: Kind
    /// As it was written (`*alias`, `${NAME}`), where `text` stands elsewhere: what may be shown instead of it.
    package var reference: String?
    /// Whether `text` has parts that came from variables.
    package var isExpanded = false
    /// Whether it stands for a variable whose value is not known.
    package var isUnknown = false

    package init(_ text: String, _ kind: Kind) {
        self.text = text
        self.kind = kind
    }

    package var resolved: CoreSchemaValue {
        kind == .plain ? CoreSchemaValue(text) : .text
    }
}
