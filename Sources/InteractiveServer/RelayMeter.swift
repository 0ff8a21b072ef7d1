import EventLoops
import Observability

/// Measures from the moment that a turn of the loop read its sockets to the moment that its frames were written, once a
/// turn, for all the chunks of the turn.
final class RelayMeter: EndOfTickWork {
    private let loop: EventLoop
    private let metrics: MetricsShard
    private var chunks = 0
    private var isLast = false

    init(loop: EventLoop, metrics: MetricsShard) {
        self.loop = loop
        self.metrics = metrics
    }

    func countChunk() {
        if chunks == 0 {
            isLast = false
            loop.runAtEndOfTick(self)
        }
        chunks += 1
    }

    func endOfTick() {
        // The sockets that are written in this turn may stand behind this in the queue: wait behind them.
        guard isLast else {
            isLast = true
            return loop.runAtEndOfTick(self)
        }
        metrics.add(chunks, to: .chunksSent)
        metrics.observe(nanoseconds: Int(clamping: MonotonicClock.now() &- loop.now), times: chunks, in: .chunkRelay)
        chunks = 0
    }
}
