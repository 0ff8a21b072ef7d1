package import AILoop

/// Whose session an event comes from.
package struct SessionIdentity: Sendable, Hashable {
    package var sessionID: String
    package var userID: String

    package init(sessionID: String, userID: String) {
        self.sessionID = sessionID
        self.userID = userID
    }
}

/// Hears of a session's events on its event loop, at once. For what takes no time: the loop waits for it.
package protocol InlineAILoopDelegate: AnyObject {
    /// An error is logged and changes nothing else.
    func receive(_ event: AILoopEvent, from session: SessionIdentity) throws
}

/// Hears of sessions' events in their order, in its own time: see ``DelegateMailbox``.
package protocol AILoopDelegate: Sendable {
    /// An error is logged and changes nothing else.
    func receive(_ event: AILoopEvent, from session: SessionIdentity) async throws
}
