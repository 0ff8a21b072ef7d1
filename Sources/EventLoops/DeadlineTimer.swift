import CLinux
import Glibc

/// A timer of the system's own resolution (`timerfd`), where those of ``EventLoop/schedule(after:_:)`` have a millisecond. It
/// costs a descriptor and a system call each time that it is set.
package final class DeadlineTimer {
    private let loop: EventLoop
    private let descriptor: Int32
    private var token: RegistrationToken?
    private let onDeadline: () -> Void

    /// On the loop, which holds the timer until ``close()``. It is not set yet.
    package init(loop: EventLoop, onDeadline: @escaping () -> Void) throws(SystemError) {
        descriptor = clinux_timerfd()
        guard descriptor >= 0 else { throw .last("timerfd_create") }
        self.loop = loop
        self.onDeadline = onDeadline
        do {
            token = try loop.register(descriptor, interest: .readable, handler: self)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Calls back once at `deadline`, a time of ``MonotonicClock``; instead of any deadline set before.
    package func set(_ deadline: UInt64) {
        guard token != nil else { return }
        clinux_timerfd_set(descriptor, max(deadline, 1))
    }

    package func close() {
        guard let token else { return }
        loop.deregister(token, descriptor: descriptor)
        self.token = nil
        Glibc.close(descriptor)
    }
}

extension DeadlineTimer: ReadinessHandler {
    func handle(_ readiness: Readiness) {
        var expirations: UInt64 = 0
        guard read(descriptor, &expirations, 8) == 8 else { return }
        onDeadline()
    }
}
