import Diagnostics

/// Finds the known keys in a configuration's tree, and says what else is in it.
struct ConfigurationBinder {
    /// A key, and what stands behind it.
    struct Binding {
        var key: SettingKey
        var node: YAMLNode
        /// Whether it stands where it is not taken, and is only looked at for what else is wrong with it.
        var isMisplaced: Bool
        /// The alias by which it came here, where what it is in stands elsewhere.
        var alias: Range<Int>?
    }

    let origin: SourceOrigin
    private(set) var bindings: [Binding] = []
    /// Where each section that the file has begins: the place of its key.
    private(set) var sections: [String: Range<Int>] = [:]
    /// Keys and sections that were meant but cannot be taken: a misspelt name, a section that is no mapping.
    private(set) var faultyPaths: Set<String> = []
    /// Values behind names that may be misspelt ones of secrets.
    private(set) var redactions: [Range<Int>] = []
    private(set) var diagnostics: [Diagnostic] = []
    /// The alias that what is being bound stands behind.
    private var alias: Range<Int>?

    init(_ root: YAMLNode, origin: SourceOrigin) {
        self.origin = origin
        switch root.content {
        case .mapping(let pairs): bind(pairs, in: "")
        case _ where root.isNull: break
        default:
            faultyPaths = SettingTable.sections.union(SettingTable.byPath.keys)
            report(
                ConfigurationCode.wrongType, "a configuration is a mapping of keys to values", at: root.range,
                help: "write `key: value`, one a line")
        }
    }

    /// - Parameter isMisplaced: whether the pairs stand at another place than the section's.
    private mutating func bind(_ pairs: [YAMLPair], in section: String, isMisplaced: Bool = false) {
        let enclosing = alias
        defer { alias = enclosing }
        for pair in pairs {
            alias = enclosing ?? pair.alias
            guard let name = pair.key.scalar?.text, !name.hasPrefix("x-") else { continue }
            let path = section.isEmpty ? name : section + "." + name
            if name.contains(".") {
                reportUnknown(name, in: section, pair)
            } else if let key = SettingTable.byPath[path] {
                if isMisplaced { faultyPaths.insert(path) }
                bindings.append(Binding(key: key, node: pair.value, isMisplaced: isMisplaced, alias: alias))
            } else if SettingTable.sections.contains(path) {
                bindSection(path, pair, isMisplaced)
            } else if let purpose = SettingTable.unavailable[path] {
                report(
                    ConfigurationCode.unavailableKey, "this version does not support `\(path)` (\(purpose))",
                    at: pair.key.range, help: "remove it; nothing would come of it")
            } else if section.isEmpty, SettingTable.unused.contains(name) {
                report(
                    ConfigurationCode.unusedKey, "`\(name)` belongs to older versions and is not used",
                    at: pair.key.range,
                    severity: .warning, help: "remove it")
            } else {
                reportUnknown(name, in: section, pair)
            }
        }
    }

    private mutating func bindSection(_ path: String, _ pair: YAMLPair, _ isMisplaced: Bool) {
        if !isMisplaced { sections[path] = pair.key.range }
        if case .mapping(let pairs) = pair.value.content {
            if pair.value.anchorRange != nil { alias = alias ?? pair.value.range }
            bind(pairs, in: path, isMisplaced: isMisplaced)
        } else if pair.value.isTorn {
            faultyPaths.insert(path)
        } else if !pair.value.isNull {
            faultyPaths.insert(path)
            let names = Self.names(in: path).prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            let isGlued = pair.value.scalar.map { $0.kind == .plain && $0.text.contains(":") } ?? false
            report(
                ConfigurationCode.wrongType, "`\(path)` must be a mapping", at: pair.value.range,
                help: isGlued ? "put a space after each `:`" : "write its keys below it, indented: \(names), …")
        }
    }

    private mutating func reportUnknown(_ name: String, in section: String, _ pair: YAMLPair) {
        // Past what will be shown only the number matters; looking for what was meant is the dear part.
        guard diagnostics.count < ConfigurationLoader.maximumDiagnostics else {
            return report(ConfigurationCode.unknownKey, "unknown key", at: pair.key.range, help: nil)
        }
        let place = section.isEmpty ? "" : " in `\(section)`"
        let meaning = Meaning(of: name, in: section)
        report(
            ConfigurationCode.unknownKey, "unknown key \(quotedForDisplay(name))\(place)", at: pair.key.range,
            help: meaning.help)
        // Where no other name is near, it may be a secret's: they are not told by how they look.
        let candidates = meaning.path.map { [$0] } ?? Self.names(in: section).map { Meaning.path(section, $0) }
        let isMapping = if case .mapping = pair.value.content { true } else { false }
        if !isMapping, candidates.contains(where: { SettingTable.byPath[$0]?.isSecret == true }) {
            redactions += pair.value.textRanges
        }
        guard let path = meaning.path else { return }
        faultyPaths.insert(path)
        if let key = SettingTable.byPath[path] {
            // A guess: its value is checked only where nothing else can be meant.
            guard key.isSecret || meaning.isCertain else { return }
            bindings.append(Binding(key: key, node: pair.value, isMisplaced: true, alias: alias))
        } else if case .mapping(let pairs) = pair.value.content {
            bind(pairs, in: path, isMisplaced: true)
        }
    }

    /// What may stand directly in a section (`""`: at the top level), in the table's order.
    fileprivate static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in SettingTable.keys where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if names.last != name { names.append(name) }
        }
        return names
    }

    private mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: Range<Int>, severity: Severity = .error, help: String?
    ) {
        diagnostics.append(
            Diagnostic(
                code, message, at: SourceSpan(origin, range), severity: severity, help: help,
                related: alias.map { [Diagnostic.Related(behind: SourceSpan(origin, $0))] } ?? []))
    }
}

/// What was meant by a name that is no key where it stands.
private struct Meaning {
    /// The key or section; nil where nobody can say.
    private(set) var path: String?
    /// Whether nothing else can be meant.
    private(set) var isCertain = false
    private(set) var help: String

    init(of name: String, in section: String) {
        let names = ConfigurationBinder.names(in: section)
        if name.contains("."), let path = [Self.path(section, name), name].first(where: Self.isKnown) {
            self.path = path
            isCertain = true
            help = "write it nested: " + path.split(separator: ".").map { "`\($0):`" }.joined(separator: ", below it ")
        } else if let nearest = nearestName(to: name, among: names) {
            path = Self.path(section, nearest)
            help = "did you mean `\(nearest)`?"
        } else if let home = Self.home(of: name) {
            path = home
            help = SettingTable.indentationHelp(name, in: SettingTable.enclosingSections(of: home).last ?? "")
        } else {
            let list = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
            help = "known keys: \(list)\(names.count > 8 ? ", …" : ""); keys that begin with `x-` are free"
        }
    }

    fileprivate static func path(_ section: String, _ name: String) -> String {
        section.isEmpty ? name : "\(section).\(name)"
    }

    private static func isKnown(_ path: String) -> Bool {
        SettingTable.byPath[path] != nil || SettingTable.sections.contains(path)
    }

    /// The first key or section of this name anywhere.
    private static func home(of name: String) -> String? {
        SettingTable.keys.map(\.path).first { $0.hasSuffix("." + name) }
            ?? SettingTable.sections.filter { $0 == name || $0.hasSuffix("." + name) }.min()
    }
}

extension Diagnostic.Related {
    /// - Parameter alias: what stands at the place where a value is used that stands elsewhere.
    init(behind alias: SourceSpan) {
        self.init(alias, "this alias brings it here")
    }
}
