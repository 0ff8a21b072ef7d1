import InteractiveClient
import JSON
import JSONRPC
import SessionProtocol

/// What the server answers and tells.
extension Conversation {
    mutating func replied(_ purpose: Purpose, _ result: Result<JSONValue, RPCClient.CallError>) {
        switch result {
        case .success(let value): succeeded(purpose, value)
        case .failure(.refused(let error)): refused(purpose, error)
        case .failure(.disconnected):
            // To be asked again, once there is a connection.
            interruptedCalls.append(purpose)
        }
    }

    private mutating func succeeded(_ purpose: Purpose, _ value: JSONValue) {
        switch purpose {
        case .start: started(value)
        case .send:
            if phase == .answering { currentMessageID = value["messageId"]?.string }
        case .cancel:
            isCancelled = value["status"]?.int == OutcomeStatus.ok.rawValue
            if endWaitsForCancel { answerEnded(ChatEnding(isCancelled ? .cancelled : .stop)) }
        case .showHistory: report(Transcript(value).text(toolRuns.runs))
        case .showSystemPrompt: report(Transcript(value).systemPrompt ?? "There is no system prompt.")
        case .save(let path):
            let transcript = Transcript(value)
            actions.append(
                .save(path: path, text: path.hasSuffix(".json") ? transcript.json : transcript.text(toolRuns.runs)))
            ask()
        case .listModels: report(modelList(value))
        case .attach(let replays): attached(value, replays: replays)
        case .checkArrival(let message):
            // Nothing of it was answered yet, so it would be the last.
            if Transcript(value).lastUserMessage != message { call(.send(message)) }
        case .toolResult, .approval, .stop: break
        }
    }

    private mutating func started(_ value: JSONValue) {
        sessionID = value["sessionId"]?.string
        resumeToken = value["resumeToken"]?.string
        model = value["model"]?.string ?? options.model ?? ""
        // The session's start, which is told besides, is the first.
        lastSeq = 1
        totalUsage = MessageUsage()
        answers = 0
        toolRuns = ToolRunLog()
        phase = .idle
        show(.session(id: sessionID ?? "", model: model))
        if let message = options.message { send(message) } else { ask() }
    }

    private mutating func refused(_ purpose: Purpose, _ error: JSONRPCError) {
        let failure = ChatFailure(kind: error.kind ?? "error", detail: error.detail ?? error.message)
        switch purpose {
        case .start:
            guard sessionID != nil else {
                show(.failed(failure.detail))
                show(.done(ChatEnding(.error, error: failure)))
                return leave(.broken)
            }
            phase = .over
            show(.failed(failure.detail))
            ask()
        case .send:
            show(.failed(failure.detail))
            answerEnded(ChatEnding(.error, error: failure))
        case .toolResult, .approval:
            // Taken already before the connection was lost, or too late: the answer goes on either way.
            if error.kind != ErrorKind.unknownToolCall.rawValue { show(.failed(failure.detail)) }
        case .attach(let replays):
            if replays, error.kind == ErrorKind.replayGap.rawValue { return call(.attach(replays: false)) }
            lost("the server does not have the session any more: \(failure.detail)")
        case .checkArrival(let message): call(.send(message))
        case .cancel:
            isCancelling = false
            if endWaitsForCancel { answerEnded(ChatEnding(.stop)) }
        case .showHistory, .showSystemPrompt, .save, .listModels:
            show(.failed(failure.detail))
            ask()
        case .stop: break
        }
    }

    mutating func report(_ text: String) {
        show(.said(text))
        ask()
    }

    private func modelList(_ value: JSONValue) -> String {
        let ids = (value["models"]?.array ?? []).compactMap { $0["id"]?.string }
        let known = ids.contains(model) ? ids : [model] + ids
        return known.map { ($0 == model ? "* " : "  ") + $0 }.joined(separator: "\n")
    }

    // MARK: Notifications

    mutating func notified(_ notification: SessionNotification) {
        // A former session may still have something to say.
        guard phase != .starting, notification.sessionID == sessionID else { return }
        if let seq = notification.seq {
            // Sent again though it was seen.
            guard seq > lastSeq else { return }
            lastSeq = seq
            attempts = 0
        }
        if let messageID = notification.messageID {
            guard !droppedMessageIDs.contains(messageID), messageID == currentMessageID ?? messageID else { return }
        }
        switch notification.content {
        case .status(.stopped, let reason, _): sessionEnded(reason ?? "")
        case .status(.error, let reason, let error) where phase == .answering:
            let failure = error.map { ChatFailure($0) } ?? ChatFailure(kind: "error", detail: reason ?? "error")
            show(.failed(failure.detail))
            answerEnded(ChatEnding(.error, error: failure))
        case .status: break
        case .chunk(_, isFinal: true):
            // Whether it is whole is known once the cancelling is answered.
            if isCancelling, calls.values.contains(.cancel) {
                endWaitsForCancel = true
            } else {
                answerEnded(ChatEnding(isCancelled ? .cancelled : .stop))
            }
        case .chunk(let text, isFinal: false): if !text.isEmpty { show(.text(text)) }
        case .reasoningChunk(let text): if !text.isEmpty { show(.reasoning(text)) }
        case .toolCall(let id, let name, let arguments, let executor, let needsApproval):
            // An approval that waits is asked for again after a lost connection.
            guard id != askedToolCall?.id, !waitingToolCalls.contains(where: { $0.id == id }) else { return }
            show(
                .toolCall(
                    id: id, name: name, arguments: arguments, executor: executor, needsApproval: needsApproval))
            if executor == .client || needsApproval {
                wanted(WantedCall(id: id, name: name, arguments: arguments, needsApproval: needsApproval))
            }
        case .toolResult(let id, let name, let result, let isError, let duration):
            ran(id, ToolRun(name: name, isError: isError, durationMilliseconds: duration), result)
        case .usage(let report):
            var sum = usage ?? MessageUsage()
            sum.add(report)
            usage = sum
        }
    }

    private mutating func sessionEnded(_ reason: String) {
        let words = reason.isEmpty ? "the session has ended" : "the session has ended: \(reason)"
        show(.failed(words))
        guard phase == .answering || !options.isConversation else {
            phase = .over
            return
        }
        show(.done(ChatEnding(.error, usage: usage, error: ChatFailure(.sessionEnded, words))))
        guard options.isConversation else { return leave(.broken) }
        phase = .over
        askedToolCall = nil
        waitingToolCalls = []
        ask()
    }
}
