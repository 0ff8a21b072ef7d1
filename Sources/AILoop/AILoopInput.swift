package import JSON

/// What happens to an AI loop: its driver turns requests, model events and timers into these.
package enum AILoopInput: Sendable {
    case start
    case userMessage(id: String, text: String)
    /// An event of the model call that was started as `callNumber`.
    case model(ModelEvent, callNumber: Int)
    /// From the client.
    case toolResult(callID: String, content: String, isError: Bool)
    /// The timer started by ``AILoopAction/startToolTimer(callID:)`` or ``AILoopAction/startApprovalTimer(callID:)`` ran out.
    case toolTimedOut(callID: String)
    /// What ``AILoopAction/startToolRun(_:arguments:)`` started has ended.
    case toolRunEnded(callID: String, ToolRunReport)
    /// The client says whether a call may be carried out; `reason` is told to the model where it may not.
    case toolApproval(callID: String, isApproved: Bool, reason: String?)
    /// nil: the message being answered or, where none is, the first that waits.
    case cancel(messageID: String?)
    case pause
    case resume
    case stop(reason: String)
}

/// What became of an input, known at once: the API answers requests with it before anything streams.
package enum AILoopAnswer: Sendable, Hashable {
    case accepted
    /// Nothing changed and no action was appended.
    case refused(Refusal)

    package enum Refusal: Sendable, Hashable {
        case notStarted
        case shutDown
        /// As many messages wait as ``AILoopConfiguration/maximumQueuedMessages`` allows.
        case queueFull(limit: Int)
        /// No such call waits for a result: unknown, answered, timed out or cancelled.
        case unknownToolCall
        case nothingToCancel
        /// The loop is already started, paused or running.
        case unchanged
        /// The model call is over; the event came too late.
        case staleModelCall
    }
}

/// What the driver has to do, in this order.
package enum AILoopAction: Sendable, Hashable {
    case emit(AILoopEvent)
    case startModelCall(ModelRequest, callNumber: Int)
    /// Only ever for the running call. Its later events would be refused.
    case cancelModelCall(callNumber: Int)
    case pauseModelCall(callNumber: Int)
    case resumeModelCall(callNumber: Int)
    /// The client has from now until the configured time-out to answer the call.
    case startToolTimer(callID: String)
    /// The client has from now until the configured time-out to approve the call.
    case startApprovalTimer(callID: String)
    /// Of either kind.
    case cancelToolTimer(callID: String)
    /// Carries a call out; ``AILoopInput/toolRunEnded(callID:_:)`` tells what came of it, later.
    case startToolRun(ToolCall, arguments: JSONObject)
    /// Only ever for a running one. Its end would be refused.
    case cancelToolRun(callID: String)
}
