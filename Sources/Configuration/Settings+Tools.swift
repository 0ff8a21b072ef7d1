package import JSON

extension Settings {
    /// `tools`: which there are, and their limits.
    package struct Tools: Sendable, Equatable {
        /// The built-in tools; the raw value is the name.
        package enum BuiltIn: String, Sendable, CaseIterable {
            case currentTime = "current_time"
            case calculate
            case readFile = "read_file"
            case listDirectory = "list_directory"
            case findFiles = "find_files"
            case searchText = "search_text"
            case writeFile = "write_file"
            case editFile = "edit_file"
            case fetchURL = "fetch_url"
            case runCommand = "run_command"

            /// Whether it works on files, or with them as where it starts.
            package var needsWorkspace: Bool {
                switch self {
                case .readFile, .listDirectory, .findFiles, .searchText, .writeFile, .editFile, .runCommand: true
                case .currentTime, .calculate, .fetchURL: false
                }
            }
        }

        package enum Policy: String, Sendable, CaseIterable {
            case allow
            /// A person is asked.
            case ask
            case deny
        }

        /// A program that is offered as a tool.
        package struct Command: Sendable, Equatable {
            package var name: String
            package var description: String
            /// JSON Schema of its arguments.
            package var parameters: JSONObject
            package var command: [String]
            package var environment: [String: Secret]
            /// nil: as ``Tools/timeout``.
            package var timeout: Duration?
            package var policy: Policy

            package init(
                name: String, description: String = "", parameters: JSONObject = [:], command: [String],
                environment: [String: Secret] = [:], timeout: Duration? = nil, policy: Policy = .allow
            ) {
                self.name = name
                self.description = description
                self.parameters = parameters
                self.command = command
                self.environment = environment
                self.timeout = timeout
                self.policy = policy
            }
        }

        /// A program whose tools are offered, spoken to in the Model Context Protocol.
        package struct MCPServer: Sendable, Equatable {
            package var name: String
            package var command: [String]
            package var environment: [String: Secret]
            /// Of a call; nil: as ``Tools/timeout``.
            package var timeout: Duration?
            package var policy: Policy
        }

        package var builtin: [BuiltIn] = []
        /// What file tools see, and where commands start.
        package var workspace = "."
        /// By full name; they win over a command's and a server's own.
        package var policies: [String: Policy] = [:]
        package var commands: [Command] = []
        package var mcpServers: [MCPServer] = []
        /// For `fetch_url`.
        package var allowedHosts: [String] = []
        /// For `run_command`: what a command must begin with.
        package var allowedCommands: [String] = []
        /// For tools that the server runs.
        package var timeout = Duration.seconds(30)
        /// For tools that the client answers.
        package var clientTimeout = Duration.seconds(120)
        /// For a client to approve a call.
        package var approvalTimeout = Duration.seconds(300)
        package var maximumResultBytes = 64 << 10
        /// Calls of one answer that the server runs at the same time.
        package var maximumParallelCalls = 8
        /// Programs of tools at the same time, on each event loop.
        package var maximumProcesses = 32
    }
}

extension Settings.Tools.Command {
    /// - Parameter record: checked against ``SettingTable``.
    init(_ record: [String: SettingValue]) {
        name = record.text("name") ?? ""
        description = record.text("description") ?? ""
        parameters = record.object("parameters") ?? [:]
        command = record.texts("command")
        environment = record.secretMap("env")
        timeout = record.duration("timeout_seconds")
        policy = record.text("policy").flatMap { Settings.Tools.Policy(rawValue: $0) } ?? .allow
    }

    var record: [String: SettingValue] {
        var record: [String: SettingValue] = [
            "name": .text(name), "description": .text(description), "parameters": .object(parameters),
            "command": .texts(command), "env": .secretMap(environment), "policy": .text(policy.rawValue),
        ]
        record["timeout_seconds"] = timeout.map { .duration($0) }
        return record
    }
}

extension Settings.Tools.MCPServer {
    /// - Parameter record: checked against ``SettingTable``.
    init(_ record: [String: SettingValue]) {
        name = record.text("name") ?? ""
        command = record.texts("command")
        environment = record.secretMap("env")
        timeout = record.duration("timeout_seconds")
        policy = record.text("policy").flatMap { Settings.Tools.Policy(rawValue: $0) } ?? .allow
    }

    var record: [String: SettingValue] {
        var record: [String: SettingValue] = [
            "name": .text(name), "command": .texts(command), "env": .secretMap(environment),
            "policy": .text(policy.rawValue),
        ]
        record["timeout_seconds"] = timeout.map { .duration($0) }
        return record
    }
}

extension Settings.Tools {
    /// The keys that give tools, those that do.
    var offers: [String] {
        [
            ("tools.builtin", builtin.isEmpty), ("tools.commands", commands.isEmpty),
            ("tools.mcp_servers", mcpServers.isEmpty),
        ].filter { !$0.1 }.map(\.0)
    }
}

extension [String: SettingValue] {
    fileprivate func text(_ name: String) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }

    fileprivate func texts(_ name: String) -> [String] {
        if case .texts(let texts)? = self[name] { texts } else { [] }
    }

    fileprivate func object(_ name: String) -> JSONObject? {
        if case .object(let object)? = self[name] { object } else { nil }
    }

    fileprivate func duration(_ name: String) -> Duration? {
        if case .duration(let duration)? = self[name] { duration } else { nil }
    }

    fileprivate func secretMap(_ name: String) -> [String: Secret] {
        if case .secretMap(let map)? = self[name] { map } else { [:] }
    }
}
