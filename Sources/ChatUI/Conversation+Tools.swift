/// Tool calls that the person is asked about: for their results, or whether the server may run them.
extension Conversation {
    mutating func wanted(_ wanted: WantedCall) {
        guard !isCancelling else { return }
        if wanted.needsApproval, approvedTools.contains(wanted.name) {
            return call(.approval(id: wanted.id, isApproved: true))
        }
        guard options.canAsk, !isEndOfInput else {
            if wanted.needsApproval { return call(.approval(id: wanted.id, isApproved: false)) }
            unansweredTool = unansweredTool ?? wanted.name
            show(.failed("nobody is there to answer the call to `\(wanted.name)`; the model is told so"))
            return call(.toolResult(id: wanted.id, text: Self.nobodyThere))
        }
        waitingToolCalls.append(wanted)
        if askedToolCall == nil { askForNextResult() }
    }

    mutating func askForNextResult() {
        guard !waitingToolCalls.isEmpty else { return }
        let next = waitingToolCalls.removeFirst()
        // It may have been allowed for good while this one waited.
        if next.needsApproval, approvedTools.contains(next.name) {
            call(.approval(id: next.id, isApproved: true))
            return askForNextResult()
        }
        askedToolCall = next
        actions.append(.ask(next.question))
    }

    /// What the person says about the call.
    mutating func answer(_ asked: WantedCall, _ line: String) {
        guard asked.needsApproval else {
            askedToolCall = nil
            call(.toolResult(id: asked.id, text: line))
            return askForNextResult()
        }
        switch line.lowercased().filter({ !$0.isWhitespace }) {
        case "y", "yes": approve(asked, true)
        case "n", "no": approve(asked, false)
        case "a", "always":
            approvedTools.insert(asked.name)
            approve(asked, true)
        default:
            show(.failed("answer y, n or a"))
            actions.append(.ask(asked.question))
        }
    }

    /// A call of the server's is over: run, refused, or not approved in time, and then it is asked about no more.
    mutating func ran(_ id: String, _ run: ToolRun, _ result: String) {
        toolRuns.add(run, ofCall: id)
        show(.toolResult(id: id, run: run, result: result))
        waitingToolCalls.removeAll { $0.id == id }
        guard askedToolCall?.id == id else { return }
        askedToolCall = nil
        actions.append(.withdrawQuestion)
        askForNextResult()
    }

    private mutating func approve(_ asked: WantedCall, _ isApproved: Bool) {
        askedToolCall = nil
        call(.approval(id: asked.id, isApproved: isApproved))
        askForNextResult()
    }
}

extension Conversation.WantedCall {
    fileprivate var question: Conversation.Question {
        needsApproval ? .approval(name: name, arguments: arguments) : .toolResult(name: name)
    }
}
