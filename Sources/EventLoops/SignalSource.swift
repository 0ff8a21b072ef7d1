import CLinux
import Glibc

/// Signals as events of a loop (`signalfd`).
///
/// The signals must be blocked in every thread: call ``block(_:)`` in `main` before any thread starts.
package final class SignalSource {
    private let loop: EventLoop
    private let descriptor: Int32
    private var token: RegistrationToken?
    private let onSignal: (Int32) -> Void

    /// Blocks `signals` in the calling thread and all that it starts later.
    package static func block(_ signals: [Int32]) {
        var set = Self.set(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// On the loop. Calls `onSignal` for each signal that arrives, until ``cancel()``.
    package init(loop: EventLoop, signals: [Int32], onSignal: @escaping (Int32) -> Void) throws(SystemError) {
        var set = Self.set(of: signals)
        descriptor = clinux_signalfd(&set)
        guard descriptor >= 0 else { throw .last("signalfd") }
        self.loop = loop
        self.onSignal = onSignal
        token = try loop.register(descriptor, interest: .readable, handler: self)
    }

    package func cancel() {
        guard let token else { return }
        loop.deregister(token, descriptor: descriptor)
        self.token = nil
        close(descriptor)
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}

extension SignalSource: ReadinessHandler {
    func handle(_ readiness: Readiness) {
        while token != nil {
            let signal = clinux_next_signal(descriptor)
            guard signal > 0 else { return }
            onSignal(signal)
        }
    }
}
