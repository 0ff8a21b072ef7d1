import AILoop
import EventLoops
import JSON

/// A tool of an MCP server, on one of the sessions' loops.
struct MCPBody: ToolBody {
    let server: String
    /// As the server knows it.
    let name: String
    let timeout: UInt64
    let hub: MCPHub
    let loop: EventLoop

    /// The tools of all servers.
    static func tools(
        _ snapshots: [MCPSnapshot], _ configuration: ToolConfiguration, hub: MCPHub, loop: EventLoop
    ) -> [RunnableTool] {
        snapshots.flatMap { snapshot in
            let timeout = snapshot.timeout ?? configuration.timeout
            let names = MCPToolName.names(snapshot.tools.map(\.name), of: snapshot.server)
            return zip(snapshot.tools, names).map { tool, name in
                RunnableTool(
                    definition: FunctionDefinition.make(
                        name: name, description: tool.description, parameters: tool.inputSchema),
                    policy: configuration.policies[name] ?? snapshot.policy, timeout: timeout,
                    body: MCPBody(server: snapshot.server, name: tool.name, timeout: timeout, hub: hub, loop: loop))
            }
        }
    }

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        let receiver = LoopBound(report, loop: loop)
        let call = MCPCall(tool: name, arguments: request.arguments, timeout: timeout)
        let number = hub.call(call, of: server) { news in receiver.submit { $0(news) } }
        return MCPRun(number: number, server: server, hub: hub)
    }
}

private final class MCPRun: RunningTool {
    private let number: Int
    private let server: String
    private let hub: MCPHub
    private var isOverdue = false

    init(number: Int, server: String, hub: MCPHub) {
        self.number = number
        self.server = server
        self.hub = hub
    }

    func timedOut(_ message: String) -> ToolOutput {
        isOverdue = true
        return .failure(message, outcome: .timeout)
    }

    func cancel() {
        hub.cancel(number, of: server, isOverdue: isOverdue)
    }
}

/// Names of MCP tools as functions may be called: `server__tool`, of letters, digits, `_` and `-`, at most 64 of them.
enum MCPToolName {
    static let maximumLength = 64
    private static let hashLength = 6

    /// One for each of `tools`, whatever their order. What cannot stand in a name becomes `_`; one that is too long, or the same
    /// as another's, gets a mark of its own at the end, but for the tool that is called just so.
    static func names(_ tools: [String], of server: String) -> [String] {
        let plainNames = tools.map { tool in "\(server)__" + String(tool.map { isAllowed($0) ? $0 : "_" }) }
        let counts = Dictionary(plainNames.map { ($0, 1) }, uniquingKeysWith: +)
        return zip(tools, plainNames).map { tool, plain in
            let isItsOwn = counts[plain] == 1 || plain == "\(server)__\(tool)"
            if isItsOwn, plain.utf8.count <= maximumLength { return plain }
            return "\(plain.prefix(maximumLength - hashLength - 1))_\(hash(tool))"
        }
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }

    /// FNV-1a, the same in every process.
    private static func hash(_ text: String) -> String {
        let value = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(value, radix: 36)
        return String(digits.suffix(hashLength))
    }
}
