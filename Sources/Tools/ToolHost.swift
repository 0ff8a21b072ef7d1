package import EventLoops
import HTTPClient
package import Observability

/// What the tools of all event loops share: the workspace, the threads for what blocks, the MCP servers. One for a process.
package final class ToolHost: Sendable {
    /// Threads that start programs, and threads that look names up for `fetch_url`: each kind of its own, so that neither
    /// waits for what takes long elsewhere.
    static let maximumHelpers = 4
    /// Programs that wait for their turn.
    static let maximumWaitingPrograms = 4096

    private let configuration: ToolConfiguration
    private let workspace: Workspace?
    private let threads = ToolThreads()
    private let programStarts: BlockingCalls
    private let nameLookUps = BlockingCalls(maximumThreads: maximumHelpers)
    private let places: FairPlaces
    private let hub: MCPHub?

    private init(configuration: ToolConfiguration, workspace: Workspace?, hub: MCPHub?) {
        self.configuration = configuration
        self.workspace = workspace
        self.hub = hub
        let maximum = configuration.maximumProcesses
        programStarts = BlockingCalls(maximumThreads: Self.maximumHelpers, maximumWaiting: maximum)
        places = FairPlaces(
            maximumTaken: maximum, maximumPerSession: maximum, maximumWaiting: Self.maximumWaitingPrograms)
    }

    /// Opens the workspace, and starts the MCP servers: returns when each has told its tools or failed, or when
    /// ``MCPHub/startLimit`` is over. One that fails is started again and again; its tools come when it runs.
    ///
    /// - Throws: where the workspace cannot be opened, or no descriptors are left.
    package static func start(_ configuration: ToolConfiguration, log: Logger) async throws(SystemError) -> ToolHost {
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
            hub = try await MCPHub.start(configuration.mcpServers, log: log)
        }
        return ToolHost(configuration: configuration, workspace: workspace, hub: hub)
    }

    /// The tools of one loop. On the loop.
    package func makeBox(loop: EventLoop) -> ToolBox {
        let factory = ToolFactory(
            loop: loop, threads: threads, programStarts: programStarts, nameLookUps: nameLookUps,
            configuration: configuration, workspace: workspace, places: places)
        let box = ToolBox(
            loop: loop, maximumResultBytes: configuration.maximumResultBytes, maximumWait: configuration.maximumWait,
            fixedTools: factory.makeTools())
        if let hub {
            let bound = LoopBound(box, loop: loop)
            let configuration = configuration
            hub.subscribe { snapshots in
                bound.submit { box in
                    box.update(dynamicTools: MCPTool.tools(snapshots, configuration, hub: hub, loop: box.eventLoop))
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
