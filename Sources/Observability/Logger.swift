package import EventLoops
import Glibc
import Synchronization

/// The log of the process: leveled lines with fields, which one thread of its own writes.
///
/// Logging from any thread takes a lock for as long as copying a line takes and never waits for the sink. Where the sink
/// is slower than the log, lines over the limits are dropped and counted, and the log says how many as soon as there
/// is room. Below its level neither message nor fields are evaluated.
package final class Logger: Sendable {
    private let threshold: Atomic<Int>
    /// Secrets that are registered here appear in no line.
    package let redactor: SecretRedactor

    private let line: LogLine
    private let queue: LogQueue
    private let writer: LogWriter
    private let clock: @Sendable () -> Timestamp

    /// How long a log that nobody closed goes on writing.
    private static let abandonedNanoseconds: UInt64 = 1_000_000_000

    /// - Parameter metrics: where dropped lines are counted, beside ``droppedLines``.
    /// - Throws: where the sink's file cannot be opened.
    package init(
        level: LogLevel = .info, format: LogFormat = .text, sink: LogSink = .standardError,
        limits: LogQueueLimits = LogQueueLimits(), redactor: SecretRedactor = SecretRedactor(),
        metrics: MetricsShard? = nil, clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws(SystemError) {
        threshold = Atomic(level.rank)
        self.redactor = redactor
        self.clock = clock
        line = LogLine(format: format, redactor: redactor)
        queue = try LogQueue(limits: limits, metrics: metrics)
        writer = try LogWriter(queue: queue, line: line, clock: clock)
        try writer.start(sink)
    }

    deinit {
        queue.finish(deadline: MonotonicClock.now() + Self.abandonedNanoseconds)
    }

    /// Whether lines of this level are written. For what is worth preparing only then.
    package func isEnabled(_ level: LogLevel) -> Bool { level.rank >= threshold.load(ordering: .relaxed) }

    /// The least important lines that are written from now on.
    package func setLevel(_ level: LogLevel) {
        threshold.store(level.rank, ordering: .relaxed)
    }

    /// Logs a line where `level` is enabled.
    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        guard isEnabled(level) else { return }
        queue.append(line.bytes(level, message(), fields(), at: clock()))
    }

    package func trace(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.trace, message(), fields())
    }

    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.debug, message(), fields())
    }

    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.info, message(), fields())
    }

    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message(), fields())
    }

    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.error, message(), fields())
    }

    /// Lines that were not written, for want of room or because the sink failed.
    package var droppedLines: Int { queue.droppedInAll }

    /// Opens a log file by its name again before the next line, after a log rotation moved it (SIGHUP). Other sinks stay.
    package func reopen() {
        queue.requestReopen()
    }

    /// Writes what waits, for at most `nanoseconds`, and ends the writing thread. Later lines are dropped.
    package func close(within nanoseconds: UInt64) {
        let deadline = MonotonicClock.now() + nanoseconds
        queue.finish(deadline: deadline)
        writer.waitForEnd(deadline: deadline)
    }
}
