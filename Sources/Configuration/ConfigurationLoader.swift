import Diagnostics

/// Makes settings of the configuration file, `.env`, environment and options, each stronger than the one before it, and
/// reports everything that is wrong with any of them at once.
package struct ConfigurationLoader: Sendable {
    package static let maximumFileBytes = 4 << 20
    package static let maximumDiagnostics = 200
    /// The token that clients show to a server. No setting: it belongs to who connects, not to who serves.
    package static let clientTokenVariable = "AILOOP_TOKEN"

    private let files: any FileReading

    package init(files: any FileReading = SystemFiles()) {
        self.files = files
    }

    package func load(_ inputs: ConfigurationInputs) -> LoadedConfiguration {
        var run = LoadingRun(inputs: inputs, files: files)
        run.load()
        return run.finished()
    }
}

/// One run of the loader.
struct LoadingRun {
    let inputs: ConfigurationInputs
    let files: any FileReading
    var result = LoadedConfiguration()
    var diagnostics = DiagnosticList(maximumCount: ConfigurationLoader.maximumDiagnostics)
    var variables: VariableSource
    /// Places of the sections that the file has.
    var sections: [String: Range<Int>] = [:]
    /// Whether all of the file was understood: else nothing is said of what it lacks.
    var isComplete = true
    /// Keys and sections that were given something which could not be taken: their absence is no news.
    var faultyPaths: Set<String> = []
    /// Those of them whose lists and mappings have all their items, although not all of the items are sound.
    var listedPaths: Set<String> = []
    /// Secrets that stand in the file themselves, not as a reference to a variable.
    var literalSecrets: [(key: SettingKey, span: SourceSpan)] = []

    init(inputs: ConfigurationInputs, files: any FileReading) {
        self.inputs = inputs
        self.files = files
        variables = VariableSource(environment: inputs.environment, dotEnv: nil, isOpen: inputs.isHermetic)
    }

    var fileOrigin: SourceOrigin { .file(inputs.file) }

    mutating func load() {
        loadDotEnv()
        loadFile()
        loadVariables()
        loadOptions()
        resolveSecrets()
        checkMeaning()
        checkPaths()
    }

    func finished() -> LoadedConfiguration {
        var result = result
        // Files from their beginning to their end, the rest as it was found.
        let order: (SourceSpan) -> (Int, Int) = { span in
            switch span.origin {
            case .file(inputs.file): (0, span.range.lowerBound)
            case .file: (1, span.range.lowerBound)
            case .environmentVariable: (2, 0)
            case .option: (3, 0)
            }
        }
        let sorted = diagnostics.diagnostics.enumerated().sorted { left, right in
            let (a, b) = (order(left.element.span), order(right.element.span))
            return (a.0, a.1, left.offset) < (b.0, b.1, right.offset)
        }
        result.diagnostics = masked(sorted.map(\.element))
        result.droppedCount = diagnostics.droppedCount
        result.containsError = diagnostics.errorCount > 0
        return result
    }

    /// Without the secrets that a message quotes: what stands where no secret is expected may be one all the same.
    private func masked(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var words: [SourceOrigin: SecretWords] = [:]
        for origin in Set(diagnostics.map(\.span.origin)) { words[origin] = secretWords(of: origin) }
        return diagnostics.map { diagnostic in
            guard let words = words[diagnostic.span.origin] else { return diagnostic }
            var diagnostic = diagnostic
            diagnostic.message = words.masked(diagnostic.message)
            diagnostic.help = diagnostic.help.map(words.masked)
            for index in diagnostic.related.indices {
                diagnostic.related[index].message = words.masked(diagnostic.related[index].message)
            }
            return diagnostic
        }
    }

    private func secretWords(of origin: SourceOrigin) -> SecretWords {
        guard let source = result.catalog[origin] else { return SecretWords() }
        let isDotEnv = origin != fileOrigin && origin == inputs.dotEnvFile.map { .file($0) }
        return SecretWords(in: isDotEnv ? SecretRedaction.secrets(inDotEnv: source) : source.redactions, of: source)
    }

    // MARK: - Sources

    private mutating func loadDotEnv() {
        guard let path = inputs.dotEnvFile, path != inputs.file else { return }
        do throws(FileReadError) {
            let bytes = try files.read(path, maximumBytes: ConfigurationLoader.maximumFileBytes)
            var source = SourceText(.file(path), bytes: bytes)
            source.redact(SecretRedaction.ranges(inDotEnv: source))
            result.catalog.add(source)
            let file = DotEnvFile(parsing: source)
            for diagnostic in file.diagnostics { diagnostics.add(diagnostic) }
            variables = VariableSource(environment: inputs.environment, dotEnv: file)
        } catch {
            if error != .notFound { report(error, reading: path) }
        }
    }

    private mutating func loadFile() {
        do throws(FileReadError) {
            let bytes = try files.read(inputs.file, maximumBytes: ConfigurationLoader.maximumFileBytes)
            result.file = inputs.file
            let text = ConfigurationText(bytes, origin: fileOrigin)
            for diagnostic in text.diagnostics { diagnostics.add(diagnostic) }
            result.catalog.add(text.source)
            if text.isReadable {
                read(text.source, tornRanges: text.diagnostics.map(\.span.range))
            } else {
                isComplete = false
            }
        } catch {
            guard error != .notFound || inputs.isFileRequired else { return }
            result.file = inputs.file
            result.isReadable = false
            isComplete = false
            report(error, reading: inputs.file)
        }
    }

    private mutating func report(_ error: FileReadError, reading path: String) {
        let (code, message) =
            switch error {
            case .notFound: (ConfigurationCode.unreadable, "there is no such file")
            case .failed(let reason): (ConfigurationCode.unreadable, "the file cannot be read: \(reason)")
            case .tooLarge:
                (
                    ConfigurationCode.tooLarge,
                    "the file is larger than \(ConfigurationLoader.maximumFileBytes >> 20) MiB"
                )
            }
        diagnostics.add(Diagnostic(code, message, at: SourceSpan(startOf: .file(path))))
    }

    /// - Parameter tornRanges: places of values of which has been said already why they are not what was meant.
    private mutating func read(_ source: SourceText, tornRanges: [Range<Int>]) {
        let document = YAMLDocument(parsing: source)
        for diagnostic in document.diagnostics { diagnostics.add(diagnostic) }
        isComplete = document.isComplete
        guard let root = document.root.map(TornPlaces(tornRanges + document.tornRanges).marking) else { return }
        let binder = ConfigurationBinder(root, origin: fileOrigin)
        for diagnostic in binder.diagnostics { diagnostics.add(diagnostic) }
        for range in binder.redactions { result.catalog.redact(SourceSpan(fileOrigin, range)) }
        sections = binder.sections
        faultyPaths = binder.faultyPaths
        for binding in binder.bindings where !binding.isMisplaced { bind(binding, source) }
        for binding in binder.bindings where binding.isMisplaced { check(binding, source) }
    }

    private mutating func bind(_ binding: ConfigurationBinder.Binding, _ source: SourceText) {
        let node = expanded(binding.node, in: source)
        if binding.key.isSecret {
            for span in hideSecrets(in: node) { literalSecrets.append((binding.key, span)) }
        } else {
            reportMasks(node, in: binding.key)
        }
        // `key:` with nothing behind it leaves an optional key unset.
        if node.isNull, !node.isOpaque, binding.key.defaultValue == nil { return }
        let origin = ValueOrigin(layer: .file, span: SourceSpan(fileOrigin, node.range))
        apply(node, to: binding.key, origin, alias: binding.alias)
    }

    private mutating func expanded(_ node: YAMLNode, in source: SourceText) -> YAMLNode {
        VariableReference.expanded(node, from: variables, in: source, &diagnostics)
    }

    /// Says what is wrong with a value that is not taken, because its place has been reported.
    private mutating func check(_ binding: ConfigurationBinder.Binding, _ source: SourceText) {
        let node = expanded(binding.node, in: source)
        if binding.key.isSecret { _ = hideSecrets(in: node) }
        guard !node.isNull else { return }
        _ = decode(node, of: binding.key, fileOrigin, alias: binding.alias)
    }

    /// Reports what is wrong with a value, and gives what could be read of it.
    ///
    /// - Parameter alias: where the value came from by an alias of what it is in.
    private mutating func decode(
        _ node: YAMLNode, of key: SettingKey, _ origin: SourceOrigin, alias: Range<Int>? = nil
    ) -> (value: SettingValue?, isFaulty: Bool) {
        var decoder = SettingDecoder(key, from: origin)
        let value = decoder.decode(node)
        for var diagnostic in decoder.diagnostics {
            // What lies elsewhere is within what an alias stands for.
            let isElsewhere =
                !node.range.contains(diagnostic.span.range.lowerBound) && diagnostic.span.range != node.range
            if let alias = alias ?? (isElsewhere && node.anchorRange != nil ? node.range : nil) {
                diagnostic.related.append(Diagnostic.Related(behind: SourceSpan(origin, alias)))
            }
            diagnostics.add(diagnostic)
        }
        if origin == fileOrigin {
            for (path, range) in decoder.plainSecrets { reportEnvironmentSecret(path, SourceSpan(origin, range)) }
        }
        for range in decoder.secretRanges { result.catalog.redact(SourceSpan(origin, range)) }
        return (value, decoder.isFaulty || node.isTorn)
    }

    /// Hides the secrets that stand in the file itself, and tells where.
    private mutating func hideSecrets(in node: YAMLNode) -> [SourceSpan] {
        switch node.content {
        case .mapping(let pairs): return pairs.flatMap { hideSecrets(in: $0.value) }
        case .sequence(let items): return items.flatMap { hideSecrets(in: $0) }
        case .scalar(let scalar):
            guard scalar.isLiteral, !node.isNull else { return [] }
            let span = SourceSpan(fileOrigin, node.anchorRange ?? node.range)
            result.catalog.redact(span)
            return [span]
        }
    }

    /// Says where something was masked that is no secret by its key, such as an argument of a command.
    private mutating func reportMasks(_ node: YAMLNode, in key: SettingKey) {
        switch node.content {
        case .mapping(let pairs): for pair in pairs { reportMasks(pair.value, in: key) }
        case .sequence(let items): for item in items { reportMasks(item, in: key) }
        case .scalar(let scalar):
            // Most texts have no asterisk, which bytes tell faster.
            guard !scalar.isExpanded, scalar.text.utf8.contains(UInt8(ascii: "*")), YAMLText.isMasked(scalar.text)
            else { return }
            reportMask(key.path, SourceSpan(fileOrigin, node.range))
        }
    }

    private mutating func loadVariables() {
        for key in SettingTable.keys {
            guard let variable = variables[key.environmentName], !variable.value.isEmpty else { continue }
            if variable.layer == .environment { addSource(variable.span.origin, variable.value, key) }
            apply(variable.value, to: key, ValueOrigin(layer: variable.layer, span: variable.span))
            if case .secret = key.type { result.nodes[key.path] = .reference(to: key.environmentName) }
        }
        for name in variables.names.sorted()
        where name.hasPrefix("AILOOP_") && SettingTable.byVariable[name] == nil
            && name != ConfigurationLoader.clientTokenVariable
        {
            // Past what will be shown only the number matters.
            let nearest =
                diagnostics.isFull ? nil : nearestName(to: name, among: SettingTable.keys.map(\.environmentName))
            let span = variables[name]?.span ?? SourceSpan(startOf: .environmentVariable(name))
            diagnostics.add(
                Diagnostic(
                    ConfigurationCode.unknownVariable, "no key is set by the variable \(quotedForDisplay(name))",
                    at: span,
                    severity: .warning,
                    help: nearest.map { "did you mean `\($0)`?" } ?? "the levels of a key are joined by two underscores"
                ))
        }
    }

    private mutating func loadOptions() {
        for option in inputs.options {
            guard let key = SettingTable.byPath[option.path] else { continue }
            let span = SourceSpan(.option(option.name), 0..<option.text.utf8.count)
            addSource(span.origin, option.text, key)
            apply(option.text, to: key, ValueOrigin(layer: .option, span: span))
        }
    }

    private mutating func addSource(_ origin: SourceOrigin, _ text: String, _ key: SettingKey) {
        var source = SourceText(origin, text: text)
        source.redact(
            key.holdsSecrets ? [0..<source.bytes.count] : SecretRedaction.ranges(inConfiguration: source))
        result.catalog.add(source)
    }

    // MARK: - Values

    private mutating func apply(
        _ node: YAMLNode, to key: SettingKey, _ origin: ValueOrigin, alias: Range<Int>? = nil
    ) {
        guard let span = origin.span else { return }
        let (value, isFaulty) = decode(node, of: key, span.origin, alias: alias)
        if isFaulty { faultyPaths.insert(key.path) }
        if isFaulty, !node.isTorn, !node.containsOpaque { listedPaths.insert(key.path) }
        // What is sound is checked with the rest; what is not known can still be shown as it is written.
        guard value != nil || node.containsOpaque else { return }
        if let value { key.store(value, &result.effective) }
        result.origins[key.path] = origin
        result.nodes[key.path] = node.isWrittenOtherwise(in: key) ? node : nil
        result.places[key.path] = ValuePlaces(of: node)
    }

    /// A value that came as bare text: lists may be written with commas between their items, mappings as in YAML or JSON.
    private mutating func apply(_ text: String, to key: SettingKey, _ origin: ValueOrigin) {
        guard let span = origin.span else { return }
        let node: YAMLNode
        switch key.type {
        case .text, .choice, .secret:
            node = YAMLNode(.scalar(YAMLScalar(text, .text)), range: span.range)
        case .boolean, .integer, .number, .duration, .size:
            node = YAMLNode(.scalar(YAMLScalar(text, .plain)), range: span.range)
        case .texts, .secrets, .command, .object, .schema, .records, .namedRecords, .choiceMap, .secretMap:
            guard let collection = collection(text, key, span) else { return }
            node = collection
        }
        apply(node, to: key, origin)
    }

    private mutating func collection(_ text: String, _ key: SettingKey, _ span: SourceSpan) -> YAMLNode? {
        let start = text.first { $0 != " " }
        if case .texts = key.type, start != "[" {
            return plainItems(text, span)
        } else if case .secrets = key.type, start != "[" {
            return plainItems(text, span)
        }
        var source = SourceText(span.origin, text: text)
        if key.holdsSecrets { source.redact(CollectionOfOne(0..<source.bytes.count)) }
        let document = YAMLDocument(parsing: source)
        // Places within the value count from its beginning, which in `.env` is not that of the file.
        let isWholeSource = span.range.lowerBound == 0
        for var diagnostic in document.diagnostics {
            if !isWholeSource { diagnostic.span = span }
            diagnostic.related = isWholeSource ? diagnostic.related : []
            diagnostics.add(diagnostic)
        }
        guard document.isComplete, let root = document.root else {
            faultyPaths.insert(key.path)
            return nil
        }
        return isWholeSource ? root : root.placed(at: span.range)
    }

    /// `a, b, c`, each at its own place where the text stands in its source as it is.
    private func plainItems(_ text: String, _ span: SourceSpan) -> YAMLNode {
        let bytes = Array(text.utf8)
        let isWritten = result.catalog[span.origin].map {
            $0.bytes[span.range.clamped(to: 0..<$0.bytes.count)] == bytes[...]
        }
        let nodes = bytes.split(separator: UInt8(ascii: ",")).map { part in
            let start = part.drop { $0 == UInt8(ascii: " ") }
            let item = start.dropLast(start.reversed().prefix { $0 == UInt8(ascii: " ") }.count)
            let place = span.range.lowerBound + item.startIndex..<span.range.lowerBound + item.endIndex
            return YAMLNode(
                .scalar(YAMLScalar(String(decoding: item, as: UTF8.self), .text)),
                range: isWritten == true ? place : span.range)
        }
        return YAMLNode(.sequence(nodes), range: span.range)
    }
}

extension YAMLNode {
    /// The same tree, all of it at one place.
    fileprivate func placed(at range: Range<Int>) -> YAMLNode {
        switch content {
        case .scalar: YAMLNode(content, range: range)
        case .sequence(let items): YAMLNode(.sequence(items.map { $0.placed(at: range) }), range: range)
        case .mapping(let pairs):
            YAMLNode(
                .mapping(pairs.map { YAMLPair(key: $0.key.placed(at: range), value: $0.value.placed(at: range)) }),
                range: range)
        }
    }
}
