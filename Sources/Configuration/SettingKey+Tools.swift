/// The rows whose values are lists of tools.
extension SettingKey {
    private static func row(
        _ path: String, _ type: SettingType, _ summary: String,
        store: @escaping @Sendable (SettingValue, inout Settings.Tools) -> Void,
        read: @escaping @Sendable (Settings.Tools) -> SettingValue
    ) -> Self {
        Self(path: path, type: type, summary: summary, defaultNote: nil, isReloadable: false) { value, settings in
            store(value, &settings.tools)
        } read: {
            read($0.tools)
        }
    }

    static func builtInTools(_ path: String, _ summary: String) -> Self {
        let names = Settings.Tools.BuiltIn.allCases.map(\.rawValue)
        return row(path, .texts(.oneOf(names), maximumCount: 100), summary) { value, tools in
            guard case .texts(let names) = value else { return }
            tools.builtin = []
            for name in names {
                guard let tool = Settings.Tools.BuiltIn(rawValue: name), !tools.builtin.contains(tool) else { continue }
                tools.builtin.append(tool)
            }
        } read: {
            .texts($0.builtin.map(\.rawValue))
        }
    }

    static func toolPolicies(_ path: String, _ summary: String) -> Self {
        let names = Settings.Tools.Policy.allCases.map(\.rawValue)
        return row(path, .choiceMap(names, maximumCount: 1000), summary) { value, tools in
            guard case .choiceMap(let map) = value else { return }
            tools.policies = map.compactMapValues { Settings.Tools.Policy(rawValue: $0) }
        } read: {
            .choiceMap($0.policies.mapValues(\.rawValue))
        }
    }

    static func toolCommands(_ path: String, _ members: [SettingMember], _ summary: String) -> Self {
        row(path, .records(members, maximumCount: 128), summary) { value, tools in
            if case .records(let records) = value { tools.commands = records.map { Settings.Tools.Command($0) } }
        } read: {
            .records($0.commands.map(\.record))
        }
    }

    static func mcpServers(_ path: String, _ members: [SettingMember], _ summary: String) -> Self {
        row(path, .namedRecords(.toolPrefix, members, maximumCount: 32), summary) { value, tools in
            if case .records(let records) = value { tools.mcpServers = records.map { Settings.Tools.MCPServer($0) } }
        } read: {
            .records($0.mcpServers.map(\.record))
        }
    }
}
