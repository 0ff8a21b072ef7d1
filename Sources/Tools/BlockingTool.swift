import AILoop
import EventLoops
import JSON

/// A built-in tool that reads files or reckons: it runs on a thread of its own.
final class BlockingTool: RunnableTool {
    typealias Body = @Sendable (JSONObject, Cancellation) throws(ToolFailure) -> String

    let definition: ToolDefinition
    let policy: ToolPolicy
    let timeout: UInt64
    private let loop: EventLoop
    private let calls: BlockingCalls
    private let body: Body

    init(
        loop: EventLoop, calls: BlockingCalls, definition: ToolDefinition, policy: ToolPolicy, timeout: UInt64,
        body: @escaping Body
    ) {
        self.loop = loop
        self.calls = calls
        self.definition = definition
        self.policy = policy
        self.timeout = timeout
        self.body = body
    }

    func start(_ arguments: JSONObject, report: @escaping (ToolRunNews) -> Void) -> any ToolRun {
        let cancellation = Cancellation()
        let receiver = LoopBound(report, loop: loop)
        let isTaken = calls.run { [body] in
            guard !cancellation.isCancelled else { return }
            let output: ToolOutput
            do throws(ToolFailure) {
                output = .success(try body(arguments, cancellation))
            } catch {
                output = .failure(error.message)
            }
            receiver.submit { $0(.ended(output)) }
        }
        if !isTaken {
            receiver.submit { $0(.ended(.failure("too many tools are running; try again later"))) }
        }
        return cancellation
    }
}
