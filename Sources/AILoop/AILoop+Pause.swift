/// Pause and resume.
extension AILoop {
    mutating func pause(into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch takeState() {
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            state = .notStarted
            return .refused(.notStarted)
        case .paused(let activity, let held):
            state = .paused(activity, held)
            return .refused(.unchanged)
        case .running(let activity):
            switch activity {
            case .waitingForInput: break
            case .assembling(let answer): actions.append(.pauseModelCall(callNumber: answer.callNumber))
            case .waitingForToolResults(let round): cancelTimers(of: round, into: &actions)
            }
            state = .paused(activity, HeldEvents())
            actions.append(.emit(.paused))
            return .accepted
        }
    }

    func hold(
        _ event: ModelEvent, of answer: inout StreamedAnswer, after held: inout HeldEvents,
        into actions: inout [AILoopAction]
    ) {
        answer.isCallOver = event.isLast
        if !held.append(event, limit: configuration.limits.maximumHeldBytes) {
            // The upstream goes on sending whatever it is told. The error comes after what was held.
            answer.isCallOver = true
            actions.append(.cancelModelCall(callNumber: answer.callNumber))
            _ = held.append(.failed(Self.heldTooMuchError), limit: 0)
        }
    }

    mutating func resume(into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch takeState() {
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            state = .notStarted
            return .refused(.notStarted)
        case .running(let activity):
            state = .running(activity)
            return .refused(.unchanged)
        case .paused(.waitingForInput, _):
            state = .running(.waitingForInput)
            actions.append(.emit(.resumed))
            startNextMessage(into: &actions)
        case .paused(.assembling(let answer), let held):
            let heldCall = answer.callNumber
            state = .running(.assembling(answer))
            actions.append(.emit(.resumed))
            for event in held.events { _ = receive(event, callNumber: heldCall, into: &actions) }
            // Where the answer ended among them, there is no call to resume, or it is another one.
            if phase == .assembling, callNumber == heldCall {
                actions.append(.resumeModelCall(callNumber: heldCall))
            }
        case .paused(.waitingForToolResults(let round), _):
            actions.append(.emit(.resumed))
            startTimers(of: round, into: &actions)
            wait(for: round, into: &actions)
        }
        return .accepted
    }
}
