import AILoop

/// Hears of every model call that a session makes, for counting.
package protocol ModelCallObserver: AnyObject {
    func modelCallStarted()
    func modelCallEnded(_ outcome: ModelCallOutcome)
}

package enum ModelCallOutcome: Sendable, Hashable {
    case success, error, timeout, cancelled

    /// nil for events that end nothing.
    init?(endingWith event: ModelEvent) {
        switch event {
        case .finished: self = .success
        case .failed(let error): self = error.kind == .timeout ? .timeout : .error
        default: return nil
        }
    }
}
