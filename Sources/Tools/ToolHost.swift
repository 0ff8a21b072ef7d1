package import EventLoops
package import Observability

/// What the tools of all event loops share: the workspace, the threads for what blocks, the MCP servers. One for a process.
package final class ToolHost: Sendable {
    private let configuration: ToolConfiguration
    private let workspace: Workspace?
    private let resources: ToolResources
    private let hub: MCPHub?

    private init(_ configuration: ToolConfiguration, _ limits: ToolLimits, workspace: Workspace?, hub: MCPHub?) {
        self.configuration = configuration
        self.workspace = workspace
        self.hub = hub
        resources = ToolResources(maximumProcesses: configuration.maximumProcesses, limits: limits)
    }

    /// Opens the workspace, and starts the MCP servers: returns when each has told its tools or failed, or when
    /// ``MCPHub/startLimit`` is over. One that fails is started again and again; its tools come when it runs.
    ///
    /// - Throws: where the workspace cannot be opened, or no descriptors are left.
    package static func start(_ configuration: ToolConfiguration, log: Logger) async throws(SystemError) -> ToolHost {
        try await start(configuration, limits: ToolLimits(), log: log)
    }

    static func start(
        _ configuration: ToolConfiguration, limits: ToolLimits, log: Logger
    ) async throws(SystemError) -> ToolHost {
        var workspace: Workspace?
        if configuration.builtIn.contains(where: \.needsWorkspace) || !configuration.commands.isEmpty {
            do throws(SystemError) {
                workspace = try Workspace(path: configuration.workspace)
            } catch {
                throw SystemError(call: "the tools' workspace \(configuration.workspace)", code: error.code)
            }
        }
        var hub: MCPHub?
        if !configuration.mcpServers.isEmpty {
            hub = try await MCPHub.start(configuration.mcpServers, limits: limits.mcp, log: log)
        }
        return ToolHost(configuration, limits, workspace: workspace, hub: hub)
    }

    /// The tools of one loop. On the loop.
    package func makeBox(loop: EventLoop) -> ToolBox {
        let factory = ToolFactory(
            loop: loop, configuration: configuration, workspace: workspace, resources: resources)
        let box = ToolBox(
            loop: loop, maximumResultBytes: configuration.maximumResultBytes, maximumWait: configuration.maximumWait,
            fixedTools: factory.makeTools())
        if let hub {
            let bound = LoopBound(box, loop: loop)
            let configuration = configuration
            hub.subscribe { snapshots in
                bound.submit { box in
                    box.update(dynamicTools: MCPBody.tools(snapshots, configuration, hub: hub, loop: box.eventLoop))
                }
            }
        }
        return box
    }

    /// Ends the MCP servers. Programs of tools end with their runs.
    package func stop() {
        hub?.stop()
    }

    /// Returns when the MCP servers are gone, after ``stop()``.
    package func stopped() async {
        await hub?.stopped()
    }
}

extension BuiltInTool {
    var needsWorkspace: Bool {
        switch self {
        case .readFile, .listDirectory, .findFiles, .searchText, .writeFile, .editFile, .runCommand: true
        case .currentTime, .calculate, .fetchURL: false
        }
    }
}
