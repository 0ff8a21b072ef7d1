import Diagnostics
import JSON
import JSONSchema
import Quantities

/// Reads the value of one key out of a node, and says what is wrong with it.
struct SettingDecoder {
    let key: SettingKey
    let origin: SourceOrigin
    /// What messages call the value that is being read: the key's path, or that of an item in it.
    private var name: String
    var diagnostics: [Diagnostic] = []
    /// Whether the value cannot be taken: some part of it is wrong, or is not known.
    private(set) var isFaulty = false
    /// Secrets within a value that is none as a whole.
    var secretRanges: [Range<Int>] = []
    /// Those of them that are told to be secrets, by their names or looks, and stand there themselves.
    var plainSecrets: [(path: String, range: Range<Int>)] = []

    init(_ key: SettingKey, from origin: SourceOrigin) {
        self.key = key
        self.origin = origin
        name = key.path
    }

    /// What could be read, all of it unless ``isFaulty``: of a list or mapping the sound parts, with empty text in the place of
    /// faulty ones, so that the others keep their places. What is wrong is in ``diagnostics``.
    mutating func decode(_ node: YAMLNode) -> SettingValue? {
        guard !isOpaque(node) else { return nil }
        return switch key.type {
        case .boolean: boolean(node)
        case .integer(let range): wholeNumber(node, range)
        case .number(let range): number(node, range)
        case .duration(let range, let unit): duration(node, range, unit)
        case .size(let range): size(node, range)
        case .text(let form): text(node, form).map { .text($0) }
        case .choice(let choices): choice(node, choices)
        case .texts(let form, let maximumCount): texts(node, form, maximumCount).map { .texts($0) }
        case .command(let maximumCount): command(node, maximumCount).map { .texts($0) }
        case .object(let reserved): object(node, reserved)
        case .schema: schema(node)
        case .secret: secret(node).map { .secret($0) }
        case .secrets(let maximumCount): secrets(node, maximumCount)
        case .records(let members, let maximumCount): records(node, members, maximumCount)
        case .namedRecords(let form, let members, let maximumCount): namedRecords(node, form, members, maximumCount)
        case .choiceMap(let choices, let maximumCount): choiceMap(node, choices, maximumCount)
        case .secretMap(let maximumCount): secretMap(node, maximumCount)
        }
    }

    // MARK: - Scalars

    private mutating func boolean(_ node: YAMLNode) -> SettingValue? {
        guard let scalar = node.scalar else { return mismatch(node, "`true` or `false`") }
        if case .boolean(let value) = scalar.resolved { return .boolean(value) }
        let word = scalar.text.lowercased()
        if ["true", "false"].contains(word) {
            return mismatch(node, "`true` or `false`", help: "write `\(word)`, without quotes")
        }
        let meaning = ["y": true, "yes": true, "on": true, "n": false, "no": false, "off": false][word]
        return mismatch(node, "`true` or `false`", help: meaning.map { "write `\($0)`" })
    }

    private mutating func wholeNumber(_ node: YAMLNode, _ range: ClosedRange<Int>) -> SettingValue? {
        switch node.scalar?.resolved {
        case .integer(let value?):
            warnOfOlderReading(node)
            return inRange(value, range, node) { "\($0)" }.map { .integer($0) }
        case .integer(nil):
            return outOfRange(node, "between \(range.lowerBound) and \(range.upperBound)")
        case .number(let value):
            let whole = Int(exactly: value)
            return mismatch(node, "a whole number", help: whole.map { "write `\($0)`" })
        default:
            let digits = node.scalar.map { $0.text.filter { $0 != "_" && $0 != "," } } ?? ""
            return mismatch(node, "a whole number", help: Int(digits).map { "write `\($0)`, without quotes" })
        }
    }

    private mutating func number(_ node: YAMLNode, _ range: ClosedRange<Double>) -> SettingValue? {
        guard let value = plainNumber(node) else {
            let isStrange = if case .number? = node.scalar?.resolved { true } else { false }
            return mismatch(node, isStrange ? "a finite number" : "a number")
        }
        warnOfOlderReading(node)
        return inRange(value, range, node) { "\($0)" }.map { .number($0) }
    }

    private mutating func duration(
        _ node: YAMLNode, _ range: ClosedRange<Duration>, _ unit: Quantity.DurationUnit
    ) -> SettingValue? {
        let unitName = unit == .seconds ? "seconds" : "milliseconds"
        let bounds = "between \(Quantity.text(of: range.lowerBound)) and \(Quantity.text(of: range.upperBound))"
        if let number = plainNumber(node) {
            warnOfOlderReading(node)
            guard let value = Quantity.duration(of: number, in: unit) else { return outOfRange(node, bounds) }
            return range.contains(value)
                ? .duration(value) : outOfRange(node, bounds, note: "plain numbers are \(unitName)")
        }
        guard let scalar = node.scalar, !node.isNull else { return mismatch(node, "a duration") }
        guard let value = Quantity.duration(scalar.text) else {
            return malformed(
                ConfigurationCode.malformedUnit, node, "is not a duration",
                help: meant(scalar, Quantity.meantDuration)
                    + "write a number of \(unitName), or a number with its unit: `500ms`, `30s`, `5m`, `1h30m`")
        }
        return range.contains(value) ? .duration(value) : outOfRange(node, bounds)
    }

    private mutating func size(_ node: YAMLNode, _ range: ClosedRange<Int>) -> SettingValue? {
        let bounds =
            "between \(Quantity.text(ofBytes: range.lowerBound)) and \(Quantity.text(ofBytes: range.upperBound))"
        switch node.scalar?.resolved {
        case .integer(let value):
            warnOfOlderReading(node)
            guard let value, range.contains(value) else {
                return outOfRange(node, bounds, note: "plain numbers are bytes")
            }
            return .integer(value)
        case .text:
            guard let scalar = node.scalar, let value = Quantity.size(scalar.text) else {
                return malformed(
                    ConfigurationCode.malformedUnit, node, "is not a size",
                    help: (node.scalar.map { meant($0, Quantity.meantSize) } ?? "")
                        + "write a number of bytes, or a number with its unit: `64KiB`, `1MiB`, `10MB`")
            }
            return range.contains(value) ? .integer(value) : outOfRange(node, bounds)
        case .number(let value) where value.isFinite:
            return mismatch(node, "a size", help: "write a whole number of bytes, or a unit, as in `1.5KiB`")
        default: return mismatch(node, "a size")
        }
    }

    /// What a variable holds is not shown.
    private func meant(_ scalar: YAMLScalar, _ read: (String) -> String?) -> String {
        guard scalar.reference == nil, let meant = read(scalar.text) else { return "" }
        return "did you mean \(quotedForDisplay(meant))? "
    }

    private mutating func choice(_ node: YAMLNode, _ choices: [String]) -> SettingValue? {
        let list = choices.map { "`\($0)`" }.joined(separator: ", ")
        guard let scalar = node.scalar, !node.isNull else { return mismatch(node, "one of \(list)") }
        if choices.contains(scalar.text) { return .text(scalar.text) }
        let nearest = nearestName(to: scalar.text, among: choices).map { "did you mean `\($0)`? " } ?? ""
        return malformed(ConfigurationCode.unknownChoice, node, "is not a choice", help: nearest + "choices: \(list)")
    }

    mutating func text(_ node: YAMLNode, _ form: TextForm) -> String? {
        guard let text = plainText(node) else { return nil }
        guard let fault = form.fault(of: text) else { return text }
        // A URL may hold a password.
        let mayHoldSecret = text.contains("@") || text.contains("?")
        let endsWithBreak = text.hasSuffix("\n") && form.fault(of: String(text.dropLast())) == nil
        return malformed(
            ConfigurationCode.malformedText, node, endsWithBreak ? "ends with a line break" : fault.message,
            help: endsWithBreak ? "write it on one line, without `|` or `>`" : fault.help, showsValue: !mayHoldSecret)
    }

    /// Text, where YAML reads it as such too.
    private mutating func plainText(_ node: YAMLNode) -> String? {
        guard let scalar = node.scalar else { return mismatch(node, "text") }
        guard scalar.resolved == .text else {
            return mismatch(node, "text", help: node.isNull ? nil : quotingHelp(scalar))
        }
        if scalar.kind == .plain, !scalar.isExpanded, CoreSchemaValue.isOldBoolean(scalar.text) {
            diagnostics.append(
                Diagnostic(
                    ConfigurationCode.oldBoolean,
                    "\(quotedForDisplay(scalar.text)) is text here, but true or false to many other tools",
                    at: span(node), severity: .warning, help: quotingHelp(scalar), related: related(node)))
        }
        warnOfOlderReading(node)
        return scalar.text
    }

    private func quotingHelp(_ scalar: YAMLScalar) -> String {
        if let alias = scalar.alias { return "put quotes around what \(quotedForDisplay(alias)) stands for" }
        // What is long is no number, and is seen where it stands.
        let isShown = !key.isSecret && scalar.shown.utf8.count <= Self.longestExample
        return isShown ? "put quotes around it: `\"\(scalar.shown)\"`" : "put quotes around it"
    }

    /// Says where a tool that reads YAML 1.1, as many still do, would take a value for something else.
    private mutating func warnOfOlderReading(_ node: YAMLNode) {
        guard let scalar = node.scalar, scalar.kind == .plain, !key.isSecret, !scalar.isExpanded,
            let older = CoreSchemaValue.olderReading(of: scalar.text)
        else { return }
        let isText = scalar.resolved == .text
        diagnostics.append(
            Diagnostic(
                ConfigurationCode.olderReading,
                "\(quotedForDisplay(scalar.text)) is \(isText ? "text" : "a decimal number") here, but \(older) to many "
                    + "other tools",
                at: span(node), severity: .warning,
                help: isText ? quotingHelp(scalar) : "write it without the leading zeros", related: related(node)))
    }

    private func plainNumber(_ node: YAMLNode) -> Double? {
        switch node.scalar?.resolved {
        case .integer(let value?): Double(value)
        case .integer(nil): node.scalar.flatMap { Double($0.text) }
        case .number(let value) where value.isFinite: value
        default: nil
        }
    }

    // MARK: - Collections

    mutating func items(_ node: YAMLNode, _ maximumCount: Int) -> [YAMLNode]? {
        guard case .sequence(let items) = node.content else {
            return mismatch(node, "a list", help: node.isNull ? nil : node.scalar.map { "write `\(list(of: $0))`" })
        }
        guard items.count <= maximumCount else {
            return malformed(
                ConfigurationCode.outOfRange, node, "has \(items.count) items",
                help: "at most \(maximumCount) are taken",
                showsValue: false)
        }
        return items
    }

    /// Bytes of a value that help shows as it would be right; a longer one is not written again.
    private static let longestExample = 100

    /// The list that a scalar in its place may have been meant as: of a command, its words.
    private func list(of scalar: YAMLScalar) -> String {
        guard !key.isSecret, scalar.shown.utf8.count <= Self.longestExample else { return "[…]" }
        if let alias = scalar.alias { return "[\(alias)]" }
        if let reference = scalar.reference { return "[\(YAMLText.quoted(reference))]" }
        guard case .command = key.type else { return "[\(YAMLText.literal(scalar.text, inFlow: true))]" }
        // Only a shell knows which words these are.
        guard !scalar.text.contains(where: { "\"'\\".contains($0) }) else { return "[PROGRAM, ARGUMENT, …]" }
        let words = scalar.text.split(whereSeparator: \.isWhitespace)
        return "[" + words.map { YAMLText.literal(String($0), inFlow: true) }.joined(separator: ", ") + "]"
    }

    private mutating func texts(_ node: YAMLNode, _ form: TextForm, _ maximumCount: Int) -> [String]? {
        guard let items = items(node, maximumCount) else { return nil }
        let texts = values(of: items) { decoder, item, _ in decoder.text(item, form) }
        reportRepetitions(texts, items)
        return texts.map { $0 ?? "" }
    }

    private mutating func command(_ node: YAMLNode, _ maximumCount: Int) -> [String]? {
        guard let items = items(node, maximumCount) else { return nil }
        guard !items.isEmpty else { return mismatch(node, "a program and its arguments", help: "name a program") }
        let words = values(of: items) { decoder, item, index in decoder.text(item, index == 0 ? .nonEmpty : .argument) }
        return words.map { $0 ?? "" }
    }

    private mutating func values<Value>(
        of items: [YAMLNode], _ read: (inout SettingDecoder, YAMLNode, Int) -> Value?
    ) -> [Value?] {
        defer { name = key.path }
        return items.enumerated().map { index, item in
            name = "\(key.path)[\(index)]"
            return isOpaque(item) ? nil : read(&self, item, index)
        }
    }

    private mutating func reportRepetitions<Value: Hashable>(_ values: [Value?], _ items: [YAMLNode]) {
        var first: [Value: YAMLNode] = [:]
        for case (let value?, let item) in zip(values, items) {
            guard let earlier = first[value] else {
                first[value] = item
                continue
            }
            let shown = key.isSecret ? "" : " \(quotedForDisplay(item.scalar?.shown ?? ""))"
            diagnostics.append(
                Diagnostic(
                    ConfigurationCode.withoutEffect, "`\(key.path)` has the same item\(shown) twice", at: span(item),
                    severity: .warning, help: "remove one of the two",
                    related: [Diagnostic.Related(span(earlier), "it stands here first")]))
        }
    }

    private mutating func object(_ node: YAMLNode, _ reserved: [String: String]) -> SettingValue? {
        guard case .mapping(let pairs) = node.content else { return mismatch(node, "a mapping") }
        for pair in pairs {
            guard let name = pair.key.scalar?.text, let place = reserved[name] else { continue }
            diagnostics.append(
                Diagnostic(
                    ConfigurationCode.reservedParameter, "`\(key.path)` cannot set \(quotedForDisplay(name))",
                    at: span(pair.key),
                    help: place.contains(".") ? "set it as `\(place)`" : "it is set by \(place)"))
        }
        let value = json(node)
        checkMembers(pairs, reserved)
        return value.object.map { .object($0) }
    }

    private mutating func checkMembers(_ pairs: [YAMLPair], _ reserved: [String: String]) {
        guard let form = key.form else { return }
        for pair in pairs {
            guard let name = pair.key.scalar?.text, reserved[name] == nil else { continue }
            guard let member = form.members[name] else {
                reportUnknownMember(name, pair, form)
                continue
            }
            guard !pair.value.containsOpaque else { continue }
            let value = pair.value.jsonValue()
            if let expected = member.fault(of: value) {
                reportMember(name, "must be \(expected), not \(description(of: pair.value))", pair.value)
            } else if name == "response_format", let schema = value["json_schema"]?["schema"] {
                for fault in JSONSchemaForm.faults(of: schema) {
                    let place = pair.value.descendant(at: "/json_schema/schema" + fault.pointer)
                    reportMember(
                        name, "has a schema in which \(quotedForDisplay(fault.pointer)) must be \(fault.expected)",
                        place)
                }
            } else if name == "reasoning", value["effort"] != nil, value["max_tokens"] != nil {
                reportMember(name, "takes `effort` or `max_tokens`, not both", pair.value)
            }
        }
    }

    private mutating func schema(_ node: YAMLNode) -> SettingValue? {
        guard case .mapping(let pairs) = node.content else { return mismatch(node, "a mapping: a JSON Schema") }
        let value = json(node)
        let faults = JSONSchemaForm.faults(of: value)
        for fault in faults {
            reportSchema(
                "\(quotedForDisplay(fault.pointer)) must be \(fault.expected)", node.descendant(at: fault.pointer))
        }
        let isTyped = value["type"]?.string == "object" || faults.contains { $0.pointer == "/type" }
        if !pairs.isEmpty, !isTyped, !node.isTorn {
            reportSchema("`/type` must be `object`: arguments have names", node.descendant(at: "/type"))
        }
        return value.object.map { .object($0) }
    }

    /// Nothing is said of what a variable stands for that is not known.
    private mutating func reportSchema(_ message: String, _ node: YAMLNode) {
        guard !node.containsOpaque else {
            isFaulty = true
            return
        }
        fail(
            Diagnostic(
                ConfigurationCode.toolSchema, "`\(name)` is no schema of a function's parameters: \(message)",
                at: span(node), help: "write `{type: object, properties: {NAME: {type: string}}, required: [NAME]}`",
                related: related(node)))
    }

    private mutating func reportMember(_ name: String, _ message: String, _ node: YAMLNode) {
        diagnostics.append(
            Diagnostic(
                ConfigurationCode.invalidParameter, "`\(key.path)`: `\(name)` \(message)", at: span(node),
                help: "the request would be refused", related: related(node)))
    }

    private mutating func reportUnknownMember(_ name: String, _ pair: YAMLPair, _ form: ObjectForm) {
        if let home = SettingTable.home(of: name, besides: key.path) {
            diagnostics.append(
                Diagnostic(
                    ConfigurationCode.unknownParameter,
                    "\(quotedForDisplay(name)) in `\(key.path)` goes to the service, and sets nothing here",
                    at: span(pair.key), severity: .warning,
                    help: SettingTable.indentationHelp(name, in: home)))
            return
        }
        let nearest = form.candidates.nearest(to: name)
        guard form.isClosed || nearest != nil else { return }
        let known = form.names.map { "`\($0)`" }.joined(separator: ", ")
        diagnostics.append(
            Diagnostic(
                ConfigurationCode.unknownParameter, "\(quotedForDisplay(name)) in `\(key.path)` is known to no service",
                at: span(pair.key), severity: .warning,
                help: nearest.map { "did you mean `\($0)`?" } ?? "known: \(known)"))
    }

    private mutating func json(_ node: YAMLNode) -> JSONValue {
        var strange: [YAMLNode] = []
        let value = node.jsonValue { strange.append($0) }
        if node.containsOpaque { isFaulty = true }
        for node in strange {
            fail(
                Diagnostic(
                    ConfigurationCode.wrongType,
                    "\(quotedForDisplay(node.scalar?.shown ?? "")) cannot be sent: JSON has no such number",
                    at: span(node), help: "use a finite number"))
        }
        return value
    }

    // MARK: - Secrets

    private mutating func secrets(_ node: YAMLNode, _ maximumCount: Int) -> SettingValue? {
        guard let items = items(node, maximumCount) else { return nil }
        let secrets = values(of: items) { decoder, item, _ in decoder.secret(item) }
        reportRepetitions(secrets, items)
        return .secrets(secrets.compactMap { $0 })
    }

    private mutating func secret(_ node: YAMLNode) -> Secret? {
        guard let text = plainText(node) else { return nil }
        guard let fault = Secret.fault(of: text) else { return Secret(text) }
        return malformed(
            ConfigurationCode.malformedText, node, fault,
            help: "it goes into an HTTP header: visible ASCII characters only",
            showsValue: false)
    }

    // MARK: - Reports

    /// Notes what keeps the value from being taken.
    mutating func fail(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
        isFaulty = true
    }

    /// Whether nothing can be said of a node, which makes the value faulty.
    mutating func isOpaque(_ node: YAMLNode) -> Bool {
        if node.isOpaque { isFaulty = true }
        return node.isOpaque
    }

    /// Takes over what another one found in a part of the value.
    mutating func absorb(_ part: SettingDecoder) {
        diagnostics += part.diagnostics
        secretRanges += part.secretRanges
        plainSecrets += part.plainSecrets
        isFaulty = isFaulty || part.isFaulty
    }

    func span(_ node: YAMLNode) -> SourceSpan { SourceSpan(origin, node.range) }

    private func related(_ node: YAMLNode) -> [Diagnostic.Related] {
        node.anchorRange.map { [Diagnostic.Related(SourceSpan(origin, $0), "the alias stands for this")] } ?? []
    }

    private mutating func inRange<Value: Comparable>(
        _ value: Value, _ range: ClosedRange<Value>, _ node: YAMLNode, describe: (Value) -> String
    ) -> Value? {
        if range.contains(value) { return value }
        return outOfRange(node, "between \(describe(range.lowerBound)) and \(describe(range.upperBound))")
    }

    private mutating func outOfRange<Value>(_ node: YAMLNode, _ bounds: String, note: String? = nil) -> Value? {
        let written = node.scalar.map { ", not \(quotedForDisplay($0.shown))" } ?? ""
        fail(
            Diagnostic(
                ConfigurationCode.outOfRange, "`\(name)` must be \(bounds)\(written)", at: span(node), help: note,
                related: related(node)))
        return nil
    }

    mutating func mismatch<Value>(_ node: YAMLNode, _ expected: String, help: String? = nil) -> Value? {
        guard !node.isTorn else {
            isFaulty = true
            return nil
        }
        fail(
            Diagnostic(
                ConfigurationCode.wrongType, "`\(name)` must be \(expected), not \(description(of: node))",
                at: span(node), help: help ?? (node.isNull ? "give it a value, or remove the key" : nil),
                related: related(node)))
        return nil
    }

    mutating func malformed<Value>(
        _ code: DiagnosticCode, _ node: YAMLNode, _ message: String, help: String, showsValue: Bool = true
    ) -> Value? {
        let value = showsValue && !key.isSecret ? node.scalar.map(\.shown) ?? "" : ""
        fail(
            Diagnostic(
                code,
                value.isEmpty ? "`\(name)` \(message)" : "`\(name)`: \(quotedForDisplay(value)) \(message)",
                at: span(node), help: help, related: related(node)))
        return nil
    }

    private func description(of node: YAMLNode) -> String {
        switch node.content {
        case .sequence(let items): return items.isEmpty ? "an empty list" : "a list"
        case .mapping: return "a mapping"
        case .scalar(let scalar):
            if let reference = scalar.reference { return "the value of \(quotedForDisplay(reference))" }
            let written = key.isSecret ? "" : " " + quotedForDisplay(scalar.text)
            switch scalar.resolved {
            case .null: return "nothing"
            case .boolean: return "the boolean\(written)"
            case .integer, .number: return "the number\(written)"
            case .text: return scalar.text.isEmpty ? "empty text" : "text\(written)"
            }
        }
    }
}

extension YAMLScalar {
    /// What a message may quote: not what a variable holds, which may be a secret.
    fileprivate var shown: String { reference ?? text }
}
