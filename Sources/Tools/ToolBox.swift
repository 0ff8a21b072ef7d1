package import AILoop
import EventLoops
package import JSON

/// The tools of one event loop: those that are built in, configured commands, and those of MCP servers.
///
/// Every run has a time limit here, and every result its length.
package final class ToolBox: ToolService {
    private let loop: EventLoop
    /// What of a result is given to the model at most, by the session.
    package var maximumResultBytes: (_ sessionID: String) -> Int
    private let maximumWait: UInt64
    private let fixedTools: [RunnableTool]
    private var toolsByName: [String: RunnableTool] = [:]
    package private(set) var tools = ServerToolSet()
    package private(set) var version = 0
    private var executions: [ObjectIdentifier: ToolExecution] = [:]

    init(loop: EventLoop, maximumResultBytes: Int, maximumWait: UInt64, fixedTools: [RunnableTool]) {
        self.loop = loop
        self.maximumResultBytes = { _ in maximumResultBytes }
        self.maximumWait = maximumWait
        self.fixedTools = fixedTools
        update(dynamicTools: [])
    }

    var eventLoop: EventLoop { loop }

    /// Calls under way.
    package var runningCount: Int { executions.count }

    /// The tools that come and go are these from now on. Of two with one name the first is taken.
    func update(dynamicTools: [RunnableTool]) {
        let all = fixedTools + dynamicTools
        toolsByName = Dictionary(all.map { ($0.definition.name, $0) }) { first, _ in first }
        tools = ServerToolSet(all.map { ServerTool(definition: $0.definition, policy: $0.policy) })
        version += 1
    }

    package func start(
        _ call: ToolCall, arguments: JSONObject, for sessionID: String, completion: @escaping (ToolRunReport) -> Void
    ) -> any ToolRun {
        let execution = ToolExecution(
            loop: loop, maximumWait: maximumWait,
            request: ToolRequest(
                arguments: arguments, sessionID: sessionID, maximumResultBytes: maximumResultBytes(sessionID)),
            completion: completion, onEnd: { [weak self] in self?.executions[ObjectIdentifier($0)] = nil })
        executions[ObjectIdentifier(execution)] = execution
        execution.start(toolsByName[call.name])
        return execution
    }

    /// Ends all runs at once: the loop is about to stop.
    package func stop() {
        for execution in executions.values { execution.cancel() }
    }
}

extension String {
    /// As much of it as fits, cut between characters, with a word about the rest: the model is told what it does not see.
    package func limited(toBytes limit: Int) -> String { limited(toBytes: limit, omitted: .none) }

    func limited(toBytes limit: Int, omitted: ToolOutput.Omission) -> String {
        guard utf8.count > limit || omitted != .none else { return self }
        let total =
            switch omitted {
            case .none: "\(utf8.count) bytes are"
            case .bytes(let count): "\(utf8.count + count) bytes are"
            case .unknown: "there is"
            }
        return prefix(utf8: limit)
            + "\n[cut: \(total) more than the limit of \(limit)\(omitted == .unknown ? " bytes" : "")]"
    }
}
