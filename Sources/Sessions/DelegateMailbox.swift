package import AILoop

/// Delivers one session's events to a delegate that may take its time or fail: neither the AI loop nor other delegates
/// wait for it.
package final class DelegateMailbox: InlineAILoopDelegate {
    /// What went wrong with a delegate.
    package enum Trouble: Sendable {
        case failed(any Error)
        /// So many events wait that this one was left out.
        case overflow(limit: Int)
    }

    /// Events that wait for one delegate of one session.
    package static let defaultLimit = 1024

    private typealias Delivery = (event: AILoopEvent, session: SessionIdentity)

    private let limit: Int
    private let deliveries: AsyncStream<Delivery>.Continuation
    private let onTrouble: @Sendable (Trouble) -> Void

    /// - Parameter onTrouble: called on any thread.
    package init(
        _ delegate: any AILoopDelegate, limit: Int = DelegateMailbox.defaultLimit,
        onTrouble: @escaping @Sendable (Trouble) -> Void
    ) {
        self.limit = limit
        self.onTrouble = onTrouble
        let (stream, continuation) = AsyncStream<Delivery>.makeStream(bufferingPolicy: .bufferingOldest(limit))
        deliveries = continuation
        // allowed: ends with the mailbox, which finishes its stream
        Task {
            for await delivery in stream {
                do {
                    try await delegate.receive(delivery.event, from: delivery.session)
                } catch {
                    onTrouble(.failed(error))
                }
            }
        }
    }

    deinit {
        deliveries.finish()
    }

    package func receive(_ event: AILoopEvent, from session: SessionIdentity) {
        if case .dropped = deliveries.yield((event, session)) { onTrouble(.overflow(limit: limit)) }
    }
}
