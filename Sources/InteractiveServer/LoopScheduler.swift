import EventLoops
import Glibc
import OpenRouter

/// The time of an event loop, as the AI services take it.
final class LoopScheduler: Scheduler {
    private let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    var now: UInt64 { MonotonicClock.now() }

    var unixTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func schedule(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> any ScheduledWork {
        LoopTimer(loop: loop, id: loop.schedule(after: nanoseconds, body))
    }
}

private struct LoopTimer: ScheduledWork {
    let loop: EventLoop
    let id: TimerID

    func cancel() {
        loop.cancel(id)
    }
}
