import CLinux
import EventLoops
import Glibc

/// The thread that writes the log. It alone waits where a pipe is full or a disk slow.
final class LogWriter: Sendable {
    private let queue: LogQueue
    private let line: LogLine
    private let clock: @Sendable () -> Timestamp
    /// Readable once the thread has ended.
    private let endDescriptor: Int32

    init(queue: LogQueue, line: LogLine, clock: @escaping @Sendable () -> Timestamp) throws(SystemError) {
        self.queue = queue
        self.line = line
        self.clock = clock
        endDescriptor = clinux_eventfd()
        guard endDescriptor >= 0 else { throw .last("eventfd") }
    }

    deinit {
        close(endDescriptor)
    }

    /// Opens `sink` and starts the thread, which ends when the queue is finished.
    func start(_ sink: LogSink) throws(SystemError) {
        let output = try LogOutput(sink)
        try Thread.start(name: "log") { self.run(output) }
    }

    /// Waits until the thread has ended, at most until `deadline` (monotonic nanoseconds).
    func waitForEnd(deadline: UInt64) {
        while true {
            let now = MonotonicClock.now()
            guard now < deadline else { return }
            var polled = pollfd(fd: endDescriptor, events: Int16(POLLIN), revents: 0)
            if poll(&polled, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1)) > 0 { return }
        }
    }

    // MARK: On the thread

    private func run(_ output: LogOutput) {
        // A reader that went away is an error of `write`, not the end of the process.
        SignalSource.block([SIGPIPE])
        var output = output
        /// Dropped lines that the log does not tell of yet.
        var untold = 0
        while true {
            let batch = queue.take()
            guard batch.hasWork else {
                waitForWork()
                continue
            }
            untold += batch.dropped
            var bytes: [UInt8] = []
            if batch.mustReopen { bytes = reopen(&output) }
            bytes += batch.bytes
            if untold > 0 {
                bytes += line.bytes(.warning, "log lines were dropped", ["count": .integer(untold)], at: clock())
            }
            switch write(bytes, to: output) {
            case nil: untold = 0
            case .deadline: return end(output)
            case .system:
                untold += batch.lines
                queue.lost(batch.lines)
            }
            if batch.deadline != nil { return end(output) }
        }
    }

    private func write(_ bytes: [UInt8], to output: LogOutput) -> LogOutput.Failure? {
        do throws(LogOutput.Failure) {
            try output.write(bytes, wake: queue.wakeDescriptor) { queue.deadline }
            return nil
        } catch {
            return error
        }
    }

    private func end(_ output: LogOutput) {
        output.close()
        var one: UInt64 = 1
        _ = Glibc.write(endDescriptor, &one, 8)
    }

    /// What there is to tell about it.
    private func reopen(_ output: inout LogOutput) -> [UInt8] {
        do throws(SystemError) {
            try output.reopen()
            return []
        } catch {
            return line.bytes(
                .error, "the log file cannot be opened again; the old one is used on", ["error": "\(error)"],
                at: clock())
        }
    }

    private func waitForWork() {
        var polled = pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0)
        poll(&polled, 1, -1)
        queue.clearWake()
    }
}
