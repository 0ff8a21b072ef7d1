import Diagnostics

/// A value as it may stand in a file again: references to variables as they were written, secrets as references or masked.
struct WrittenValue {
    /// What a value is made of, as far as it matters for what may be shown of it.
    private indirect enum Shape {
        case secret
        case text
        /// A number, a duration, a choice.
        case plain
        /// Arguments of a command: `--token=…` is one of them.
        case argument
        /// Anything; names tell what is secret.
        case data
        case list(Shape)
        case map(Shape)
        case record([String: Shape])

        init(_ type: SettingType) {
            switch type {
            case .secret: self = .secret
            case .secrets: self = .list(.secret)
            case .texts, .command: self = .list(.argument)
            case .object: self = .data
            // What is named in it is described, and has no value there.
            case .schema: self = .text
            case .records(let members, _): self = .list(Self(members))
            case .namedRecords(_, let members, _): self = .map(Self(members))
            case .choiceMap: self = .map(.plain)
            case .secretMap: self = .map(.secret)
            case .text: self = .text
            case .boolean, .integer, .number, .duration, .size, .choice: self = .plain
            }
        }

        init(_ members: [SettingMember]) {
            self = .record(Dictionary(uniqueKeysWithValues: members.map { ($0.name, Self($0.type)) }))
        }

        var ofItems: Shape { if case .list(let shape) = self { shape } else { self } }

        /// nil: the member is left out.
        func ofMember(_ name: String) -> Shape? {
            switch self {
            case .map(let shape): shape
            case .record(let members): members[name]
            case .data: SecretName.tells(name) ? .secret : self
            case .secret, .text, .plain, .argument, .list: self
            }
        }
    }

    private static let lineWidth = 100
    private let node: YAMLNode
    private let shape: Shape

    init(_ node: YAMLNode, of type: SettingType) {
        self.node = node
        shape = Shape(type)
    }

    /// On one line where it fits, else what stands below the name; without margins.
    var text: (line: String?, below: [String]) {
        if let line = Self.line(node, shape) { return (line, []) }
        if let scalar = node.scalar { return (Self.scalar(scalar, shape), []) }
        return (nil, Self.lines(node, shape))
    }

    /// nil where it does not fit, or cannot be said between brackets.
    private static func line(_ node: YAMLNode, _ shape: Shape) -> String? {
        guard let line = flow(node, shape) else { return nil }
        return node.scalar != nil || line.count <= lineWidth || node.weight == 1 ? line : nil
    }

    private static func flow(_ node: YAMLNode, _ shape: Shape) -> String? {
        switch node.content {
        case .scalar(let scalar): return isBlockOnly(scalar, shape) ? nil : self.scalar(scalar, shape)
        case .sequence:
            let items = items(of: node, shape).map { flow($0.node, $0.shape) }
            return items.contains(nil) ? nil : "[" + items.compactMap { $0 }.joined(separator: ", ") + "]"
        case .mapping:
            let members = members(of: node, shape).map { member in
                flow(member.node, member.shape).map { "\(YAMLText.name(member.name)): \($0)" }
            }
            return members.contains(nil) ? nil : "{" + members.compactMap { $0 }.joined(separator: ", ") + "}"
        }
    }

    private static func lines(_ node: YAMLNode, _ shape: Shape) -> [String] {
        switch node.content {
        case .scalar(let scalar): return [self.scalar(scalar, shape)]
        case .sequence:
            return items(of: node, shape).flatMap { item -> [String] in
                let lines = line(item.node, item.shape).map { [$0] } ?? lines(item.node, item.shape)
                return ["- " + lines[0]] + lines.dropFirst().map { "  " + $0 }
            }
        case .mapping:
            return members(of: node, shape).flatMap { member -> [String] in
                let name = YAMLText.name(member.name)
                if let line = line(member.node, member.shape) { return ["\(name): \(line)"] }
                let below = lines(member.node, member.shape)
                return member.node.scalar == nil ? ["\(name):"] + below.map { "  " + $0 } : ["\(name): \(below[0])"]
            }
        }
    }

    private static func items(of node: YAMLNode, _ shape: Shape) -> [(node: YAMLNode, shape: Shape)] {
        guard case .sequence(let items) = node.content else { return [] }
        return items.enumerated().map { index, item in
            // `--token VALUE`
            let option = index > 0 ? items[index - 1].scalar?.text : nil
            let isSecret = option.map { $0.hasPrefix("-") && SecretName.tells($0.withoutDashes) } ?? false
            return (item, isSecret ? .secret : shape.ofItems)
        }
    }

    private static func members(of node: YAMLNode, _ shape: Shape) -> [(name: String, node: YAMLNode, shape: Shape)] {
        guard case .mapping(let pairs) = node.content else { return [] }
        return pairs.compactMap { pair in
            guard let name = pair.key.scalar?.text else { return nil }
            return shape.ofMember(name).map { (name, pair.value, $0) }
        }
    }

    // MARK: - Scalars

    /// Whether it is a reference for a value of a type that is not known, which quotes would make text.
    private static func isBlockOnly(_ scalar: YAMLScalar, _ shape: Shape) -> Bool {
        switch shape {
        case .plain, .data: scalar.isUnjudged && scalar.kind == .plain && scalar.reference.map(isPlain) ?? false
        default: false
        }
    }

    /// A reference may stand without quotes where nothing in it has a meaning of its own.
    private static func isPlain(_ reference: String) -> Bool {
        reference.hasPrefix("${")
            && reference.utf8.allSatisfy { byte in
                VariableReference.isNameByte(byte) || "${}:-./".utf8.contains(byte)
            }
    }

    /// Whether a scalar in the place of a secret can be one.
    private static func mayBeSecret(_ scalar: YAMLScalar) -> Bool {
        if scalar.isExpanded { return true }
        return switch scalar.resolved {
        case .text: true
        case .integer, .number: !SecretName.isSmallNumber(scalar.text.utf8)
        case .null, .boolean: false
        }
    }

    private static func scalar(_ scalar: YAMLScalar, _ shape: Shape) -> String {
        if case .secret = shape, mayBeSecret(scalar) {
            // A default within a reference may be a secret itself.
            guard scalar.isExpanded, let reference = scalar.reference, VariableReference.isReference(reference) else {
                return YAMLText.mask
            }
            return YAMLText.quoted(reference)
        }
        if scalar.isExpanded, let reference = scalar.reference {
            if isBlockOnly(scalar, shape) { return reference }
            if scalar.isUnjudged || scalar.resolved == .text { return YAMLText.quoted(masked(reference, shape)) }
        }
        switch scalar.resolved {
        case .text: return YAMLText.literal(masked(scalar.text, shape), inFlow: true)
        case .null: return "null"
        case .boolean, .integer, .number: return scalar.text
        }
    }

    /// Text without what looks like a secret.
    static func masked(_ text: String) -> String { masked(text, .text) }

    private static func masked(_ text: String, _ shape: Shape) -> String {
        let source = SourceText(.option(""), text: text)
        let ranges =
            if case .argument = shape {
                SecretRedaction.ranges(inConfiguration: source)
            } else {
                SecretWords.words(in: 0..<source.bytes.count, of: source.bytes).filter {
                    SecretName.looksLikeSecret(source.bytes[$0])
                }
            }
        if ranges.isEmpty { return text }
        var result: [UInt8] = []
        var start = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > start {
            if range.lowerBound >= start {
                result += source.bytes[start..<range.lowerBound] + Array(YAMLText.asterisks.utf8)
            }
            start = range.upperBound
        }
        return String(decoding: result + source.bytes[start...], as: UTF8.self)
    }
}

extension String {
    fileprivate var withoutDashes: String { String(drop { $0 == "-" }) }
}

extension YAMLNode {
    /// A value that a variable gives, of which nothing is known but that.
    static func reference(to name: String) -> YAMLNode {
        var scalar = YAMLScalar("", .text)
        scalar.reference = "${\(name)}"
        scalar.isExpanded = true
        return YAMLNode(.scalar(scalar), range: 0..<0)
    }

    /// Whether the value of a key does not tell how it is to be written again: lists and mappings, texts with variables.
    func isWrittenOtherwise(in key: SettingKey) -> Bool {
        guard let scalar else { return true }
        switch key.type {
        case .secret: return true
        case .text: return scalar.isExpanded
        default: return false
        }
    }
}
