import Observability
import Sessions

/// Counts the calls to the AI service.
final class ModelCallMeter: ModelCallObserver {
    private let metrics: MetricsShard

    init(metrics: MetricsShard) {
        self.metrics = metrics
    }

    func modelCallStarted() {
        metrics.add(to: .upstreamRequestsActive)
    }

    func modelCallEnded(_ outcome: ModelCallOutcome) {
        metrics.add(-1, to: .upstreamRequestsActive)
        switch outcome {
        case .success: metrics.add(to: .upstreamRequestsSucceeded)
        case .error: metrics.add(to: .upstreamRequestsFailed)
        case .timeout: metrics.add(to: .upstreamRequestsTimedOut)
        case .cancelled: metrics.add(to: .upstreamRequestsCancelled)
        }
    }
}
