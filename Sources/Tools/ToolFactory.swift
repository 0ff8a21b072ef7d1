import AILoop
import EventLoops
import HTTPClient
import JSON

/// Makes the tools of one loop that do not come and go.
struct ToolFactory {
    let loop: EventLoop
    let threads: ToolThreads
    let programStarts: BlockingCalls
    let nameLookUps: BlockingCalls
    let configuration: ToolConfiguration
    let workspace: Workspace?
    let places: FairPlaces

    func makeTools() -> [any RunnableTool] {
        configuration.builtIn.compactMap { make($0) } + configuration.commands.map { make($0) }
    }

    private func make(_ tool: BuiltInTool) -> (any RunnableTool)? {
        let specification = tool.specification
        let policy = configuration.policies[tool.rawValue] ?? tool.defaultPolicy
        let definition = FunctionDefinition.make(
            name: tool.rawValue, description: specification.description, parameters: specification.parameters)
        switch tool {
        case .fetchURL:
            return FetchTool(
                loop: loop, definition: definition, policy: policy, timeout: configuration.timeout,
                hosts: HostList(configuration.allowedHosts),
                maximumResultBytes: configuration.maximumResultBytes, lookUps: nameLookUps)
        case .currentTime:
            return ImmediateTool(
                loop: loop, definition: definition, policy: policy, timeout: configuration.timeout,
                body: CurrentTime.tool)
        case .runCommand:
            return ProgramTool(
                runner: programRunner, definition: definition, policy: policy, timeout: configuration.timeout,
                makeProgram: AllowedCommands(configuration.allowedCommands).makeProgram)
        default:
            guard let body = body(of: tool) else { return nil }
            return BlockingTool(
                loop: loop, threads: threads, definition: definition, policy: policy, timeout: configuration.timeout,
                body: body)
        }
    }

    private func body(of tool: BuiltInTool) -> BlockingTool.Body? {
        if tool == .calculate { return Calculator.answer }
        guard let workspace else { return nil }
        let maximumBytes = configuration.maximumResultBytes
        switch tool {
        case .readFile: return FileReader(workspace: workspace, maximumResultBytes: maximumBytes).readFile
        case .listDirectory: return FileFinder(workspace: workspace, maximumResultBytes: maximumBytes).listDirectory
        case .findFiles: return FileFinder(workspace: workspace, maximumResultBytes: maximumBytes).findFiles
        case .searchText: return FileFinder(workspace: workspace, maximumResultBytes: maximumBytes).searchText
        case .writeFile: return FileWriter(workspace: workspace).writeFile
        case .editFile: return FileWriter(workspace: workspace).editFile
        case .currentTime, .calculate, .fetchURL, .runCommand: return nil
        }
    }

    private func make(_ command: CommandSpecification) -> any RunnableTool {
        let definition = FunctionDefinition.make(
            name: command.name, description: command.description, parameters: command.parameters)
        return ProgramTool(
            runner: programRunner, definition: definition,
            policy: configuration.policies[command.name] ?? command.policy,
            timeout: command.timeout ?? configuration.timeout,
            makeProgram: { arguments in
                ToolProgram(
                    arguments: command.command, environment: command.environment,
                    input: JSONValue.object(arguments).encoded() + [0x0A])
            })
    }

    private var programRunner: ProgramRunner {
        ProgramRunner(
            loop: loop, calls: programStarts, places: places, directory: workspace?.path ?? configuration.workspace,
            maximumOutputBytes: configuration.maximumResultBytes)
    }
}
