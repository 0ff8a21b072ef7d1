import EventLoops
import Glibc
import HTTP1
import WebSocketConnections

/// Drives the sessions of one run, all on one event loop, and counts. On the loop.
///
///     connecting ── all sessions stand ──▶ warming up ── time ──▶ measuring ── time, messages ──▶ finishing
///         │ none stands                        idle runs: └── time ──▶ releasing                     │ answers are over
///         └────────────────────────────────────────────────────────────▶ closing ◀──────────────────┘
final class LoadGenerator {
    enum Phase { case connecting, warmingUp, measuring, finishing, releasing, closing, over }

    /// Connections under way at the same time, so that the server's backlog holds them.
    static let maximumConnecting = 64
    /// After a message that failed its session rests: failures at once would be repeated as fast as they come.
    static let pauseAfterFailure: UInt64 = 100_000_000
    /// From one look at time limits and at the server's memory to the next.
    static let tickInterval: UInt64 = 100_000_000
    static let lagInterval: UInt64 = 10_000_000
    /// A stamp that is older is none.
    static let oldestStamp: UInt64 = 3600 * 1_000_000_000
    /// Idle runs: how long the server may take to close the descriptors of all sessions, and how often they are counted.
    static let releaseLimit: UInt64 = 30_000_000_000
    static let releaseInterval: UInt64 = 5_000_000

    let plan: BenchPlan
    let target: LoadTarget
    let loop: EventLoop
    private let onEnd: (RunResult) -> Void
    private(set) var phase = Phase.connecting
    var result: RunResult
    private var sessions: [LoadSession] = []
    /// Of these, those whose connection is not over.
    private var liveSessions = 0
    private var begun = 0
    private var settled = 0
    private var failedStarts = 0
    /// Why a session did not start, or was lost before the load began.
    private var firstFailure: String?
    private var random: SeededRandom
    private var openLoop: OpenLoop<LoadSession>?
    private var arrivalTimer: DeadlineTimer?
    private var lagTimer: DeadlineTimer?
    private var lagDue: UInt64 = 0
    private var measuredSince: UInt64 = 0
    private var usageAtStart: ProcessUsage?
    private var ownTimeAtStart: UInt64 = 0
    private var isOpenLoop: Bool { openLoop != nil }

    init(plan: BenchPlan, target: LoadTarget, loop: EventLoop, onEnd: @escaping (RunResult) -> Void) {
        self.plan = plan
        self.target = target
        self.loop = loop
        self.onEnd = onEnd
        result = RunResult(plan: plan)
        random = SeededRandom(seed: plan.seed)
    }

    func start() {
        if let pid = target.process, let usage = ProcessUsage(pid: pid) {
            result.server = ServerUsage(residentBefore: usage.residentBytes)
            if plan.load == .idle { result.server?.descriptorsBefore = ProcessUsage.openDescriptors(of: pid) }
        }
        for _ in 0..<min(Self.maximumConnecting, plan.sessions) { connectNext() }
        tick()
    }

    /// Ends the run; what was measured so far counts.
    func interrupt() {
        guard phase != .closing, phase != .over else { return }
        if result.ending == .complete { result.ending = .interrupted }
        if phase == .measuring { stopMeasuring() }
        close()
    }

    // MARK: Connecting

    private func connectNext() {
        guard phase == .connecting, begun < plan.sessions else { return }
        let userID = "bench-\(begun)"
        begun += 1
        let beganAt = MonotonicClock.now()
        WebSocketConnector(
            loop: loop, address: target.address, url: target.url, headers: target.headers, tls: target.tls
        ) { [self] result in
            switch result {
            case .success(let connection):
                guard phase == .connecting else { return connection.abort() }
                liveSessions += 1
                sessions.append(LoadSession(connection: connection, userID: userID, beganAt: beganAt, owner: self))
            case .failure(let error):
                notStarted(kind: "connect", detail: error.description(place: "\(target.url.host):\(target.url.port)"))
            }
        }
    }

    private func notStarted(kind: String, detail: String) {
        guard phase == .connecting else { return }
        firstFailure = firstFailure ?? detail
        failedStarts += 1
        result.figures.errors.add(kind, example: detail)
        // Where not one of the first comes through, the others need not be tried.
        if result.startedSessions == 0, failedStarts >= min(Self.maximumConnecting, plan.sessions) {
            result.ending = .unreachable(firstFailure ?? detail)
            return close()
        }
        settle()
    }

    private func settle() {
        settled += 1
        connectNext()
        guard settled == plan.sessions else { return }
        guard liveSessions > 0 else {
            result.ending = .lost(firstFailure ?? "no session is left")
            return close()
        }
        result.server?.residentIdle = target.process.flatMap(ProcessUsage.init(pid:))?.residentBytes
        phase = .warmingUp
        if plan.load == .idle {
            loop.schedule(after: plan.warmup) { [weak self] in self?.release() }
        } else {
            warmUp()
        }
    }

    // MARK: Warm-up and measured time

    private func warmUp() {
        // Before the first message is due, where none is to be left out.
        if plan.warmup == 0 { startMeasuring() }
        let now = MonotonicClock.now()
        do {
            if case .open(let rate, let arrivals) = plan.load {
                openLoop = OpenLoop(
                    schedule: ArrivalSchedule(rate: rate, arrivals: arrivals, start: now, seed: plan.seed))
                arrivalTimer = try DeadlineTimer(loop: loop) { [weak self] in self?.sendDue() }
            }
            lagTimer = try DeadlineTimer(loop: loop) { [weak self] in self?.noteLag() }
        } catch {
            result.ending = .lost("no timer: \(error)")
            return close()
        }
        lagDue = now + Self.lagInterval
        lagTimer?.set(lagDue)
        for (index, session) in sessions.enumerated() where session.state == .idle {
            if isOpenLoop {
                sessionIsFree(session)
            } else {
                // Spread over the warm-up: sessions that start together stay together.
                let delay = UInt64(Double(plan.warmup) * Double(index) / Double(sessions.count))
                loop.schedule(after: delay) { [weak self] in self?.sessionIsFree(session) }
            }
        }
        if isOpenLoop { sendDue() }
        if plan.warmup > 0 { loop.schedule(after: plan.warmup) { [weak self] in self?.startMeasuring() } }
    }

    private func startMeasuring() {
        guard phase == .warmingUp else { return }
        phase = .measuring
        usageAtStart = target.process.flatMap(ProcessUsage.init(pid:))
        ownTimeAtStart = Self.threadNanoseconds()
        measuredSince = MonotonicClock.now()
        noteMemory()
        if let duration = plan.duration {
            loop.schedule(after: duration) { [weak self] in self?.finish() }
        }
    }

    private func stopMeasuring() {
        result.figures.measuredNanoseconds = MonotonicClock.now() - measuredSince
        result.client.cpuNanoseconds = Self.threadNanoseconds() - ownTimeAtStart
        if let usageAtStart, let usage = target.process.flatMap(ProcessUsage.init(pid:)) {
            noteMemory()
            result.server?.cpuNanoseconds = usage.cpuNanoseconds - usageAtStart.cpuNanoseconds
        }
        result.figures.unsentMessages = openLoop?.takeUnsent(since: measuredSince, now: MonotonicClock.now()) ?? 0
        phase = .finishing
    }

    /// The measured time is over; messages that were sent in it are waited for.
    private func finish() {
        guard phase == .measuring else { return }
        stopMeasuring()
        closeWhenAnswered()
    }

    private func closeWhenAnswered() {
        let figures = result.figures
        guard phase == .finishing, figures.sentMessages == figures.answeredMessages + figures.failedMessages else {
            return
        }
        close()
    }

    private static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    // MARK: Sending

    private func sessionIsFree(_ session: LoadSession) {
        guard session.state == .idle else { return }
        guard isOpenLoop else { return send(in: session, due: nil) }
        guard phase == .warmingUp || phase == .measuring else { return }
        if let (session, due) = openLoop?.sessionIsFree(session) { send(in: session, due: due) }
    }

    private func sendDue() {
        guard phase == .warmingUp || phase == .measuring else { return }
        while let (session, due) = openLoop?.nextSend(now: MonotonicClock.now(), isFree: { $0.state == .idle }) {
            send(in: session, due: due)
        }
        if let next = openLoop?.nextDue { arrivalTimer?.set(next) }
    }

    private func send(in session: LoadSession, due: UInt64?) {
        guard phase == .warmingUp || phase == .measuring else { return }
        let isMeasured = phase == .measuring && (due.map { $0 >= measuredSince } ?? true)
        if isMeasured {
            if let limit = plan.messages, result.figures.sentMessages >= limit { return }
            result.figures.sentMessages += 1
        } else {
            result.figures.warmupMessages += 1
        }
        let text = plan.texts.isEmpty ? "" : plan.texts[Int(random.next() % UInt64(plan.texts.count))]
        session.ask(text, intendedAt: due, isMeasured: isMeasured)
    }

    /// A message has ended, well or not: it may have been the last one.
    private func messageEnded() {
        if phase == .measuring, let limit = plan.messages,
            result.figures.answeredMessages + result.figures.failedMessages >= limit
        {
            finish()
        } else if phase == .finishing {
            closeWhenAnswered()
        }
    }

    private func goOn(_ session: LoadSession, after pause: UInt64) {
        if pause == 0 { return sessionIsFree(session) }
        loop.schedule(after: pause) { [weak self] in self?.sessionIsFree(session) }
    }

    private var think: UInt64 {
        if case .closed(let think) = plan.load { think } else { 0 }
    }

    // MARK: Watching

    private func tick() {
        guard phase != .over else { return }
        if phase == .measuring { noteMemory() }
        let now = MonotonicClock.now()
        for session in sessions { session.checkTime(now: now, limit: plan.timeout) }
        loop.schedule(after: Self.tickInterval) { [weak self] in self?.tick() }
    }

    private func noteMemory() {
        guard let resident = target.process.flatMap(ProcessUsage.init(pid:))?.residentBytes else { return }
        let peak = result.server?.residentPeak ?? 0
        result.server?.residentPeak = max(peak, resident)
    }

    private func noteLag() {
        let now = MonotonicClock.now()
        if phase == .measuring { result.client.lag.record(now > lagDue ? now - lagDue : 0) }
        lagDue = now + Self.lagInterval
        lagTimer?.set(lagDue)
    }

    var progress: LoadProgress? {
        let name: LoadProgress.Phase
        switch phase {
        case .connecting: name = .connecting
        case .warmingUp: name = .warmingUp
        case .measuring: name = .measuring
        case .finishing: name = .finishing
        case .releasing, .closing: name = .closing
        case .over: return nil
        }
        let elapsed = phase == .measuring ? MonotonicClock.now() - measuredSince : result.figures.measuredNanoseconds
        return LoadProgress(
            phase: name, sessions: plan.sessions, startedSessions: result.startedSessions, elapsed: elapsed,
            duration: plan.duration,
            endedMessages: result.figures.answeredMessages + result.figures.failedMessages, messages: plan.messages,
            chunksPerSecond: elapsed > 0 ? Double(result.figures.chunksInTime) * 1e9 / Double(elapsed) : nil,
            firstChunkMedian: result.figures[.ttft].value(at: 0.5), errors: result.figures.errors.total)
    }

    // MARK: Ending

    /// Idle runs: breaks all connections and waits until the server has closed its side of them.
    private func release() {
        guard phase == .warmingUp else { return }
        phase = .releasing
        if let pid = target.process, let usage = ProcessUsage(pid: pid) {
            result.server?.residentIdle = usage.residentBytes
        }
        let start = MonotonicClock.now()
        for session in sessions { session.abort() }
        liveSessions = 0
        awaitRelease(since: start)
    }

    private func awaitRelease(since start: UInt64) {
        guard phase == .releasing else { return }
        let now = MonotonicClock.now()
        guard let pid = target.process, let before = result.server?.descriptorsBefore,
            let count = ProcessUsage.openDescriptors(of: pid), now - start < Self.releaseLimit
        else { return close() }
        if count <= before {
            result.server?.releaseNanoseconds = now - start
            return close()
        }
        loop.schedule(after: Self.releaseInterval) { [weak self] in self?.awaitRelease(since: start) }
    }

    private func close() {
        guard phase != .closing, phase != .over else { return }
        phase = .closing
        arrivalTimer?.close()
        lagTimer?.close()
        for session in sessions { session.close() }
        endWhenClosed()
    }

    private func endWhenClosed() {
        guard phase == .closing, liveSessions == 0 else { return }
        phase = .over
        sessions = []
        onEnd(result)
    }
}

// MARK: - What the sessions tell

extension LoadGenerator: LoadSessionOwner {
    func sessionStarted(_ session: LoadSession, after nanoseconds: UInt64) {
        guard phase == .connecting else { return }
        result.startedSessions += 1
        result.figures[.start].record(nanoseconds)
        settle()
    }

    func chunkArrived(at now: UInt64, sentByUpstream: UInt64?) {
        guard phase == .measuring else { return }
        result.figures.chunksInTime += 1
        if let sent = sentByUpstream, sent <= now, now - sent < Self.oldestStamp {
            result.figures[.relay].record(now - sent)
        }
    }

    func answerEnded(_ session: LoadSession, _ timing: MessageTiming, at now: UInt64) {
        if phase == .measuring { result.figures.answersInTime += 1 }
        guard phase != .closing else { return }
        result.figures.recordAnswer(timing, endedAt: now, isOpenLoop: isOpenLoop)
        messageEnded()
        goOn(session, after: think)
    }

    func answerFailed(_ session: LoadSession, _ timing: MessageTiming, kind: String, detail: String, isUsable: Bool) {
        guard phase != .closing else { return }
        result.figures.recordFailure(timing, kind: kind, example: detail)
        messageEnded()
        if isUsable { goOn(session, after: isOpenLoop ? 0 : max(think, Self.pauseAfterFailure)) }
    }

    func sessionRecovered(_ session: LoadSession) {
        goOn(session, after: think)
    }

    func sessionEnded(_ session: LoadSession, kind: String, detail: String) {
        liveSessions -= 1
        if session.wasStarted, phase != .closing { result.lostSessions += 1 }
        switch phase {
        case .connecting:
            // One that had started has been counted already; the others go on.
            if session.wasStarted {
                firstFailure = firstFailure ?? detail
            } else {
                notStarted(kind: kind, detail: detail)
            }
        case .closing: endWhenClosed()
        case .releasing, .over: break
        case .warmingUp, .measuring, .finishing:
            guard liveSessions == 0 else { return }
            result.ending = .lost(detail)
            if phase == .measuring { stopMeasuring() }
            close()
        }
    }
}
