import Diagnostics
import JSON
import Quantities

/// The configuration in force as YAML, each value with its origin as a comment. Secrets are references to their variables,
/// or masked. What it prints is itself a configuration, and means the same.
package struct EffectiveConfiguration {
    private let loaded: LoadedConfiguration
    private var lines: [String] = []

    package init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    package consuming func yaml() -> String {
        write()
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func write() {
        var open: [String] = []
        for key in SettingTable.keys {
            let sections = SettingTable.enclosingSections(of: key.path)
            for section in sections where !open.contains(section) {
                let depth = SettingTable.enclosingSections(of: section).count
                if depth == 0, !lines.isEmpty { lines.append("") }
                lines.append(Self.margin(depth) + Self.name(section) + ":")
            }
            open = sections
            write(key, margin: Self.margin(sections.count))
        }
    }

    private mutating func write(_ key: SettingKey, margin: String) {
        let origin = loaded.origin(of: key.path)
        let name = margin + Self.name(key.path) + ":"
        let comment = "  # " + origin.description(in: loaded.catalog)
        if isFromKeyFile(key, origin) {
            lines.append("\(margin)# \(Self.name(key.path)): from api_key_file")
        } else if let node = loaded.nodes[key.path] {
            let (line, below) = WrittenValue(node, of: key.type).text
            lines.append(name + (line.map { " " + $0 } ?? "") + comment)
            lines += below.map { "\(margin)  \($0)" }
        } else if let value = key.currentValue(in: loaded.effective) {
            let value = value.withoutSecrets
            if case .text(let text) = value, let block = YAMLText.block(text) {
                lines.append("\(name) \(block[0])\(comment)")
                lines += block.dropFirst().map { $0.isEmpty ? "" : "\(margin)  \($0)" }
            } else {
                lines.append("\(name) \(value.yaml(of: key.type))\(comment)")
            }
        } else {
            lines.append("\(margin)# \(Self.name(key.path)): unset; \(key.defaultNote ?? "")")
        }
    }

    private func isFromKeyFile(_ key: SettingKey, _ origin: ValueOrigin) -> Bool {
        key.path == "openrouter.api_key" && origin.span != nil
            && origin == loaded.origin(of: "openrouter.api_key_file")
    }

    private static func margin(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    private static func name(_ path: String) -> String {
        path.split(separator: ".").last.map(String.init) ?? path
    }
}

extension SettingValue {
    /// A text with what looks like a secret in it masked.
    fileprivate var withoutSecrets: SettingValue {
        if case .text(let text) = self { .text(WrittenValue.masked(text)) } else { self }
    }

    /// As it may stand in a file, on one line. Secrets are masked; lists and mappings that are not empty come from somewhere,
    /// and are shown as they stand there (``WrittenValue``).
    func yaml(of type: SettingType) -> String {
        switch self {
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value):
            if case .size = type, value > 0 { return Quantity.text(ofBytes: value) }
            return "\(value)"
        case .number(let value): return "\(value)"
        case .duration(let value): return Quantity.text(of: value)
        case .text(let text): return YAMLText.literal(text)
        case .texts(let texts): return YAMLText.flow(.array(texts.map { .string($0) }))
        case .object(let object): return YAMLText.flow(.object(object))
        case .secret: return YAMLText.mask
        case .secrets: return "[]"
        case .choiceMap, .secretMap: return "{}"
        case .records: if case .namedRecords = type { return "{}" } else { return "[]" }
        }
    }
}
