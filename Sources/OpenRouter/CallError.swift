import AILoop
import HTTP1

/// The failures of a model call that no upstream reported.
enum CallError {
    static let truncated = ModelError(
        kind: .truncated, detail: "The AI service's answer broke off before its end.", retryable: true)

    static let tooManyWaiting = ModelError(
        kind: .limitReached, detail: "Too many requests wait for the AI service already.", retryable: true)

    static func noPlace(within limit: Duration) -> ModelError {
        ModelError(
            kind: .timeout,
            detail: "No place among the concurrent requests to the AI service became free within \(seconds(limit)).",
            retryable: true)
    }

    /// - Parameters:
    ///   - reader: nil before the head of the response.
    ///   - whole: whether the call as a whole ran out of time.
    static func tooSlow(_ reader: AnswerReader?, whole: Bool, _ configuration: OpenRouterConfiguration) -> ModelError {
        let detail =
            if whole {
                "The AI service did not finish its answer within \(seconds(configuration.timeout))."
            } else if reader == nil {
                "The AI service did not respond within \(seconds(configuration.firstByteTimeout ?? configuration.timeout))."
            } else {
                "The AI service sent nothing of its answer for \(seconds(configuration.idleTimeout ?? configuration.timeout))."
            }
        return ModelError(kind: .timeout, detail: detail, retryable: true)
    }

    /// - Parameter responseStarted: whether the head of a response had arrived.
    static func transport(_ error: HTTPTransportError, responseStarted: Bool) -> ModelError {
        switch error.kind {
        case .connectionLost where responseStarted:
            truncated
        case .connectTimeout:
            ModelError(kind: .timeout, detail: error.detail, retryable: true)
        case .malformedResponse:
            ModelError(kind: .malformedResponse, detail: error.detail, retryable: true)
        case .unresolvedHost, .connectionRefused, .connectionLost:
            ModelError(kind: .connectionFailed, detail: error.detail, retryable: true)
        case .limitReached:
            ModelError(kind: .limitReached, detail: error.detail, retryable: true)
        case .invalidRequest, .tlsUnavailable, .tlsHandshakeFailed, .certificateRefused, .proxyRefused,
            .redirectRefused:
            ModelError(kind: .connectionFailed, detail: error.detail, retryable: false)
        }
    }

    /// `1 s`, `2.5 s`.
    private static func seconds(_ limit: Duration) -> String {
        let milliseconds = limit.wholeNanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(Double(milliseconds) / 1000) s"
    }
}
