import JSON
import SessionProtocol

/// Losing the connection, and having it back.
extension Conversation {
    /// Milliseconds before each attempt; as many attempts are made.
    package static let reconnectDelays = [100, 300, 900, 2000, 3000]

    /// Close codes that the same message would only bring about again: too large, against a policy (RFC 6455 §7.4.1).
    private static let finalCodes: [UInt16] = [1008, 1009]

    mutating func opened() {
        switch link {
        case .connecting:
            link = .open
            call(.start)
        case .lost: call(.attach(replays: true))
        case .open, .left: break
        }
    }

    mutating func disconnected(_ code: UInt16?, _ reason: String) {
        interruptedCalls += calls.sorted { $0.key < $1.key }.map(\.value)
        calls = [:]
        // An attachment that broke begins anew.
        interruptedCalls.removeAll { if case .attach = $0 { true } else { false } }
        let reason = reason.isEmpty ? "the connection is closed" : reason
        guard phase != .starting else {
            show(.failed(reason))
            show(.done(ChatEnding(.error, error: ChatFailure(.unreachable, reason))))
            return leave(.unreachable)
        }
        let isFinal = phase == .over || code.map { Self.finalCodes.contains($0) } ?? false
        guard !isFinal, options.isRemote, resumeToken != nil, attempts < Self.reconnectDelays.count else {
            return lost("the connection to the server is lost: \(code == 1009 ? Self.tooLarge : reason)")
        }
        link = .lost
        attempts += 1
        show(.reconnecting(attempt: attempts, of: Self.reconnectDelays.count, reason: reason))
        actions.append(.wait(milliseconds: Self.reconnectDelays[attempts - 1]))
    }

    private static let tooLarge = "the server takes no message as large as this one"

    /// The session is out of reach for good.
    mutating func lost(_ words: String) {
        show(.failed(words))
        if phase == .answering || !options.isConversation {
            show(.done(ChatEnding(.disconnected, usage: usage, error: ChatFailure(.disconnected, words))))
        }
        leave(.broken)
    }

    mutating func attached(_ result: JSONValue, replays: Bool) {
        link = .open
        show(.reconnected)
        let missed = (result["lastSeq"]?.int ?? lastSeq) > lastSeq
        let interrupted = interruptedCalls
        interruptedCalls = []
        if !replays { lastSeq = result["lastSeq"]?.int ?? lastSeq }
        for purpose in interrupted {
            switch purpose {
            case .send(let message):
                // Before it everything was answered and seen: what was missed can only be its answer.
                if !missed { call(.checkArrival(message: message)) }
            default: call(purpose)
            }
        }
        if !replays, phase == .answering { passOverAnswer() }
    }

    /// Part of the answer is not to be had any more: the rest would be no answer.
    private mutating func passOverAnswer() {
        if let currentMessageID { droppedMessageIDs.insert(currentMessageID) }
        let words = "part of the answer was lost with the connection; `/history` shows all of it"
        show(.failed(words))
        answerEnded(ChatEnding(.disconnected, error: ChatFailure(.disconnected, words)))
    }
}
