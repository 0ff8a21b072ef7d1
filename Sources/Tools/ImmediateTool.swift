import AILoop
import EventLoops
import JSON

/// A built-in tool that is done at once.
final class ImmediateTool: RunnableTool {
    let definition: ToolDefinition
    let policy: ToolPolicy
    let timeout: UInt64
    private let loop: EventLoop
    private let body: (JSONObject) throws(ToolFailure) -> String

    init(
        loop: EventLoop, definition: ToolDefinition, policy: ToolPolicy, timeout: UInt64,
        body: @escaping (JSONObject) throws(ToolFailure) -> String
    ) {
        self.loop = loop
        self.definition = definition
        self.policy = policy
        self.timeout = timeout
        self.body = body
    }

    func start(
        _ arguments: JSONObject, for sessionID: String, report: @escaping (ToolRunNews) -> Void
    ) -> any RunningTool {
        let output: ToolOutput
        do throws(ToolFailure) {
            output = .success(try body(arguments))
        } catch {
            output = .failure(error.message)
        }
        return EndedRun(output, loop: loop, report: report)
    }
}
