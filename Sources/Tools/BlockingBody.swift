import AILoop
import EventLoops

/// A built-in tool that reads files or reckons: it runs on a thread of its own.
struct BlockingBody: ToolBody {
    let loop: EventLoop
    let threads: ToolThreads
    let answer: @Sendable (ToolRequest, Cancellation) throws(ToolFailure) -> String

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        let cancellation = Cancellation()
        let receiver = LoopBound(report, loop: loop)
        let refused: @Sendable () -> Void = {
            receiver.submit { $0(.ended(.failure("no thread can be started for it; try again later"))) }
        }
        let ticket = threads.run(for: request.sessionID, refused: refused) { [answer] in
            guard !cancellation.isCancelled else { return }
            receiver.submit { $0(.began) }
            let output = ToolOutput { () throws(ToolFailure) in try answer(request, cancellation) }
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
