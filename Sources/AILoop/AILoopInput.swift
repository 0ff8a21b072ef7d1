/// What happens to an AI loop: its driver turns requests, model events and timers into these.
package enum AILoopInput: Sendable {
    case start
    case userMessage(id: String, text: String)
    /// An event of the model call that was started as `callNumber`.
    case model(ModelEvent, callNumber: Int)
    case toolResult(callID: String, content: String, isError: Bool)
    /// The timer started by ``AILoopAction/startToolTimer(callID:)`` ran out.
    case toolTimedOut(callID: String)
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
    case cancelToolTimer(callID: String)
}
