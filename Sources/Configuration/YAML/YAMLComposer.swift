import Diagnostics
import Quantities

/// Builds the tree from libyaml's events. Where it meets something that cannot be read it keeps what it has and stops.
struct YAMLComposer: ~Copyable {
    private var reader: YAMLEventReader
    private let source: SourceText
    /// What of the source the reader was given.
    private let text: ReadableText
    private let limits: YAMLLimits

    private var anchors: [String: YAMLNode] = [:]
    /// Their names in the order of the text, as far as an unknown one is compared with them.
    private var anchorNames: [String] = []
    private static let maximumAnchorNames = 1000
    /// Anchors of the collections that are being read, with their places: an alias to one of them would contain itself.
    private var openAnchors: [String: Range<Int>] = [:]
    private var depth = 0
    /// Where the brackets begin whose ends have not been read yet.
    private var openBrackets: [Int] = []
    private var nodeCount = 0
    private var aliasedBytes = 0
    private var lastEventRange = 0..<0

    private(set) var diagnostics: [Diagnostic] = []
    /// Places of values that are not what was meant, because of a fault that is reported.
    private(set) var tornRanges: [Range<Int>] = []
    /// Why reading stopped before the end; nil where it did not.
    private(set) var fault: YAMLFault?

    init(_ reader: consuming YAMLEventReader, source: SourceText, text: ReadableText, limits: YAMLLimits) {
        self.reader = reader
        self.source = source
        self.text = text
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
            return stop("more than \(limits.maximumNodes) values", at: event.range, isRestUnreadable: true)
        }
        switch event.kind {
        case .alias(let name): return alias(name, at: event.range)
        case .scalar(let text, let isPlain, let properties):
            if text.isEmpty, isPlain, self.text.isHidden(behind: event.range.upperBound) {
                tornRanges.append(max(0, event.range.lowerBound - 1)..<event.range.upperBound)
            }
            let range = contentRange(event.range, properties)
            let kind = kind(of: text, isPlain, properties, at: event.range)
            return remember(YAMLNode(.scalar(YAMLScalar(text, kind)), range: range), properties)
        case .sequenceStart(let properties):
            checkTag(properties, "seq", at: event.range)
            return collection(event.range, properties) { composer in composer.sequence() }
        case .mappingStart(let properties):
            checkTag(properties, "map", at: event.range)
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
        if let anchor = properties.anchor { openAnchors[anchor] = start }
        let bracket = contentRange(start, properties).lowerBound
        let isBracket = bracket < source.bytes.count && "[{".utf8.contains(source.bytes[bracket])
        if isBracket { openBrackets.append(bracket) }
        var (content, end) = read(&self)
        if isBracket, fault == nil {
            openBrackets.removeLast()
            end = lastEventRange.upperBound
        }
        if let anchor = properties.anchor { openAnchors[anchor] = nil }
        depth -= 1
        let range = start.lowerBound..<max(start.upperBound, end ?? 0)
        return remember(YAMLNode(content, range: contentRange(range, properties)), properties)
    }

    /// Without the `&anchor` and `!tag` that a node begins with.
    private func contentRange(_ range: Range<Int>, _ properties: YAMLEvent.NodeProperties) -> Range<Int> {
        guard properties.anchor != nil || properties.tag != nil else { return range }
        var rest = source.bytes[range.clamped(to: 0..<source.bytes.count)]
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "!"): rest = rest.drop { $0 > UInt8(ascii: " ") }
            case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            case 0...UInt8(ascii: " "): rest = rest.dropFirst()
            default: return rest.startIndex..<range.upperBound
            }
        }
        return range
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
        return (.mapping(merged(withoutDuplicates(pairs))), pairs.last?.value.range.upperBound)
    }

    private mutating func remember(_ node: YAMLNode, _ properties: YAMLEvent.NodeProperties) -> YAMLNode {
        if let anchor = properties.anchor, anchors.updateValue(node, forKey: anchor) == nil,
            anchorNames.count < Self.maximumAnchorNames
        {
            anchorNames.append(anchor)
        }
        return node
    }

    private mutating func alias(_ name: String, at range: Range<Int>) -> YAMLNode? {
        var nothing = YAMLNode(.scalar(YAMLScalar("", .plain)), range: range)
        nothing.isTorn = true
        if let open = openAnchors[name] {
            report(
                ConfigurationCode.alias, "\(quotedForDisplay("*" + name)) stands inside what it stands for", at: range,
                help: "an alias can only repeat what is complete before it", related: anchorRelated(name, open))
            tornRanges.append(range)
            return nothing
        }
        guard var node = anchors[name] else {
            tornRanges.append(range)
            guard !text.hiddenAnchors.contains(name) else { return nothing }
            // Past what will be shown only the number matters.
            let isShown = diagnostics.count < ConfigurationLoader.maximumDiagnostics
            let nearest = isShown ? nearestName(to: name, among: anchorNames) : nil
            report(
                ConfigurationCode.alias, "no anchor \(quotedForDisplay("&" + name)) stands before this alias",
                at: range,
                help: "put quotes around text that begins with `*`"
                    + (nearest.map { "; did you mean `*\($0)`?" } ?? ""))
            return nothing
        }
        nodeCount += node.weight
        guard nodeCount <= limits.maximumNodes else {
            return stop(
                "the aliases stand for more than \(limits.maximumNodes) values", at: range,
                related: anchorRelated(name, node.range))
        }
        aliasedBytes += node.textBytes
        guard aliasedBytes <= limits.maximumAliasedBytes else {
            return stop(
                "the aliases stand for more than \(Quantity.text(ofBytes: limits.maximumAliasedBytes)) of text",
                at: range,
                related: anchorRelated(name, node.range))
        }
        guard depth + node.height <= limits.maximumDepth else {
            return stopTooDeep(at: range, related: anchorRelated(name, node.range))
        }
        if case .scalar(var scalar) = node.content {
            scalar.reference = "*" + name
            node.content = .scalar(scalar)
        }
        node.anchorRange = node.anchorRange ?? node.range
        node.range = range
        return node
    }

    private func anchorRelated(_ name: String, _ range: Range<Int>) -> [Diagnostic.Related] {
        [Diagnostic.Related(SourceSpan(source.origin, range), "\(quotedForDisplay("&" + name)) names this")]
    }

    // MARK: - Rules

    /// Keeps the first of equal keys and reports the others. Of mappings behind equal keys the members are put together, so that
    /// what is wrong with any of them is found.
    private mutating func withoutDuplicates(_ pairs: [YAMLPair]) -> [YAMLPair] {
        var result: [YAMLPair] = []
        var indices: [String: Int] = [:]
        var more: [Int: [YAMLPair]] = [:]
        for pair in pairs {
            guard let name = pair.key.scalar?.text else { continue }
            guard let first = indices[name] else {
                indices[name] = result.count
                result.append(pair)
                continue
            }
            let firstKey = result[first].key.range
            // Two that one alias brings are the same key.
            if firstKey != pair.key.range {
                report(
                    ConfigurationCode.duplicateKey, "the key \(quotedForDisplay(name)) stands twice",
                    at: pair.key.range, help: "remove one of the two",
                    related: [Diagnostic.Related(SourceSpan(source.origin, firstKey), "it stands here first")])
            }
            if case .mapping(let members) = pair.value.content { more[first, default: []] += members }
        }
        for (index, members) in more.sorted(by: { $0.key < $1.key }) {
            let value = result[index].value
            guard case .mapping(let own) = value.content else { continue }
            result[index].value = YAMLNode(
                .mapping(withoutDuplicates(own + members)), range: value.range, anchorRange: value.anchorRange)
        }
        return result
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
                // An alias to nothing is reported as such.
                guard !source.isTorn else { continue }
                report(
                    ConfigurationCode.invalidKey, "`<<` takes a mapping, or a list of mappings", at: source.range,
                    help: "name one by its anchor: `<<: *name`")
                continue
            }
            for var pair in more where names.insert(pair.key.scalar?.text ?? "").inserted {
                if source.anchorRange != nil { pair.alias = source.range }
                result.append(pair)
            }
        }
        return result
    }

    private static let corePrefix = "tag:yaml.org,2002:"

    /// Reports a tag of a list or mapping that is neither the core schema's nor `!`.
    private mutating func checkTag(_ properties: YAMLEvent.NodeProperties, _ expected: String, at range: Range<Int>) {
        guard let tag = properties.tag, tag != "!", tag != Self.corePrefix + expected else { return }
        reportTag(tag, "has no meaning here", at: range)
    }

    /// How a scalar is read: by its tag, else by whether it stands between quotes.
    private mutating func kind(
        of text: String, _ isPlain: Bool, _ properties: YAMLEvent.NodeProperties, at range: Range<Int>
    ) -> YAMLScalar.Kind {
        guard let tag = properties.tag else { return isPlain ? .plain : .text }
        guard tag != "!" else { return .text }
        switch (tag.hasPrefix(Self.corePrefix) ? tag.dropFirst(Self.corePrefix.count) : "", CoreSchemaValue(text)) {
        case ("str", _): return .text
        case ("float", .integer), ("float", .number): return .float
        case ("int", .integer), ("bool", .boolean), ("null", .null): return .plain
        case ("int", _), ("float", _), ("bool", _), ("null", _): reportTag(tag, "does not fit its value", at: range)
        default: reportTag(tag, "has no meaning here", at: range)
        }
        return .text
    }

    private mutating func reportTag(_ tag: String, _ what: String, at range: Range<Int>) {
        let shown = tag.hasPrefix(Self.corePrefix) ? "!!" + tag.dropFirst(Self.corePrefix.count) : tag
        tornRanges.append(range)
        report(
            ConfigurationCode.tag, "the tag \(quotedForDisplay(shown)) \(what)", at: range,
            help: "remove the tag, or put quotes around text that begins with `!`")
    }

    // MARK: - Events and faults

    private mutating func next() -> YAMLEvent? {
        guard fault == nil else { return nil }
        do {
            var event = try reader.next()
            event.range = text.sourceOffset(of: event.range.lowerBound)..<text.sourceOffset(of: event.range.upperBound)
            lastEventRange = event.range
            return event
        } catch {
            var failure = error
            failure.offset = text.sourceOffset(of: failure.offset)
            failure.contextOffset =
                failure.context.isEmpty ? failure.offset : text.sourceOffset(of: failure.contextOffset)
            if let bracket = openBrackets.last, isEnd(failure.offset) { failure.blame(bracket, source.bytes[bracket]) }
            var diagnostic = YAMLProblem(failure, in: source).diagnostic()
            var start = diagnostic.span.range.lowerBound
            // A quote that was forgotten makes text of all lines up to the next quote, and that is where reading stops.
            if let quote = startOfLastText(endingAt: start) {
                start = quote
                diagnostic.related.append(
                    Diagnostic.Related(SourceSpan(source.origin, quote..<quote + 1), "the text before it begins here"))
            }
            fault = YAMLFault(
                diagnostic: diagnostic, range: start..<max(start, diagnostic.span.range.lowerBound))
            if diagnostic.code == ConfigurationCode.unclosedBracket {
                fault?.bracket = BracketMending.Fault(opening: failure.contextOffset, stop: failure.offset)
            }
            return nil
        }
    }

    /// Whether nothing follows.
    private func isEnd(_ offset: Int) -> Bool {
        source.bytes[min(offset, source.bytes.count)...].allSatisfy { $0 <= UInt8(ascii: " ") }
    }

    /// Where the text in quotes begins that was read last, if it has several lines, of which the last is that of `offset`.
    private func startOfLastText(endingAt offset: Int) -> Int? {
        let (start, end) = (lastEventRange.lowerBound, lastEventRange.upperBound)
        guard start < source.bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(source.bytes[start]),
            source.lineRange(at: end) == source.lineRange(at: offset),
            source.lineRange(at: start) != source.lineRange(at: end)
        else { return nil }
        return start
    }

    /// Reports that a limit is passed.
    private mutating func stop(
        _ what: String, at range: Range<Int>, isRestUnreadable: Bool = false, related: [Diagnostic.Related] = []
    ) -> YAMLNode? {
        let diagnostic = Diagnostic(
            ConfigurationCode.tooComplex, what, at: SourceSpan(source.origin, range),
            help: isRestUnreadable
                ? "no configuration needs so many; the rest is not read" : "no configuration needs that",
            related: related)
        fault = YAMLFault(
            diagnostic: diagnostic, range: range.lowerBound..<range.lowerBound, isRestUnreadable: isRestUnreadable)
        return nil
    }

    private mutating func stopTooDeep(at range: Range<Int>, related: [Diagnostic.Related] = []) -> YAMLNode? {
        stop("lists and mappings are nested deeper than \(limits.maximumDepth)", at: range, related: related)
    }

    private mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: Range<Int>, help: String,
        related: [Diagnostic.Related] = []
    ) {
        diagnostics.append(
            Diagnostic(code, message, at: SourceSpan(source.origin, range), help: help, related: related))
    }
}
