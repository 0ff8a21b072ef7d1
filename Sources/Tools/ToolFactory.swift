import AILoop
import EventLoops
import HTTPClient
import JSON

/// Makes the tools of one loop that do not come and go.
struct ToolFactory {
    let loop: EventLoop
    let calls: BlockingCalls
    let configuration: ToolConfiguration
    let workspace: Workspace?
    let slots: ProcessSlots

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
                maximumResultBytes: configuration.maximumResultBytes)
        case .runCommand:
            return ProgramTool(
                runner: programRunner, definition: definition, policy: policy, timeout: configuration.timeout,
                makeProgram: AllowedCommands(configuration.allowedCommands).makeProgram)
        default:
            guard let body = body(of: tool) else { return nil }
            return BlockingTool(
                loop: loop, calls: calls, definition: definition, policy: policy, timeout: configuration.timeout,
                body: body)
        }
    }

    private func body(of tool: BuiltInTool) -> BlockingTool.Body? {
        switch tool {
        case .currentTime: return CurrentTime.tool
        case .calculate: return { (arguments, _) throws(ToolFailure) in try Calculator.answer(arguments) }
        default: break
        }
        guard let workspace else { return nil }
        switch tool {
        case .readFile: return FileReader(workspace: workspace).readFile
        case .listDirectory: return FileFinder(workspace: workspace).listDirectory
        case .findFiles: return FileFinder(workspace: workspace).findFiles
        case .searchText: return FileFinder(workspace: workspace).searchText
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
            loop: loop, calls: calls, slots: slots, directory: workspace?.path ?? configuration.workspace,
            maximumOutputBytes: configuration.maximumResultBytes)
    }
}
