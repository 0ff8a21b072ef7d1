import EventLoops

/// One paced stream under way.
final class PacedRun {
    fileprivate let channel: TCPChannel
    fileprivate let onEnd: () -> Void
    fileprivate let intervalNanoseconds: UInt64
    fileprivate let bytes: PacedStreamBytes
    fileprivate var remaining: Int
    /// When the next chunk is to leave.
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

/// Sends the chunks of all paced streams from one timer and a wheel of slots of a quarter of a millisecond. The slots are that
/// short because streams that share one send in a burst, as real services do not, and the last of a burst waits for the client
/// to be through with the others.
///
/// Each chunk is stamped right before its own `send`, not before those of the others that are due in the same slot: the time
/// in it is when it left.
final class Pacer: EndOfTickWork {
    private static let slots: UInt64 = 4096
    private static let slotNanoseconds: UInt64 = 250_000
    /// A client that leaves this much unread gets its next chunk later.
    static let maximumOutboundBytes = 256 * 1024

    private let loop: EventLoop
    /// A slot is a count of `slotNanoseconds` of the clock; it stands in the wheel at its remainder.
    private var wheel: [[PacedRun]] = Array(repeating: [], count: Int(slots))
    /// Runs in the wheel.
    private var count = 0
    /// All slots before this one are done.
    private var nextSlot: UInt64 = 0
    /// The slot that the timer is set to.
    private var timerSlot: UInt64?
    private var timer: DeadlineTimer?
    private var dueRuns: [PacedRun] = []
    /// How many of `dueRuns` have been sent in this turn.
    private var sentRuns = 0
    private var startedRuns: UInt64 = 0
    private var bytes: [PacedStream: PacedStreamBytes] = [:]

    init(loop: EventLoop) throws(SystemError) {
        self.loop = loop
        timer = try DeadlineTimer(loop: loop) { [weak self] in self?.tick() }
    }

    func stop() {
        timer?.close()
        timer = nil
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
        if count == 0 { nextSlot = now / Self.slotNanoseconds }
        insert(run)
        setTimer()
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
        wheel[Int(slot % Self.slots)].append(run)
        count += 1
        if let set = timerSlot, slot < set { timerSlot = nil }
    }

    /// Sets the timer to the end of the first slot that is not empty.
    private func setTimer() {
        guard timerSlot == nil, count > 0 else { return }
        var slot = nextSlot
        while wheel[Int(slot % Self.slots)].isEmpty { slot += 1 }
        timerSlot = slot
        timer?.set((slot + 1) * Self.slotNanoseconds)
    }

    /// Collects what is due in the slots that have passed, and has it sent at the end of this turn.
    private func tick() {
        timerSlot = nil
        let current = MonotonicClock.now() / Self.slotNanoseconds
        while nextSlot < current {
            collect(slot: nextSlot, before: current)
            nextSlot += 1
        }
        if dueRuns.isEmpty { setTimer() } else { loop.runAtEndOfTick(self) }
    }

    /// Runs that are due in a later round of the wheel stay.
    private func collect(slot: UInt64, before current: UInt64) {
        let index = Int(slot % Self.slots)
        guard !wheel[index].isEmpty else { return }
        let countBefore = wheel[index].count
        wheel[index].removeAll { run in
            if run.isCancelled { return true }
            guard run.due / Self.slotNanoseconds < current else { return false }
            dueRuns.append(run)
            return true
        }
        count -= countBefore - wheel[index].count
    }

    /// Writes one chunk. The channel sends it at the end of the turn, after this and before the next call, as each call asks
    /// for another one only after the channel did.
    func endOfTick() {
        guard sentRuns < dueRuns.count else {
            dueRuns.removeAll(keepingCapacity: true)
            sentRuns = 0
            setTimer()
            return
        }
        let run = dueRuns[sentRuns]
        sentRuns += 1
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
