import Diagnostics

/// Finds the known keys in a configuration's tree, and says what else is in it.
struct ConfigurationBinder {
    /// A key, and what stands behind it.
    struct Binding {
        var key: SettingKey
        var node: YAMLNode
    }

    let origin: SourceOrigin
    private(set) var bindings: [Binding] = []
    /// Where each section that the file has begins: the place of its key.
    private(set) var sections: [String: Range<Int>] = [:]
    /// Keys and sections that were meant but cannot be taken: a misspelt name, a section that is no mapping.
    private(set) var faultyPaths: Set<String> = []
    /// Values behind misspelt names of secrets.
    private(set) var redactions: [Range<Int>] = []
    private(set) var diagnostics: [Diagnostic] = []

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

    private mutating func bind(_ pairs: [YAMLPair], in section: String) {
        for pair in pairs {
            guard let name = pair.key.scalar?.text, !name.hasPrefix("x-") else { continue }
            let path = section.isEmpty ? name : section + "." + name
            if let key = SettingTable.byPath[path] {
                bindings.append(Binding(key: key, node: pair.value))
            } else if SettingTable.sections.contains(path) {
                bindSection(path, pair)
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

    private mutating func bindSection(_ path: String, _ pair: YAMLPair) {
        sections[path] = pair.key.range
        if case .mapping(let pairs) = pair.value.content {
            bind(pairs, in: path)
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
        report(
            ConfigurationCode.unknownKey, "unknown key \(quotedForDisplay(name))\(place)", at: pair.key.range,
            help: suggestion(for: name, in: section))
        let path = section.isEmpty ? "" : section + "."
        let meant = nearestName(to: name, among: Self.names(in: section))
        guard let meant else { return }
        faultyPaths.insert(path + meant)
        if SettingTable.byPath[path + meant]?.isSecret == true { redactions.append(pair.value.range) }
    }

    private func suggestion(for name: String, in section: String) -> String {
        if let nearest = nearestName(to: name, among: Self.names(in: section)) { return "did you mean `\(nearest)`?" }
        let homes =
            SettingTable.keys.map(\.path).filter { $0 != name && $0.hasSuffix("." + name) }
            + SettingTable.sections.filter { $0 == name || $0.hasSuffix("." + name) }.sorted()
        if let home = homes.first {
            let parent = home.split(separator: ".").dropLast().joined(separator: ".")
            return parent.isEmpty
                ? "`\(name)` belongs to the top level: check its indentation"
                : "`\(name)` belongs into `\(parent)`: check its indentation"
        }
        let names = Self.names(in: section)
        let list = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        return "known keys: \(list)\(names.count > 8 ? ", …" : ""); keys that begin with `x-` are free"
    }

    /// What may stand directly in a section (`""`: at the top level), in the table's order.
    private static func names(in section: String) -> [String] {
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
            Diagnostic(code, message, at: SourceSpan(origin, range), severity: severity, help: help))
    }
}
