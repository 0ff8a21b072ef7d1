import CLinux
import Glibc
import Synchronization

/// One thread that waits for file descriptors, timers and submitted work, and runs what they cause, one thing at a time.
///
/// Isolation: everything that lives on a loop (channels, connections, sessions, timers) is a non-`Sendable` object that
/// is made, called and dropped on the loop's thread. Functions marked "on the loop" trap elsewhere. The way in from
/// outside is ``submit(_:)``, a ``LoopBound`` reference, or an actor whose executor the loop is.
package final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
    enum Work {
        case closure(@Sendable () -> Void)
        case job(UnownedJob)
    }

    private struct Mailbox {
        var work: [Work] = []
        /// The loop is in, or on its way into, a wait that only the wake-up descriptor can end in time.
        var isWaiting = false
        var isStopping = false
    }

    package let name: String
    private let mailbox = Mutex(Mailbox())
    private let wakeDescriptor: Int32
    /// `pthread_self()` of the running loop, 0 where it does not run.
    private let thread = Atomic<UInt>(0)
    /// allowed: touched on the loop's thread only, since `core` traps elsewhere.
    private nonisolated(unsafe) let loopState: LoopState

    /// - Throws: where the process has no descriptors left.
    package init(name: String) throws(SystemError) {
        self.name = name
        wakeDescriptor = clinux_eventfd()
        guard wakeDescriptor >= 0 else { throw .last("eventfd") }
        loopState = try LoopState(wakeDescriptor: wakeDescriptor)
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Whether the caller runs on this loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    // MARK: From any thread

    /// Runs `work` on the loop, after what was submitted before. Never runs it from within this call.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        post(.closure(work))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        post(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func checkIsolated() {
        precondition(isCurrent, "not on event loop \(name)")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Makes ``run()`` return after the work at hand. What is registered, scheduled or submitted then is dropped: channels that
    /// nobody else holds are closed without a word.
    package func stop() {
        mailbox.withLock { $0.isStopping = true }
        wake()
    }

    private func post(_ work: Work) {
        let mustWake = mailbox.withLock { mailbox in
            mailbox.work.append(work)
            defer { mailbox.isWaiting = false }
            return mailbox.isWaiting
        }
        if mustWake { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    // MARK: Running

    /// Starts a thread that runs the loop.
    package func start() throws(SystemError) {
        try Thread.start(name: name) { self.run() }
    }

    /// Runs the loop on the calling thread until ``stop()``.
    package func run() {
        precondition(
            thread.compareExchange(expected: 0, desired: pthread_self(), ordering: .relaxed).exchanged,
            "event loop \(name) runs already")
        defer { thread.store(0, ordering: .relaxed) }
        // A pipe whose reader has gone is an error of the write, not the end of the process.
        SignalSource.block([SIGPIPE])
        let core = loopState
        var batch: [Work] = []
        while true {
            let (isStopping, mustNotWait) = mailbox.withLock { mailbox in
                let hasWork = !mailbox.work.isEmpty
                mailbox.isWaiting = !hasWork
                return (mailbox.isStopping, hasWork)
            }
            if isStopping { return abandon(core) }
            let eventCount = core.wait(withoutWaiting: mustNotWait)
            mailbox.withLock { mailbox in
                mailbox.isWaiting = false
                swap(&mailbox.work, &batch)
            }
            core.handleEvents(eventCount)
            for work in batch {
                switch work {
                case .closure(let body): body()
                case .job(let job):
                    job.runSynchronously(
                        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                }
            }
            batch.removeAll(keepingCapacity: batch.capacity < 1024)
            core.fireTimers()
            core.runEndOfTick()
        }
    }

    /// Lets go of all that holds the loop, and that it holds.
    private func abandon(_ core: LoopState) {
        // What is dropped may submit or schedule once more.
        while true {
            let work = mailbox.withLock { mailbox in
                defer { mailbox.work = [] }
                return mailbox.work
            }
            guard core.abandon() || !work.isEmpty else { return }
        }
    }

    /// The loop's state; traps off the loop.
    private var core: LoopState {
        precondition(isCurrent, "event loop \(name) is used from another thread")
        return loopState
    }

    // MARK: On the loop

    /// Monotonic nanoseconds, read once a tick.
    package var now: UInt64 { core.now }

    /// Scratch space for reading from sockets, shared by all channels of the loop.
    var readBuffer: UnsafeMutableRawBufferPointer { loopState.readBuffer }

    /// Calls `handler` whenever `descriptor` is ready for what `interest` names (level-triggered).
    func register(
        _ descriptor: Int32, interest: Readiness, handler: any ReadinessHandler
    ) throws(SystemError) -> RegistrationToken {
        try core.register(descriptor, interest: interest, handler: handler)
    }

    func modify(_ token: RegistrationToken, descriptor: Int32, interest: Readiness) {
        core.modify(token, descriptor: descriptor, interest: interest)
    }

    /// Forgets a descriptor; events of it that were already reported are dropped. Does not close it.
    func deregister(_ token: RegistrationToken, descriptor: Int32) {
        core.deregister(token, descriptor: descriptor)
    }

    /// Runs `body` on the loop once `nanoseconds` have passed (resolution: 1 ms).
    @discardableResult
    package func schedule(after nanoseconds: UInt64, _ body: @escaping () -> Void) -> TimerID {
        let core = core
        return core.timers.schedule(at: MonotonicClock.now() &+ nanoseconds, body)
    }

    package func cancel(_ timer: TimerID) {
        core.timers.cancel(timer)
    }

    /// Calls `work` when all that is ready in this turn of the loop has been handled: writes of one turn go out together.
    package func runAtEndOfTick(_ work: any EndOfTickWork) {
        core.endOfTick.append(work)
    }
}

/// Something to do once in a turn of the loop, however often it was asked for.
package protocol EndOfTickWork: AnyObject {
    func endOfTick()
}
