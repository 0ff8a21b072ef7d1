import AILoop
import Configuration
import Tools

/// The tools that the configuration asks for.
extension ToolConfiguration {
    init(_ settings: Settings.Tools) {
        self.init(
            builtIn: settings.builtin.compactMap { BuiltInTool(rawValue: $0.rawValue) }, workspace: settings.workspace,
            policies: settings.policies.mapValues { ToolPolicy($0) },
            commands: settings.commands.map { command in
                CommandSpecification(
                    name: command.name, description: command.description, parameters: command.parameters,
                    command: command.command, environment: command.environment.mapValues { $0.reveal() },
                    timeout: command.timeout?.timerNanoseconds, policy: ToolPolicy(command.policy))
            },
            mcpServers: settings.mcpServers.map { server in
                MCPServerSpecification(
                    name: server.name, command: server.command,
                    environment: server.environment.mapValues { $0.reveal() },
                    timeout: server.timeout?.timerNanoseconds, policy: ToolPolicy(server.policy))
            },
            allowedHosts: settings.allowedHosts,
            allowedCommands: settings.allowedCommands.map { $0.split(separator: " ").map(String.init) },
            timeout: settings.timeout.timerNanoseconds, maximumResultBytes: settings.maximumResultBytes,
            maximumProcesses: settings.maximumProcesses)
    }
}

extension ToolPolicy {
    init(_ setting: Settings.Tools.Policy) {
        switch setting {
        case .allow: self = .allow
        case .ask: self = .ask
        case .deny: self = .deny
        }
    }
}
