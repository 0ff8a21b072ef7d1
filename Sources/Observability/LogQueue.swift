import CLinux
import EventLoops
import Glibc
import Synchronization

/// Limits of what waits to be written. What is over them is dropped and counted; no caller ever waits.
package struct LogQueueLimits: Sendable {
    package var maximumBytes: Int
    package var maximumLines: Int

    package init(maximumBytes: Int = 1_048_576, maximumLines: Int = 8_192) {
        self.maximumBytes = maximumBytes
        self.maximumLines = maximumLines
    }
}

/// Lines on their way from any thread to the one that writes them.
final class LogQueue: Sendable {
    /// What the writing thread is told by ``take()``.
    struct Batch {
        var bytes: [UInt8] = []
        var lines = 0
        /// Lines that were dropped since the last batch.
        var dropped = 0
        var mustReopen = false
        /// Where set: nothing more will come, and after this moment (monotonic nanoseconds) nothing more is written.
        var deadline: UInt64?

        var hasWork: Bool { !bytes.isEmpty || dropped > 0 || mustReopen || deadline != nil }
    }

    private struct State {
        var waiting = Batch()
        /// What was taken and is not written yet counts against the limits.
        var takenBytes = 0
        var takenLines = 0
        var writerSleeps = false
        var droppedInAll = 0
    }

    private let limits: LogQueueLimits
    private let metrics: MetricsShard?
    private let state = Mutex(State())
    /// Readable when the writer has something new to look at.
    let wakeDescriptor: Int32

    init(limits: LogQueueLimits, metrics: MetricsShard?) throws(SystemError) {
        self.limits = limits
        self.metrics = metrics
        wakeDescriptor = clinux_eventfd()
        guard wakeDescriptor >= 0 else { throw .last("eventfd") }
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Lines that were dropped, as far as is known.
    var droppedInAll: Int { state.withLock { $0.droppedInAll } }

    /// Where the line does not fit, or the log is closed, it is dropped and counted.
    func append(_ line: [UInt8]) {
        let mustWake = state.withLock { state in
            let bytes = state.waiting.bytes.count + state.takenBytes + line.count
            let lines = state.waiting.lines + state.takenLines + 1
            guard bytes <= limits.maximumBytes, lines <= limits.maximumLines, state.waiting.deadline == nil else {
                state.waiting.dropped += 1
                state.droppedInAll += 1
                metrics?.add(to: .logLinesDropped)
                return false
            }
            state.waiting.bytes += line
            state.waiting.lines += 1
            defer { state.writerSleeps = false }
            return state.writerSleeps
        }
        if mustWake { wake() }
    }

    /// Has the file opened anew before the next line is written.
    func requestReopen() {
        state.withLock { $0.waiting.mustReopen = true }
        wake()
    }

    /// Takes no more lines; what waits is written until `deadline`.
    func finish(deadline: UInt64) {
        state.withLock { $0.waiting.deadline = $0.waiting.deadline ?? deadline }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    // MARK: On the writing thread

    /// Everything that waits; the batch before it is done with. Where there is nothing, the next line wakes the writer.
    func take() -> Batch {
        state.withLock { state in
            let batch = state.waiting
            state.writerSleeps = !batch.hasWork
            state.takenBytes = batch.bytes.count
            state.takenLines = batch.lines
            state.waiting = Batch()
            state.waiting.deadline = batch.deadline
            return batch
        }
    }

    /// The moment by which the writer must end, where it must.
    var deadline: UInt64? { state.withLock { $0.waiting.deadline } }

    /// Counts lines that were taken and could not be written.
    func lost(_ lines: Int) {
        state.withLock { $0.droppedInAll += lines }
        metrics?.add(lines, to: .logLinesDropped)
    }

    /// Forgets the wakes so far.
    func clearWake() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }
}
