import AILoop
import JSON
import SessionProtocol
import Sessions

/// The delegate that turns a session's events into notifications: the only place where that happens.
///
/// Numbers them, keeps them for a client that attaches again, and sends them to the client that owns the session.
final class NotificationBridge: InlineAILoopDelegate {
    /// Beyond this a buffer that a long notification has grown is given back.
    private static let retainedScratchBytes = 16 * 1024

    private let capabilities: Set<Capability>
    private let relayMeter: RelayMeter
    private var encoder: NotificationEncoder
    private var replayBuffer: ReplayBuffer
    /// Nil while nobody is attached.
    private var client: Client?
    /// While the client still gets what it missed: the next one. New notifications queue behind it in the replay buffer.
    private var nextReplaySeq: Int?
    /// Calls that wait for the client's approval, in their order, each with the number of the notification that asked.
    private var waitingApprovals: [(seq: Int, messageID: String, call: ToolCall, arguments: JSONObject)] = []
    /// Reused for every notification.
    private var scratch: [UInt8] = []

    /// - Parameter replayBytes: notifications kept for a client that attaches again, at most this many bytes; 0: none.
    init(sessionID: String, client: Client, capabilities: Set<Capability>, replayBytes: Int, relayMeter: RelayMeter) {
        self.client = client
        self.capabilities = capabilities
        self.relayMeter = relayMeter
        encoder = NotificationEncoder(sessionID: sessionID)
        replayBuffer = ReplayBuffer(maximumBytes: replayBytes)
    }

    /// Of the latest notification.
    var lastSeq: Int { replayBuffer.lastSeq }

    // MARK: Events

    func receive(_ event: AILoopEvent, from session: SessionIdentity) {
        switch event {
        case .chunkReceived(let messageID, let text, let isFinal):
            if isFinal { waitingApprovals = [] }
            send { $0.appendChunk(text, isFinal: isFinal, messageID: messageID, seq: $1, to: &$2) }
            relayMeter.countChunk()
        case .reasoningChunkReceived(let messageID, let text):
            guard capabilities.contains(.reasoning) else { return }
            send { $0.appendReasoningChunk(text, messageID: messageID, seq: $1, to: &$2) }
        case .sessionStarted:
            sendStatus(.active, reason: "Session started")
        case .sessionEnded(let reason):
            sendStatus(.stopped, reason: reason)
        case .paused:
            sendStatus(.paused, reason: "Session paused")
        case .resumed:
            sendStatus(.active, reason: "Session resumed")
        case .toolCallGenerated(let messageID, let call, let arguments, let handler, let needsApproval):
            announce(call, arguments, handler, needsApproval: needsApproval, messageID)
        case .toolApprovalGiven(_, let callID, _):
            waitingApprovals.removeAll { $0.call.id == callID }
        case .toolResultProcessed(let messageID, let result):
            waitingApprovals.removeAll { $0.call.id == result.callID }
            guard capabilities.contains(.toolResults), result.handler == .server else { return }
            send {
                $0.appendToolResult(
                    id: result.callID, name: result.toolName, result: result.content, isError: result.isError,
                    durationMilliseconds: result.durationMilliseconds, messageID: messageID, seq: $1, to: &$2)
            }
        case .errorOccurred(let messageID, let error):
            waitingApprovals = []
            let report = AnswerError(error, messageID: messageID)
            send {
                $0.appendStatus(
                    .error, reason: error.statusReason, error: report, messageID: messageID, seq: $1, to: &$2)
            }
        case .usageReported(let messageID, let usage, let model, let generationID):
            guard capabilities.contains(.usage) else { return }
            let report = UsageReport(usage, model: model, generationID: generationID)
            send { $0.appendUsage(report, messageID: messageID, seq: $1, to: &$2) }
        case .userMessageProcessed, .toolCallRejected:
            break
        }
    }

    private func announce(
        _ call: ToolCall, _ arguments: JSONObject, _ handler: ToolHandler, needsApproval: Bool, _ messageID: String
    ) {
        let executor: ToolExecutor = handler == .client ? .client : .server
        if needsApproval { waitingApprovals.append((lastSeq + 1, messageID, call, arguments)) }
        send {
            $0.appendToolCall(
                id: call.id, name: call.name, arguments: arguments, executor: executor, needsApproval: needsApproval,
                messageID: messageID, seq: $1, to: &$2)
        }
    }

    /// For a message that was refused before the AI loop heard of it.
    func sendInvalidMessage(reason: String) {
        sendStatus(.error, reason: "Error: " + reason)
    }

    private func sendStatus(_ status: SessionStatus, reason: String) {
        send { $0.appendStatus(status, reason: reason, seq: $1, to: &$2) }
    }

    private func send(_ encode: (inout NotificationEncoder, Int, inout [UInt8]) -> Void) {
        scratch.removeAll(keepingCapacity: scratch.capacity <= Self.retainedScratchBytes)
        encode(&encoder, lastSeq + 1, &scratch)
        replayBuffer.append(scratch)
        if nextReplaySeq == nil {
            client?.notify(scratch)
        } else {
            catchUp()
        }
    }

    // MARK: Attaching

    /// Whether everything after `seq` can still be sent again.
    func canReplay(after seq: Int) -> Bool {
        replayBuffer.canReplay(after: seq)
    }

    /// The session is the new client's from now on; it gets everything after `seq` again, where one is given, as fast as
    /// it reads.
    func attach(_ client: Client, replayingAfter seq: Int?) {
        self.client = client
        nextReplaySeq = seq.map { $0 + 1 }
        catchUp()
        askAgain(after: seq ?? lastSeq)
    }

    /// Approvals that still wait, and that are not among what is sent again anyway.
    private func askAgain(after seq: Int) {
        let missed = waitingApprovals.filter { $0.seq <= seq }
        waitingApprovals.removeAll { $0.seq <= seq }
        for approval in missed {
            announce(approval.call, approval.arguments, .server, needsApproval: true, approval.messageID)
        }
    }

    func detach() {
        client = nil
        nextReplaySeq = nil
    }

    /// Sends what the client missed, as much as it has room for; goes on when it has more.
    func catchUp() {
        while let seq = nextReplaySeq, let client {
            guard seq <= lastSeq else {
                nextReplaySeq = nil
                return
            }
            // It reads so slowly that what it waits for is no longer kept.
            guard let message = replayBuffer[seq] else { return client.fallBehind() }
            guard client.hasRoom(for: message.count) else { return client.waitForRoom(self) }
            client.notify(message)
            nextReplaySeq = seq + 1
        }
    }

    /// Told to the client that loses the session, without a number: it is no event of the session.
    func sendAttachedElsewhere() {
        var message: [UInt8] = []
        encoder.appendStatus(.stopped, reason: "Session attached elsewhere", seq: nil, to: &message)
        client?.notify(message)
    }
}
