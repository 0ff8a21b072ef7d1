import AILoop
import Observability
import Sessions

/// The delegate that writes what happens in sessions to the log. Never what anybody says in them.
final class EventLog: InlineAILoopDelegate {
    private let log: Logger

    init(log: Logger) {
        self.log = log
    }

    func receive(_ event: AILoopEvent, from session: SessionIdentity) {
        let id = LogValue.string(session.sessionID)
        switch event {
        case .chunkReceived(_, _, isFinal: false), .reasoningChunkReceived:
            break
        case .sessionStarted, .paused, .resumed:
            log.debug(event.name, ["session": id])
        case .sessionEnded(let reason):
            log.debug(event.name, ["session": id, "reason": .string(reason)])
        case .userMessageProcessed(let messageID, _), .chunkReceived(let messageID, _, isFinal: true):
            log.debug(event.name, ["session": id, "message_id": .string(messageID)])
        case .toolCallGenerated(let messageID, let call, _, let handler, let needsApproval):
            log.debug(
                event.name,
                [
                    "session": id, "message_id": .string(messageID), "tool": .string(call.name),
                    "call": .string(call.id), "executor": .string("\(handler)"), "approval": .bool(needsApproval),
                ])
        case .toolCallRejected(let messageID, let call, _):
            log.debug(
                event.name,
                [
                    "session": id, "message_id": .string(messageID), "tool": .string(call.name),
                    "call": .string(call.id),
                ])
        case .toolApprovalGiven(_, let callID, let isApproved):
            log.debug(event.name, ["session": id, "call": .string(callID), "approved": .bool(isApproved)])
        case .toolResultProcessed(let messageID, let result):
            // What the server has done on its machine is for its operator to see.
            log.log(
                result.handler == .server ? .info : .debug, event.name,
                [
                    "session": id, "message_id": .string(messageID), "tool": .string(result.toolName),
                    "call": .string(result.callID), "executor": .string("\(result.handler)"),
                    "outcome": .string(result.outcome.rawValue), "duration_ms": .integer(result.durationMilliseconds),
                    "bytes": .integer(result.content.utf8.count),
                ])
        case .errorOccurred(let messageID, let error):
            log.warning(
                event.name,
                [
                    "session": id, "message_id": .string(messageID), "kind": .string(error.kind.rawValue),
                    "detail": .string(error.detail),
                ])
        case .usageReported(let messageID, let usage, let model, _):
            log.debug(
                event.name,
                [
                    "session": id, "message_id": .string(messageID), "model": .string(model ?? ""),
                    "prompt_tokens": .integer(usage.promptTokens),
                    "completion_tokens": .integer(usage.completionTokens),
                ])
        }
    }
}
