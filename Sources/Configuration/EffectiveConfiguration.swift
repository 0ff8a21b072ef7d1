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
        } else if let reference = loaded.references[key.path] {
            lines.append("\(name) \(reference)\(comment)")
        } else if let value = key.currentValue(in: loaded.effective) {
            if case .text(let text) = value, let block = YAMLText.block(text) {
                lines.append("\(name) \(block[0])\(comment)")
                lines += block.dropFirst().map { $0.isEmpty ? "" : "\(margin)  \($0)" }
            } else {
                lines.append("\(name) \(value.yaml(of: key.type, secretCount: loaded.ownTokenCount))\(comment)")
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
    /// As it may stand in a file, on one line. Of secrets only how many there are is shown: the first `secretCount`.
    func yaml(of type: SettingType, secretCount: Int = .max) -> String {
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
        case .secrets(let secrets):
            let masks = secrets.prefix(secretCount).map { _ in YAMLText.mask }
            return "[" + masks.joined(separator: ", ") + "]"
        case .choiceMap(let map): return YAMLText.flow(.object(Self.members(map.mapValues { JSONValue.string($0) })))
        case .secretMap(let map):
            return "{" + map.keys.sorted().map { "\($0): \(YAMLText.mask)" }.joined(separator: ", ") + "}"
        case .records(let records): return Self.yaml(of: records, type)
        }
    }

    private static func members(_ map: [String: JSONValue]) -> JSONObject {
        var object = JSONObject()
        for name in map.keys.sorted() { object[name] = map[name] }
        return object
    }

    private static func yaml(of records: [[String: SettingValue]], _ type: SettingType) -> String {
        let members: [SettingMember]
        var isNamed = false
        switch type {
        case .records(let known, _): members = known
        case .namedRecords(_, let known, _):
            members = known
            isNamed = true
        default: members = []
        }
        let texts = records.map { record -> String in
            let inner = members.compactMap { member in
                record[member.name].map { "\(member.name): \($0.yaml(of: member.type))" }
            }
            let mapping = "{" + inner.joined(separator: ", ") + "}"
            guard isNamed, case .text(let name)? = record["name"] else { return mapping }
            return "\(name): \(mapping)"
        }
        let list = texts.joined(separator: ", ")
        return isNamed ? "{\(list)}" : "[\(list)]"
    }
}
