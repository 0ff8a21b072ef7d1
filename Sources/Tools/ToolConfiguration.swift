package import AILoop
package import JSON

/// Which tools a server has, and what they may do. Times in nanoseconds.
package struct ToolConfiguration: Sendable {
    /// Names of built-in tools to offer, see ``BuiltInTool``.
    package var builtIn: [BuiltInTool]
    /// The directory that file tools see, and that commands start in.
    package var workspace: String
    /// By a tool's full name; they win over all others.
    package var policies: [String: ToolPolicy]
    package var commands: [CommandSpecification]
    package var mcpServers: [MCPServerSpecification]
    /// Hosts that `fetch_url` may ask: names, or `*.` and a domain for all names below it.
    package var allowedHosts: [String]
    /// Programs that `run_command` may start, with the arguments that they must begin with: `git status`.
    package var allowedCommands: [[String]]
    /// For tools without a time limit of their own.
    package var timeout: UInt64
    /// What of a result is given to the model at most.
    package var maximumResultBytes: Int
    /// Programs that tools run at the same time in the whole process; further calls wait for their turn.
    package var maximumProcesses: Int
    /// For its turn a call waits at most so long.
    package var maximumWait: UInt64

    package static let usualMaximumWait: UInt64 = 60_000_000_000

    package init(
        builtIn: [BuiltInTool] = [], workspace: String = ".", policies: [String: ToolPolicy] = [:],
        commands: [CommandSpecification] = [], mcpServers: [MCPServerSpecification] = [], allowedHosts: [String] = [],
        allowedCommands: [[String]] = [], timeout: UInt64 = 30_000_000_000, maximumResultBytes: Int = 64 << 10,
        maximumProcesses: Int = 32, maximumWait: UInt64 = usualMaximumWait
    ) {
        self.builtIn = builtIn
        self.workspace = workspace
        self.policies = policies
        self.commands = commands
        self.mcpServers = mcpServers
        self.allowedHosts = allowedHosts
        self.allowedCommands = allowedCommands
        self.timeout = timeout
        self.maximumResultBytes = maximumResultBytes
        self.maximumProcesses = maximumProcesses
        self.maximumWait = maximumWait
    }
}

/// A program that is offered as a tool.
package struct CommandSpecification: Sendable {
    package var name: String
    package var description: String
    /// JSON Schema of its arguments.
    package var parameters: JSONObject
    package var command: [String]
    /// Beside the basic variables. May hold secrets.
    package var environment: [String: String]
    /// nil: ``ToolConfiguration/timeout``.
    package var timeout: UInt64?
    package var policy: ToolPolicy

    package init(
        name: String, description: String = "", parameters: JSONObject = [:], command: [String],
        environment: [String: String] = [:], timeout: UInt64? = nil, policy: ToolPolicy = .allow
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

/// An MCP server that is spoken to over its standard input and output.
package struct MCPServerSpecification: Sendable {
    /// What its tools' names begin with.
    package var name: String
    package var command: [String]
    /// Beside the basic variables. May hold secrets.
    package var environment: [String: String]
    /// Of a call; nil: ``ToolConfiguration/timeout``.
    package var timeout: UInt64?
    package var policy: ToolPolicy

    package init(
        name: String, command: [String], environment: [String: String] = [:], timeout: UInt64? = nil,
        policy: ToolPolicy = .allow
    ) {
        self.name = name
        self.command = command
        self.environment = environment
        self.timeout = timeout
        self.policy = policy
    }
}

/// The built-in tools; the raw value is the name.
package enum BuiltInTool: String, Sendable, Hashable, CaseIterable {
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

    /// Where the configuration names none: what changes something asks.
    package var defaultPolicy: ToolPolicy {
        switch self {
        case .writeFile, .editFile, .runCommand: .ask
        case .currentTime, .calculate, .readFile, .listDirectory, .findFiles, .searchText, .fetchURL: .allow
        }
    }
}
