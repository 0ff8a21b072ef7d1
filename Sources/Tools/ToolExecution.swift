import AILoop
import EventLoops

/// One run of a tool with its time limit, which begins when its turn has come; the wait for that has a limit of its own.
final class ToolExecution: ToolRun {
    /// However much progress it tells, a run lasts at most this many times its time limit.
    static let maximumExtensions: UInt64 = 10

    private let loop: EventLoop
    private let maximumWait: UInt64
    private let request: ToolRequest
    /// When its turn came; until then, when it was asked for.
    private var began = MonotonicClock.now()
    private var completion: ((ToolRunReport) -> Void)?
    private let onEnd: (ToolExecution) -> Void
    private var run: (any RunningTool)?
    private var timer: TimerID?
    private var timeout: UInt64 = 0

    init(
        loop: EventLoop, maximumWait: UInt64, request: ToolRequest,
        completion: @escaping (ToolRunReport) -> Void, onEnd: @escaping (ToolExecution) -> Void
    ) {
        self.loop = loop
        self.maximumWait = maximumWait
        self.request = request
        self.completion = completion
        self.onEnd = onEnd
    }

    func start(_ tool: RunnableTool?) {
        guard let tool else {
            // It was there when the model was asked.
            timer = loop.schedule(after: 0) { [weak self] in
                self?.end(.failure("the tool is not available any more; do without it"))
            }
            return
        }
        timeout = tool.timeout
        timer = loop.schedule(after: maximumWait) { [weak self] in self?.giveUpWaiting() }
        run = tool.body.start(request) { [weak self] news in
            switch news {
            case .began: self?.begin()
            case .progress: self?.extend()
            case .ended(let output): self?.end(output)
            }
        }
    }

    func cancel() {
        guard completion != nil else { return }
        close()
        run?.cancel()
        run = nil
    }

    private func giveUpWaiting() {
        let run = run
        let seconds = maximumWait / 1_000_000_000
        end(
            .failure(
                """
                the server is busy with other tools: this one did not get its turn within \(seconds) s and was not started. \
                Try again later, or do without it.
                """,
                outcome: .timeout))
        run?.cancel()
    }

    private func begin() {
        guard completion != nil else { return }
        if let timer { loop.cancel(timer) }
        began = MonotonicClock.now()
        scheduleTimeOut(after: timeout)
    }

    private func scheduleTimeOut(after nanoseconds: UInt64) {
        timer = loop.schedule(after: nanoseconds) { [weak self] in
            guard let self else { return }
            guard let run else { return }
            let seconds = Double((MonotonicClock.now() - began) / 1_000_000) / 1000
            end(run.timedOut("the tool did not finish in time and was stopped after \(seconds) s."))
            run.cancel()
        }
    }

    private func extend() {
        guard completion != nil, let timer else { return }
        let latest = began + timeout * Self.maximumExtensions
        let now = MonotonicClock.now()
        loop.cancel(timer)
        scheduleTimeOut(after: min(timeout, latest > now ? latest - now : 0))
    }

    private func end(_ output: ToolOutput) {
        guard let completion else { return }
        close()
        run = nil
        let milliseconds = Int((MonotonicClock.now() - began) / 1_000_000)
        completion(
            ToolRunReport(
                content: output.content.limited(toBytes: request.maximumResultBytes, omitted: output.omission),
                outcome: output.outcome,
                durationMilliseconds: milliseconds))
    }

    private func close() {
        completion = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        onEnd(self)
    }
}
