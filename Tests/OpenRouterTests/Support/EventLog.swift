import AILoop

/// Keeps what a model call said, and may answer to it.
final class EventLog: ModelCallReceiver {
    private(set) var events: [ModelEvent] = []
    /// Called with every event, after it was kept.
    var onEvent: ((any ModelCall, ModelEvent) -> Void)?

    func modelCall(_ call: any ModelCall, received event: ModelEvent) {
        events.append(event)
        onEvent?(call, event)
    }

    var text: String {
        events.reduce(into: "") { text, event in
            if case .text(let piece) = event { text += piece }
        }
    }

    var error: ModelError? {
        if case .failed(let error) = events.last { error } else { nil }
    }

    var completion: ModelCompletion? {
        if case .finished(let completion) = events.last { completion } else { nil }
    }
}
