import Diagnostics

/// Builds the tree from libyaml's events. Where it meets something that cannot be read it keeps what it has and stops.
struct YAMLComposer: ~Copyable {
    private var reader: YAMLEventReader
    /// Offset of the text that `reader` was given within the source.
    private let base: Int
    private let source: SourceText
    private let limits: YAMLLimits

    private var anchors: [String: YAMLNode] = [:]
    /// Anchors of the collections that are being read: an alias to one of them would contain itself.
    private var openAnchors: Set<String> = []
    private var depth = 0
    private var nodeCount = 0

    private(set) var diagnostics: [Diagnostic] = []
    /// Places of values that are not what was meant, because of a fault that is reported.
    private(set) var tornRanges: [Range<Int>] = []
    /// Where reading stopped before the end; nil where it did not.
    private(set) var fault: Int?

    init(_ reader: consuming YAMLEventReader, base: Int, source: SourceText, limits: YAMLLimits) {
        self.reader = reader
        self.base = base
        self.source = source
        self.limits = limits
    }

    /// The root of the first document; nil where it is empty.
    mutating func composeDocument() -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while let event = next() {
            switch event.kind {
            case .streamEnd: return root
            case .streamStart, .documentEnd: continue
            case .documentStart:
                documents += 1
                guard documents == 1 else {
                    report(
                        ConfigurationCode.severalDocuments, "a second document begins here", at: event.range,
                        help: "a configuration is one document: remove the `---`, or keep one file for each")
                    return root
                }
            default: root = compose(event)
            }
        }
        return root
    }

    // MARK: - Nodes

    private mutating func compose(_ event: YAMLEvent) -> YAMLNode? {
        nodeCount += 1
        guard nodeCount <= limits.maximumNodes else {
            return stop("more than \(limits.maximumNodes) values", at: event.range)
        }
        switch event.kind {
        case .alias(let name): return alias(name, at: event.range)
        case .scalar(let text, let isPlain, let properties):
            let isText = !isPlain || checkTag(properties, "str", at: event.range) == .text
            let node = YAMLNode(.scalar(YAMLScalar(text, isText ? .text : .plain)), range: event.range)
            return remember(node, properties)
        case .sequenceStart(let properties):
            _ = checkTag(properties, "seq", at: event.range)
            return collection(event.range, properties) { composer in composer.sequence() }
        case .mappingStart(let properties):
            _ = checkTag(properties, "map", at: event.range)
            return collection(event.range, properties) { composer in composer.mapping() }
        default: return nil
        }
    }

    private mutating func collection(
        _ start: Range<Int>, _ properties: YAMLEvent.NodeProperties,
        _ read: (inout YAMLComposer) -> (YAMLNode.Content, end: Int?)
    ) -> YAMLNode? {
        guard depth < limits.maximumDepth else {
            return stopTooDeep(at: start)
        }
        depth += 1
        if let anchor = properties.anchor { openAnchors.insert(anchor) }
        let (content, end) = read(&self)
        if fault != nil { noteTornEnd(of: content, from: start.lowerBound) }
        if let anchor = properties.anchor { openAnchors.remove(anchor) }
        depth -= 1
        let node = YAMLNode(content, range: start.lowerBound..<max(start.upperBound, end ?? 0))
        return fault == nil ? remember(node, properties) : node
    }

    /// In brackets without an end, the last value has swallowed what comes behind them.
    private mutating func noteTornEnd(of content: YAMLNode.Content, from start: Int) {
        guard start < source.bytes.count, [UInt8(ascii: "["), UInt8(ascii: "{")].contains(source.bytes[start]) else {
            return
        }
        let last =
            switch content {
            case .scalar: YAMLNode?.none
            case .sequence(let items): items.last
            case .mapping(let pairs): pairs.last?.value
            }
        if let last { tornRanges.append(last.range) }
    }

    private mutating func sequence() -> (YAMLNode.Content, end: Int?) {
        var items: [YAMLNode] = []
        while let event = next() {
            if case .sequenceEnd = event.kind { break }
            if let item = compose(event) { items.append(item) }
        }
        return (.sequence(items), items.last?.range.upperBound)
    }

    private mutating func mapping() -> (YAMLNode.Content, end: Int?) {
        var pairs: [YAMLPair] = []
        while let event = next() {
            if case .mappingEnd = event.kind { break }
            guard let key = compose(event), let valueEvent = next(), let value = compose(valueEvent) else { continue }
            if key.scalar == nil {
                report(
                    ConfigurationCode.invalidKey, "a list or mapping cannot be a key", at: key.range,
                    help: "keys are text; put quotes around a value that begins with `{` or `[`")
            } else {
                pairs.append(YAMLPair(key: key, value: value))
            }
        }
        let end = pairs.last?.value.range.upperBound
        var list = DiagnosticList()
        let distinct = Self.withoutDuplicates(pairs, source.origin, &list)
        diagnostics += list.diagnostics
        return (.mapping(merged(distinct)), end)
    }

    private mutating func remember(_ node: YAMLNode, _ properties: YAMLEvent.NodeProperties) -> YAMLNode {
        if let anchor = properties.anchor { anchors[anchor] = node }
        return node
    }

    private mutating func alias(_ name: String, at range: Range<Int>) -> YAMLNode? {
        guard !openAnchors.contains(name) else {
            report(
                ConfigurationCode.alias, "\(quotedForDisplay("*" + name)) stands inside what it stands for", at: range,
                help: "an alias can only repeat what is complete before it")
            tornRanges.append(range)
            return YAMLNode(.scalar(YAMLScalar("", .plain)), range: range)
        }
        guard var node = anchors[name] else {
            let nearest = nearestName(to: name, among: anchors.keys.sorted()).map { "; did you mean `*\($0)`?" } ?? ""
            report(
                ConfigurationCode.alias, "no anchor \(quotedForDisplay("&" + name)) stands before this alias",
                at: range,
                help: "put quotes around text that begins with `*`" + nearest)
            tornRanges.append(range)
            return YAMLNode(.scalar(YAMLScalar("", .plain)), range: range)
        }
        nodeCount += node.weight
        guard nodeCount <= limits.maximumNodes else {
            return stop("the aliases stand for more than \(limits.maximumNodes) values", at: range)
        }
        guard depth + node.height <= limits.maximumDepth else { return stopTooDeep(at: range) }
        if case .scalar(var scalar) = node.content {
            scalar.reference = "*" + name
            node.content = .scalar(scalar)
        }
        node.anchorRange = node.anchorRange ?? node.range
        node.range = range
        return node
    }

    // MARK: - Rules

    /// Keeps the first of equal keys and reports the others.
    static func withoutDuplicates(
        _ pairs: [YAMLPair], _ origin: SourceOrigin, _ diagnostics: inout DiagnosticList
    ) -> [YAMLPair] {
        var first: [String: Range<Int>] = [:]
        return pairs.filter { pair in
            guard let name = pair.key.scalar?.text else { return false }
            guard let earlier = first[name] else {
                first[name] = pair.key.range
                return true
            }
            if earlier != pair.key.range {
                diagnostics.add(
                    Diagnostic(
                        ConfigurationCode.duplicateKey, "the key \(quotedForDisplay(name)) stands twice",
                        at: SourceSpan(origin, pair.key.range), help: "remove one of the two",
                        related: [Diagnostic.Related(SourceSpan(origin, earlier), "it stands here first")]))
            }
            return false
        }
    }

    /// Puts in what `<<` names, where the mapping itself has no such key.
    private mutating func merged(_ pairs: [YAMLPair]) -> [YAMLPair] {
        let isMerge: (YAMLPair) -> Bool = { $0.key.scalar?.kind == .plain && $0.key.scalar?.text == "<<" }
        guard let merge = pairs.first(where: isMerge) else { return pairs }
        var result = pairs.filter { !isMerge($0) }
        var names = Set(result.compactMap { $0.key.scalar?.text })
        let sources = if case .sequence(let items) = merge.value.content { items } else { [merge.value] }
        for source in sources {
            guard case .mapping(let more) = source.content else {
                report(
                    ConfigurationCode.invalidKey, "`<<` takes a mapping, or a list of mappings", at: source.range,
                    help: "name one by its anchor: `<<: *name`")
                continue
            }
            for pair in more where names.insert(pair.key.scalar?.text ?? "").inserted { result.append(pair) }
        }
        return result
    }

    private enum TagMeaning { case none, text }

    /// Reports a tag that is neither of the core schema nor `!`.
    private mutating func checkTag(
        _ properties: YAMLEvent.NodeProperties, _ expected: String, at range: Range<Int>
    ) -> TagMeaning {
        guard let tag = properties.tag else { return .none }
        let prefix = "tag:yaml.org,2002:"
        if tag == "!" || tag == prefix + "str" { return .text }
        let known = expected == "str" ? ["int", "float", "bool", "null"] : [expected]
        if !known.contains(where: { tag == prefix + $0 }) {
            let shown = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
            tornRanges.append(range)
            report(
                ConfigurationCode.tag, "the tag \(quotedForDisplay(shown)) has no meaning here", at: range,
                help: "remove the tag, or put quotes around text that begins with `!`")
        }
        return .none
    }

    // MARK: - Events and faults

    private mutating func next() -> YAMLEvent? {
        guard fault == nil else { return nil }
        do {
            var event = try reader.next()
            event.range = event.range.lowerBound + base..<event.range.upperBound + base
            return event
        } catch {
            var failure = error
            failure.offset += base
            failure.contextOffset = failure.context.isEmpty ? failure.offset : failure.contextOffset + base
            let diagnostic = YAMLProblem(failure, in: source).diagnostic()
            diagnostics.append(diagnostic)
            tornRanges.append(diagnostic.span.range)
            fault = diagnostic.span.range.lowerBound
            return nil
        }
    }

    /// Reports that a limit is passed; nothing more is read.
    private mutating func stop(_ what: String, at range: Range<Int>) -> YAMLNode? {
        report(
            ConfigurationCode.tooComplex, what, at: range, help: "a configuration needs neither; the rest is not read")
        fault = source.bytes.count
        return nil
    }

    private mutating func stopTooDeep(at range: Range<Int>) -> YAMLNode? {
        stop("lists and mappings are nested deeper than \(limits.maximumDepth)", at: range)
    }

    private mutating func report(_ code: DiagnosticCode, _ message: String, at range: Range<Int>, help: String) {
        diagnostics.append(Diagnostic(code, message, at: SourceSpan(source.origin, range), help: help))
    }
}
