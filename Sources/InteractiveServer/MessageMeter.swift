import AILoop
import EventLoops
import Observability
import Sessions

/// The delegate that counts a session's messages, and tells its worker when one has ended.
final class MessageMeter: InlineAILoopDelegate {
    private unowned let worker: Worker
    /// When the message whose first chunk is awaited was taken up; 0: none is.
    private var waitingSince: UInt64 = 0

    init(worker: Worker) {
        self.worker = worker
    }

    func receive(_ event: AILoopEvent, from session: SessionIdentity) {
        switch event {
        case .userMessageProcessed:
            waitingSince = MonotonicClock.now()
        case .chunkReceived(_, _, let isFinal):
            if waitingSince != 0 { noteFirstChunk() }
            if isFinal { worker.messageEnded(in: session) }
        case .errorOccurred:
            waitingSince = 0
            worker.messageEnded(in: session)
        case .toolCallGenerated(_, _, _, let handler, _):
            worker.metrics.add(to: handler == .client ? .toolCallsClient : .toolCallsServer)
        case .toolCallRejected:
            // The name may be any.
            worker.toolMeter.count(tool: "", outcome: ToolOutcome.invalid.rawValue)
        case .toolResultProcessed(_, let result):
            worker.toolMeter.count(tool: result.toolName, outcome: result.outcome.rawValue)
            if result.handler == .server {
                worker.metrics.observe(nanoseconds: result.durationMilliseconds * 1_000_000, in: .toolRun)
            }
        case .usageReported(_, let usage, _, _):
            worker.metrics.add(usage.promptTokens, to: .promptTokens)
            worker.metrics.add(usage.completionTokens, to: .completionTokens)
        case .sessionStarted, .sessionEnded, .reasoningChunkReceived, .toolApprovalGiven, .paused, .resumed:
            break
        }
    }

    private func noteFirstChunk() {
        worker.metrics.observe(nanoseconds: Int(clamping: MonotonicClock.now() &- waitingSince), in: .firstChunk)
        waitingSince = 0
    }
}
