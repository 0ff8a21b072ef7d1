import JSON

/// Tool calls: which are carried out by whom, and what comes of them.
extension AILoop {
    mutating func startToolRound(
        _ answer: consuming StreamedAnswer, _ assembledCalls: [ToolCallAssembler.AssembledCall],
        into actions: inout [AILoopAction]
    ) {
        let messageID = answer.message.id
        let calls = assembledCalls.map { call in
            let id = toolCallIdentifiers.identifier(for: call.id, index: call.index)
            return RequestedToolCall(id: id, name: call.name ?? "", arguments: call.arguments)
        }
        var assistantMessage = answer.assistantMessage
        assistantMessage.toolCalls = calls.map(\.call)
        var round = ToolRound(message: answer.message, answer: assistantMessage)
        var refusals: [AILoopAction] = []
        for call in calls {
            switch catalog.disposition(ofCallTo: call.call.name, arguments: call.arguments) {
            case .rejected(let content):
                let report = ToolRunReport(content: content, outcome: .invalid)
                round.append(call, .answered(ToolResult(call.call, handler: .server, report)))
                actions.append(.emit(.toolCallRejected(messageID: messageID, call: call.call, reason: content)))
            case .client:
                round.append(call, .client)
                announce(call, .client, needsApproval: false, messageID, &actions)
            case .server(let needsApproval):
                round.append(call, needsApproval ? .approval : .queued)
                announce(call, .server, needsApproval: needsApproval, messageID, &actions)
            case .refused(let content):
                let result = ToolResult(
                    call.call, handler: .server, ToolRunReport(content: content, outcome: .refused))
                round.append(call, .answered(result))
                announce(call, .server, needsApproval: false, messageID, &actions)
                refusals.append(.emit(.toolResultProcessed(messageID: messageID, result: result)))
            }
        }
        actions += refusals
        startTimers(of: round, into: &actions)
        wait(for: round, into: &actions)
    }

    private func announce(
        _ call: RequestedToolCall, _ handler: ToolHandler, needsApproval: Bool, _ messageID: String,
        _ actions: inout [AILoopAction]
    ) {
        actions.append(
            .emit(
                .toolCallGenerated(
                    messageID: messageID, call: call.call, arguments: call.usableArguments, handler: handler,
                    needsApproval: needsApproval)))
    }

    func startTimers(of round: borrowing ToolRound, into actions: inout [AILoopAction]) {
        for (callID, isApproval) in round.timedCalls {
            actions.append(isApproval ? .startApprovalTimer(callID: callID) : .startToolTimer(callID: callID))
        }
    }

    func cancelTimers(of round: borrowing ToolRound, into actions: inout [AILoopAction]) {
        for (callID, _) in round.timedCalls { actions.append(.cancelToolTimer(callID: callID)) }
    }

    /// Running: starts what may run, and waits for what is missing, or for nothing any more.
    mutating func wait(for round: consuming ToolRound, into actions: inout [AILoopAction]) {
        while let (call, arguments) = round.startNext(limit: configuration.maximumParallelTools) {
            actions.append(.startToolRun(call, arguments: arguments))
        }
        guard round.waitingCount == 0 else {
            state = .running(.waitingForToolResults(round))
            return
        }
        context.append(round.answer, results: round.results)
        var message = round.message
        message.toolRounds += 1
        startModelCall(for: message, into: &actions)
    }

    // MARK: What comes in

    /// Something about one call of the round that is waited for.
    enum ToolNews {
        case clientResult(content: String, isError: Bool)
        case runEnded(ToolRunReport)
        case approval(Bool, reason: String?)
        case timedOut
    }

    mutating func receive(
        _ news: ToolNews, ofCall callID: String, into actions: inout [AILoopAction]
    ) -> AILoopAnswer {
        switch takeState() {
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            state = .notStarted
            return .refused(.notStarted)
        case .running(.waitingForToolResults(var round)):
            let isTaken = apply(news, to: callID, of: &round, isPaused: false, into: &actions)
            if isTaken {
                wait(for: round, into: &actions)
            } else {
                state = .running(.waitingForToolResults(round))
            }
            return isTaken ? .accepted : .refused(.unknownToolCall)
        case .paused(.waitingForToolResults(var round), let held):
            let isTaken = apply(news, to: callID, of: &round, isPaused: true, into: &actions)
            state = .paused(.waitingForToolResults(round), held)
            return isTaken ? .accepted : .refused(.unknownToolCall)
        case let other:
            state = other
            return .refused(.unknownToolCall)
        }
    }

    /// False where the call does not wait for such a thing.
    private func apply(
        _ news: ToolNews, to callID: String, of round: inout ToolRound, isPaused: Bool,
        into actions: inout [AILoopAction]
    ) -> Bool {
        let messageID = round.message.id
        var result: ToolResult?
        switch news {
        case .clientResult(let content, let isError):
            result = round.answer(callID, content: content, outcome: isError ? .error : .success)
            if result != nil, !isPaused { actions.append(.cancelToolTimer(callID: callID)) }
        case .runEnded(let report):
            result = round.end(callID, report)
        case .timedOut:
            // While paused timers are stopped; a time-out that was on its way counts no more.
            guard !isPaused else { return false }
            result =
                round.answer(callID, content: Self.toolTimedOutResult, outcome: .timeout)
                ?? round.refuse(callID, content: Self.approvalTimedOutResult)
        case .approval(let isApproved, let reason):
            guard case .approval = round.step(of: callID) else { return false }
            if !isPaused { actions.append(.cancelToolTimer(callID: callID)) }
            actions.append(.emit(.toolApprovalGiven(messageID: messageID, callID: callID, isApproved: isApproved)))
            if isApproved { return round.approve(callID) }
            result = round.refuse(callID, content: Self.refusedResult(reason: reason))
        }
        guard let result else { return false }
        actions.append(.emit(.toolResultProcessed(messageID: messageID, result: result)))
        return true
    }
}
