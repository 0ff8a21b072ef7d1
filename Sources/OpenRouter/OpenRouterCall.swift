import AILoop
import HTTP1

/// One model call: its attempts, its time limits, and what its receiver hears.
///
///             ┌──────────────────────────────────────────────┐
///             ▼                                              │
///     held ─► queued ─► running ─► betweenAttempts ──────────┘
///                          └─────► draining ─► over
///
/// Each of them may also end at once, in `over`.
final class OpenRouterCall: ModelCall {
    private enum State {
        /// No attempt may start: the call is new or paused. Valid transitions are: queued, running, over.
        case held
        /// The gate has no place yet. Valid transitions are: running, held, over.
        case queued(RequestGate.Ticket)
        /// A request is under way. Valid transitions are: betweenAttempts, draining, over.
        case running(any HTTPExchange)
        /// Waiting for the next attempt. Valid transitions are: queued, running, held, over.
        case betweenAttempts(any ScheduledWork)
        /// The answer is whole. The rest of the response is let in, so that the connection can be used again.
        /// Valid transitions are: over.
        case draining(any HTTPExchange, any ScheduledWork)
        case over
    }

    /// More than this after the end of an answer is not waited for.
    static let maximumDrainedBytes = 64 * 1024

    private let service: OpenRouterService
    private let request: ModelRequest
    /// nil once the call is over or cancelled.
    private var receiver: (any ModelCallReceiver)?
    /// Whether the receiver has heard anything: then no further attempt follows.
    private var hasDelivered = false
    private var isPaused = false
    /// The encoded request, for further attempts; empty once none can follow.
    private var body: [UInt8]
    private var state = State.held
    private var reader: AnswerReader?
    private var retries = 0
    private var deadlines = CallDeadlines()
    private var watchdog: (any ScheduledWork)?
    private var watchdogDue = UInt64.max
    private var attemptStart: UInt64 = 0
    private var firstChunk: UInt64?
    private var drainedBytes = 0

    init(_ request: ModelRequest, service: OpenRouterService, receiver: any ModelCallReceiver) {
        self.service = service
        self.request = request
        let configuration = service.configuration
        body = ChatCompletionRequest(request, provider: configuration.provider, dialect: configuration.dialect)
            .encoded()
        self.receiver = receiver
    }

    private var now: UInt64 { service.scheduler.now }

    // MARK: ModelCall

    func start() {
        deadlines.setWhole(service.configuration.timeout, from: now)
        requestPlace()
        armWatchdog()
    }

    func cancel() {
        receiver = nil
        switch state {
        case .running(let exchange):
            exchange.cancel()
            service.turns.requestEnded()
            report(.cancelled)
        case .queued(let ticket): service.turns.withdraw(ticket)
        case .betweenAttempts(let timer): timer.cancel()
        case .held: break
        case .draining, .over: return
        }
        enterOver()
    }

    func pauseReading() {
        guard !isPaused else { return }
        isPaused = true
        deadlines.pause(at: now)
        disarmWatchdog()
        switch state {
        case .running(let exchange): exchange.pauseReading()
        case .queued(let ticket):
            // Whoever is paused keeps nobody else waiting.
            service.turns.withdraw(ticket)
            state = .held
        case .held, .betweenAttempts, .draining, .over: break
        }
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        deadlines.resume(at: now)
        switch state {
        case .running(let exchange): exchange.resumeReading()
        case .held: requestPlace()
        case .queued, .betweenAttempts, .draining, .over: break
        }
        armWatchdog()
    }

    // MARK: Attempts

    private func requestPlace() {
        guard !isPaused else {
            state = .held
            return
        }
        switch service.turns.admit(self, session: request.sessionID) {
        case .granted: send()
        case .waiting(let ticket): state = .queued(ticket)
        case .refused:
            // Not from within `start`.
            state = .betweenAttempts(service.scheduler.schedule(after: 0) { self.fail(CallError.tooManyWaiting) })
        }
    }

    /// The gate has a place for this call.
    func admitted() {
        send()
        armWatchdog()
    }

    private func send() {
        let configuration = service.configuration
        var headers = configuration.headers(accept: "text/event-stream")
        headers.add("Content-Type", "application/json")
        if configuration.dialect == .openAI, !request.sessionID.isEmpty {
            // The same as `session_id`, where a body with that field might be refused.
            headers.add("X-Session-Id", ChatCompletionRequest.sessionName(request))
        }
        attemptStart = now
        firstChunk = nil
        reader = nil
        deadlines.setAttempt(configuration.firstByteTimeout ?? configuration.timeout, from: attemptStart)
        let message = HTTPRequestMessage(
            method: "POST", url: configuration.url("/chat/completions"), headers: headers, body: body)
        state = .running(service.transport.send(message, receiver: self))
    }

    /// The attempt is over and its exchange closed.
    private func attemptFailed(_ error: ModelError) {
        service.turns.requestEnded()
        reader = nil
        deadlines.clearAttempt()
        let wait =
            hasDelivered
            ? nil
            : service.configuration.retries.wait(
                after: error, retries: retries, remaining: deadlines.remaining(at: now), jitter: service.jitter())
        report(.failed(error), retryAfter: wait)
        guard let wait else {
            var error = error
            if retries > 0 { error.detail += " [attempts: \(retries + 1)]" }
            return fail(error)
        }
        retries += 1
        state = .betweenAttempts(
            service.scheduler.schedule(after: wait) {
                self.requestPlace()
                self.armWatchdog()
            })
    }

    private func report(_ outcome: OpenRouterAttempt.Outcome, retryAfter: UInt64? = nil) {
        service.observer?.attemptEnded(
            OpenRouterAttempt(
                outcome: outcome, duration: now - attemptStart, firstChunk: firstChunk, retryAfter: retryAfter))
    }

    // MARK: Ends

    private func fail(_ error: ModelError) {
        enterOver()
        deliverLast(.failed(error))
    }

    /// - Parameter exchange: nil where the response is over too.
    private func complete(_ completion: ModelCompletion, draining exchange: (any HTTPExchange)?) {
        service.turns.requestEnded()
        report(.answered)
        if let exchange {
            let limit = service.configuration.drainGrace.wholeNanoseconds
            state = .draining(exchange, service.scheduler.schedule(after: limit) { self.stopDraining() })
            release()
        } else {
            enterOver()
        }
        deliverLast(.finished(completion))
    }

    private func deliverLast(_ event: ModelEvent) {
        let receiver = receiver
        self.receiver = nil
        receiver?.modelCall(self, received: event)
    }

    private func stopDraining() {
        guard case .draining(let exchange, let timer) = state else { return }
        timer.cancel()
        exchange.cancel()
        enterOver()
    }

    private func enterOver() {
        state = .over
        release()
        service.ended(self)
    }

    private func release() {
        disarmWatchdog()
        reader = nil
        body = []
    }

    // MARK: Time limits

    /// Has the timer fire no later than the next deadline. It is not moved when a deadline recedes: once it fires it looks
    /// whether one has really been reached.
    private func armWatchdog() {
        let due = deadlines.next
        guard due < watchdogDue, !isPaused else { return }
        switch state {
        case .draining, .over: return
        case .held, .queued, .running, .betweenAttempts: break
        }
        watchdog?.cancel()
        watchdogDue = due
        let now = now
        watchdog = service.scheduler.schedule(after: due > now ? due - now : 0) { self.checkDeadlines() }
    }

    private func disarmWatchdog() {
        watchdog?.cancel()
        watchdog = nil
        watchdogDue = .max
    }

    private func checkDeadlines() {
        watchdog = nil
        watchdogDue = .max
        guard deadlines.next <= now else { return armWatchdog() }
        switch state {
        case .running(let exchange):
            exchange.cancel()
            conclude(unanswered: CallError.tooSlow(reader, whole: deadlines.whole <= now, service.configuration))
        case .queued(let ticket):
            service.turns.withdraw(ticket)
            fail(CallError.noPlace(within: service.configuration.timeout))
        case .betweenAttempts(let timer):
            timer.cancel()
            fail(CallError.tooSlow(nil, whole: true, service.configuration))
        case .held, .draining, .over: break
        }
    }
}

extension OpenRouterCall: HTTPResponseReceiver {
    func received(head: ResponseHead) {
        guard case .running = state else { return }
        let configuration = service.configuration
        let redactor = DetailRedactor(key: configuration.apiKey, messages: request.messages)
        reader = AnswerReader(head, errors: APIErrorDecoder(redactor: redactor, unixTime: service.scheduler.unixTime))
        deadlines.setAttempt(configuration.idleTimeout ?? configuration.timeout, from: now)
        armWatchdog()
    }

    func received(body bytes: UnsafeRawBufferPointer) {
        if case .running(let exchange) = state {
            read(bytes, from: exchange)
        } else if case .draining = state {
            drainedBytes += bytes.count
            if drainedBytes > Self.maximumDrainedBytes { stopDraining() }
        }
    }

    private func read(_ bytes: UnsafeRawBufferPointer, from exchange: any HTTPExchange) {
        var events = service.takeEvents()
        let progress = reader?.read(bytes, into: &events) ?? .alive
        if case .data = progress { postponeIdleDeadline() }
        deliver(&events)
        guard case .ended(let result) = progress, case .running = state else { return }
        switch result {
        case .success(let completion): complete(completion, draining: exchange)
        case .failure(let error):
            exchange.cancel()
            attemptFailed(error)
        }
    }

    /// For every chunk: reads members one by one, as a copy of the whole configuration would retain all that is in it.
    private func postponeIdleDeadline() {
        var limit = service.configuration.idleTimeout ?? service.configuration.timeout
        if reader?.hasFinishReason == true {
            let grace = service.configuration.finishGrace
            if limit <= .zero || limit > grace { limit = grace }
        }
        deadlines.setAttempt(limit, from: now)
        armWatchdog()
    }

    private func deliver(_ events: inout [ModelEvent]) {
        if !events.isEmpty {
            if firstChunk == nil { firstChunk = now - attemptStart }
            hasDelivered = true
            body = []
            // With each the receiver may cancel the call, and hears nothing of the others then.
            for event in events { receiver?.modelCall(self, received: event) }
        }
        service.putBack(&events)
    }

    func finished() {
        if case .draining(_, let timer) = state {
            timer.cancel()
            enterOver()
        } else if case .running = state {
            conclude(isWhole: true, unanswered: CallError.truncated)
        }
    }

    func failed(_ error: HTTPTransportError) {
        if case .draining(_, let timer) = state {
            timer.cancel()
            enterOver()
        } else if case .running = state {
            conclude(unanswered: CallError.transport(error, responseStarted: reader != nil))
        }
    }

    /// The response is over, or nothing more of it is wanted: what was read so far decides.
    ///
    /// - Parameter error: why there is no answer, if there is none.
    private func conclude(isWhole: Bool = false, unanswered error: ModelError) {
        var events = service.takeEvents()
        let result = reader?.end(isWhole: isWhole, into: &events) ?? .failure(error)
        deliver(&events)
        guard case .running = state else { return }
        switch result {
        case .success(let completion): complete(completion, draining: nil)
        case .failure(let found): attemptFailed(found.kind == .truncated ? error : found)
        }
    }
}
