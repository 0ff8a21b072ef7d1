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
    private let threads: ToolThreads
    private let body: Body

    init(
        loop: EventLoop, threads: ToolThreads, definition: ToolDefinition, policy: ToolPolicy, timeout: UInt64,
        body: @escaping Body
    ) {
        self.loop = loop
        self.threads = threads
        self.definition = definition
        self.policy = policy
        self.timeout = timeout
        self.body = body
    }

    func start(
        _ arguments: JSONObject, for sessionID: String, report: @escaping (ToolRunNews) -> Void
    ) -> any RunningTool {
        let cancellation = Cancellation()
        let receiver = LoopBound(report, loop: loop)
        let ticket = threads.run(for: sessionID) { [body] in
            guard !cancellation.isCancelled else { return }
            receiver.submit { $0(.began) }
            let output: ToolOutput
            do throws(ToolFailure) {
                output = .success(try body(arguments, cancellation))
            } catch {
                output = .failure(error.message)
            }
            receiver.submit { $0(.ended(output)) }
        }
        guard let ticket else {
            return EndedRun(.failure("too many tools are running; try again later"), loop: loop, report: report)
        }
        return BlockingRun(ticket: ticket, threads: threads, cancellation: cancellation)
    }
}

private final class BlockingRun: RunningTool {
    private let ticket: FairPlaces.Ticket
    private let threads: ToolThreads
    private let cancellation: Cancellation

    init(ticket: FairPlaces.Ticket, threads: ToolThreads, cancellation: Cancellation) {
        self.ticket = ticket
        self.threads = threads
        self.cancellation = cancellation
    }

    /// A body that runs sees to it soon that it is cancelled.
    func cancel() {
        cancellation.cancel()
        _ = threads.places.withdraw(ticket)
    }
}
