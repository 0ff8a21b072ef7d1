import EventLoops

/// One paced stream under way.
final class PacedRun {
    fileprivate let channel: TCPChannel
    fileprivate let onEnd: () -> Void
    fileprivate let intervalNanoseconds: UInt64
    fileprivate let bytes: PacedStreamBytes
    fileprivate var remaining: Int
    fileprivate var due: UInt64
    fileprivate private(set) var isCancelled = false

    fileprivate init(
        _ stream: PacedStream, bytes: PacedStreamBytes, channel: TCPChannel, due: UInt64, onEnd: @escaping () -> Void
    ) {
        self.bytes = bytes
        self.channel = channel
        self.onEnd = onEnd
        self.due = due
        intervalNanoseconds = UInt64(stream.intervalMicroseconds) * 1000
        remaining = stream.chunks
    }

    func cancel() { isCancelled = true }
}

/// Sends the chunks of all paced streams from one timer: a wheel of slots of a millisecond.
///
/// Each chunk is stamped right before its own `send`, not before those of the others that are due in the same slot: the time
/// in it is when it left.
final class Pacer: EndOfTickWork {
    private static let slots = 1024
    private static let slotNanoseconds: UInt64 = 1_000_000
    /// A client that leaves this much unread gets its next chunk later.
    static let maximumOutboundBytes = 256 * 1024

    private let loop: EventLoop
    private var wheel: [[PacedRun]] = Array(repeating: [], count: slots)
    /// Runs in the wheel.
    private var count = 0
    /// The slot that is to be visited next, counted from the clock's zero.
    private var nextSlot: UInt64 = 0
    private var isTicking = false
    private var dueRuns: [PacedRun] = []
    private var nextDue = 0
    private var startedRuns: UInt64 = 0
    private var bytes: [PacedStream: PacedStreamBytes] = [:]

    init(loop: EventLoop) {
        self.loop = loop
    }

    /// Starts the stream; `onEnd` is called when its end is written.
    func start(_ stream: PacedStream, on channel: TCPChannel, onEnd: @escaping () -> Void) -> PacedRun {
        let now = MonotonicClock.now()
        var due = now
        if stream.spreadsStart {
            // Steps of the golden ratio fill an interval evenly, however many streams there will be.
            startedRuns &+= 1
            let fraction = Double(startedRuns &* 0x9E37_79B9_7F4A_7C15) / Double(UInt64.max)
            due += UInt64(Double(stream.intervalMicroseconds) * 1000 * fraction)
        }
        let run = PacedRun(stream, bytes: bytes(of: stream), channel: channel, due: due, onEnd: onEnd)
        if !isTicking {
            isTicking = true
            nextSlot = now / Self.slotNanoseconds
            scheduleTick()
        }
        insert(run)
        return run
    }

    private func bytes(of stream: PacedStream) -> PacedStreamBytes {
        if let bytes = bytes[stream] { return bytes }
        let bytes = PacedStreamBytes(stream)
        self.bytes[stream] = bytes
        return bytes
    }

    private func insert(_ run: PacedRun) {
        let slot = max(run.due / Self.slotNanoseconds, nextSlot)
        wheel[Int(slot % UInt64(Self.slots))].append(run)
        count += 1
    }

    private func scheduleTick() {
        loop.schedule(after: Self.slotNanoseconds) { [weak self] in self?.tick() }
    }

    /// Collects what is due in the slots that have passed, and has it sent at the end of this turn.
    private func tick() {
        let current = MonotonicClock.now() / Self.slotNanoseconds
        let first = max(nextSlot, current >= UInt64(Self.slots) ? current - UInt64(Self.slots) + 1 : 0)
        for slot in first...max(first, current) {
            let index = Int(slot % UInt64(Self.slots))
            let runs = wheel[index]
            wheel[index] = runs.filter { !$0.isCancelled && $0.due / Self.slotNanoseconds > current }
            count -= runs.count - wheel[index].count
            dueRuns += runs.filter { !$0.isCancelled && $0.due / Self.slotNanoseconds <= current }
        }
        nextSlot = current + 1
        if dueRuns.count > nextDue { loop.runAtEndOfTick(self) }
        isTicking = count > 0 || !dueRuns.isEmpty
        if isTicking { scheduleTick() }
    }

    /// Writes one chunk. The channel sends it at the end of the turn, after this and before the next call, as each call asks
    /// for another one only after the channel did.
    func endOfTick() {
        guard nextDue < dueRuns.count else {
            dueRuns.removeAll(keepingCapacity: true)
            nextDue = 0
            return
        }
        let run = dueRuns[nextDue]
        nextDue += 1
        if !run.isCancelled { send(run) }
        loop.runAtEndOfTick(self)
    }

    private func send(_ run: PacedRun) {
        if run.remaining > 0 {
            if run.channel.outboundBytes <= Self.maximumOutboundBytes {
                run.bytes.stamp(MonotonicClock.now())
                run.bytes.chunk.withUnsafeBytes { run.channel.write($0) }
                run.remaining -= 1
            }
            run.due += run.intervalNanoseconds
            insert(run)
        } else {
            run.channel.write(run.bytes.end)
            run.onEnd()
        }
    }
}
