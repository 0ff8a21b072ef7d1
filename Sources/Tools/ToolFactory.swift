import AILoop
import EventLoops
import HTTPClient
import JSON

/// Makes the tools of one loop that do not come and go.
struct ToolFactory {
    let loop: EventLoop
    let configuration: ToolConfiguration
    /// There where a tool needs it.
    let workspace: Workspace?
    let resources: ToolResources

    func makeTools() -> [RunnableTool] {
        configuration.builtIn.map { make($0) } + configuration.commands.map { make($0) }
    }

    private func make(_ tool: BuiltInTool) -> RunnableTool {
        let specification = tool.specification
        return RunnableTool(
            definition: FunctionDefinition.make(
                name: tool.rawValue, description: specification.description, parameters: specification.parameters),
            policy: configuration.policies[tool.rawValue] ?? tool.defaultPolicy, timeout: configuration.timeout,
            body: body(of: tool))
    }

    private func body(of tool: BuiltInTool) -> any ToolBody {
        switch tool {
        case .currentTime: ImmediateBody(loop: loop, answer: CurrentTime.tool)
        case .calculate:
            BlockingBody(loop: loop, threads: resources.threads) { request, cancellation throws(ToolFailure) in
                try Calculator.answer(request.arguments, cancellation)
            }
        case .readFile:
            fileBody { workspace, request, cancellation throws(ToolFailure) in
                try FileReader(workspace: workspace, maximumResultBytes: request.maximumResultBytes)
                    .readFile(request.arguments, cancellation)
            }
        case .listDirectory: finderBody(FileFinder.listDirectory)
        case .findFiles: finderBody(FileFinder.findFiles)
        case .searchText: finderBody(FileFinder.searchText)
        case .writeFile:
            fileBody { workspace, request, cancellation throws(ToolFailure) in
                try FileWriter(workspace: workspace).writeFile(request.arguments, cancellation)
            }
        case .editFile:
            fileBody { workspace, request, cancellation throws(ToolFailure) in
                try FileWriter(workspace: workspace).editFile(request.arguments, cancellation)
            }
        case .fetchURL:
            FetchBody(
                loop: loop, client: FetchNetwork.publicInternet.makeClient(loop: loop, lookUps: resources.nameLookUps),
                hosts: HostList(configuration.allowedHosts), network: .publicInternet, places: resources.fetches)
        case .runCommand:
            ProgramBody(
                runner: programRunner, makeProgram: AllowedCommands(configuration.allowedCommands).makeProgram)
        }
    }

    private func finderBody(
        _ answer: @escaping @Sendable (FileFinder) -> (JSONObject, Cancellation) throws(ToolFailure) -> String
    ) -> BlockingBody {
        fileBody { workspace, request, cancellation throws(ToolFailure) in
            let finder = FileFinder(workspace: workspace, maximumResultBytes: request.maximumResultBytes)
            return try answer(finder)(request.arguments, cancellation)
        }
    }

    private func fileBody(
        _ answer: @escaping @Sendable (Workspace, ToolRequest, Cancellation) throws(ToolFailure) -> String
    ) -> BlockingBody {
        BlockingBody(loop: loop, threads: resources.threads) { [workspace] request, cancellation throws(ToolFailure) in
            guard let workspace else { throw ToolFailure("the workspace is not open") }
            return try answer(workspace, request, cancellation)
        }
    }

    private func make(_ command: CommandSpecification) -> RunnableTool {
        RunnableTool(
            definition: FunctionDefinition.make(
                name: command.name, description: command.description, parameters: command.parameters),
            policy: configuration.policies[command.name] ?? command.policy,
            timeout: command.timeout ?? configuration.timeout,
            body: ProgramBody(runner: programRunner) { arguments in
                ToolProgram(
                    arguments: command.command, environment: command.environment,
                    input: JSONValue.object(arguments).encoded() + [0x0A])
            })
    }

    private var programRunner: ProgramRunner {
        ProgramRunner(
            loop: loop, calls: resources.programStarts, places: resources.programs,
            directory: workspace?.path ?? configuration.workspace, maximumReadBytes: resources.maximumProgramBytes)
    }
}
