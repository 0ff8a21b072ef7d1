package import AILoop
package import EventLoops

/// Drives the AI loop of one session: turns what happens into its inputs and does what it answers.
///
/// Lives on one event loop. Everything protocol-like is decided by ``AILoop``; here are the model call, the timers and the
/// delegates. Inputs may arrive from within a delegate: their actions are done after those at hand.
package final class Session {
    /// Times in nanoseconds; 0: off.
    package struct TimeLimits: Sendable, Hashable {
        /// The session as a whole.
        package var whole: UInt64
        /// Without a message, while nothing is being answered.
        package var idle: UInt64
        /// A tool call that the client is to answer.
        package var clientTool: UInt64
        /// A tool call that the client is to approve.
        package var approval: UInt64

        package init(
            whole: UInt64 = 0, idle: UInt64 = 0, clientTool: UInt64 = 120_000_000_000,
            approval: UInt64 = 300_000_000_000
        ) {
            self.whole = whole
            self.idle = idle
            self.clientTool = clientTool
            self.approval = approval
        }
    }

    package let identity: SessionIdentity
    package let model: String
    private let loop: EventLoop
    private let service: any ModelService
    private let tools: any ToolService
    /// The ``ToolService/version`` that the AI loop knows.
    private var toolsVersion: Int
    private let callObserver: any ModelCallObserver
    private let timeLimits: TimeLimits
    private var aiLoop: AILoop
    private var delegates: [any InlineAILoopDelegate]
    private let onDelegateFailure: (any Error) -> Void
    /// Told once, after the last event.
    private var onEnd: ((Session) -> Void)?
    private var call: (number: Int, call: any ModelCall)?
    private var toolTimers: [String: TimerID] = [:]
    private var toolRuns: [String: any ToolRun] = [:]
    private var lifeTimers: [TimerID] = []
    private var lastActivity: UInt64
    private var actions: [AILoopAction] = []
    private var isPerforming = false

    package init(
        identity: SessionIdentity, configuration: AILoopConfiguration, loop: EventLoop, service: any ModelService,
        tools: any ToolService, callObserver: any ModelCallObserver, timeLimits: TimeLimits,
        delegates: [any InlineAILoopDelegate],
        onDelegateFailure: @escaping (any Error) -> Void = { _ in }, onEnd: @escaping (Session) -> Void
    ) {
        self.identity = identity
        model = configuration.model
        self.loop = loop
        self.service = service
        self.tools = tools
        toolsVersion = tools.version
        self.callObserver = callObserver
        self.timeLimits = timeLimits
        self.delegates = delegates
        self.onDelegateFailure = onDelegateFailure
        self.onEnd = onEnd
        var configuration = configuration
        configuration.serverTools = tools.tools
        aiLoop = AILoop(configuration: configuration)
        lastActivity = loop.now
    }

    package var id: String { identity.sessionID }

    /// Whether a message is being answered or waits.
    package var isBusy: Bool { aiLoop.isBusy }

    package var isPaused: Bool { aiLoop.phase == .paused }

    /// The conversation, system prompt first.
    package var history: [ChatMessage] { aiLoop.context.history }

    // MARK: Inputs

    package func start() {
        scheduleLifeTimers()
        receive(.start)
    }

    /// Gives the AI loop one input and does what it answers.
    @discardableResult
    package func receive(_ input: AILoopInput) -> AILoopAnswer {
        if toolsVersion != tools.version {
            toolsVersion = tools.version
            aiLoop.setServerTools(tools.tools)
        }
        let answer = aiLoop.receive(input, into: &actions)
        performActions()
        return answer
    }

    /// An input from the client, which keeps the session from being idle.
    @discardableResult
    package func receive(fromClient input: AILoopInput) -> AILoopAnswer {
        lastActivity = loop.now
        return receive(input)
    }

    // MARK: Actions

    private func performActions() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        var index = 0
        while index < actions.count {
            perform(actions[index])
            index += 1
        }
        actions.removeAll(keepingCapacity: actions.capacity <= 16)
    }

    private func perform(_ action: AILoopAction) {
        switch action {
        case .emit(let event):
            emit(event)
        case .startModelCall(let request, let callNumber):
            call = (callNumber, service.start(request, receiver: self))
            callObserver.modelCallStarted()
        case .cancelModelCall:
            cancelCall()
        case .pauseModelCall:
            call?.call.pauseReading()
        case .resumeModelCall:
            call?.call.resumeReading()
        case .startToolTimer(let callID):
            startTimer(of: callID, after: timeLimits.clientTool)
        case .startApprovalTimer(let callID):
            startTimer(of: callID, after: timeLimits.approval)
        case .cancelToolTimer(let callID):
            if let timer = toolTimers.removeValue(forKey: callID) { loop.cancel(timer) }
        case .startToolRun(let call, let arguments):
            toolRuns[call.id] = tools.start(call, arguments: arguments, for: identity.sessionID) { [self] report in
                toolRuns[call.id] = nil
                receive(.toolRunEnded(callID: call.id, report))
            }
        case .cancelToolRun(let callID):
            toolRuns.removeValue(forKey: callID)?.cancel()
        }
    }

    private func startTimer(of callID: String, after nanoseconds: UInt64) {
        guard nanoseconds > 0 else { return }
        toolTimers[callID] = loop.schedule(after: nanoseconds) { [self] in
            toolTimers[callID] = nil
            receive(.toolTimedOut(callID: callID))
        }
    }

    private func cancelCall() {
        guard let call else { return }
        self.call = nil
        call.call.cancel()
        callObserver.modelCallEnded(.cancelled)
    }

    private func emit(_ event: AILoopEvent) {
        for delegate in delegates {
            do {
                try delegate.receive(event, from: identity)
            } catch {
                onDelegateFailure(error)
            }
        }
        if case .sessionEnded = event { end() }
    }

    private func end() {
        for timer in lifeTimers { loop.cancel(timer) }
        for timer in toolTimers.values { loop.cancel(timer) }
        lifeTimers = []
        toolTimers = [:]
        for run in toolRuns.values { run.cancel() }
        toolRuns = [:]
        cancelCall()
        delegates = []
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(self)
    }

    // MARK: Time limits

    // Timers hold the session until `end()` cancels them, as weak references would slow down each chunk: an object that
    // has one counts its references out of line.

    private func scheduleLifeTimers() {
        if timeLimits.whole > 0 {
            lifeTimers.append(
                loop.schedule(after: timeLimits.whole) { [self] in
                    receive(.stop(reason: "Session reached its time limit"))
                })
        }
        if timeLimits.idle > 0 { scheduleIdleTimer(after: timeLimits.idle) }
    }

    /// One timer serves all activity: when it fires early, it waits for the rest.
    private func scheduleIdleTimer(after delay: UInt64) {
        let timer = loop.schedule(after: delay) { [self] in checkIdleness() }
        if timeLimits.whole > 0 { lifeTimers = [lifeTimers[0], timer] } else { lifeTimers = [timer] }
    }

    private func checkIdleness() {
        if aiLoop.isBusy { lastActivity = loop.now }
        let idle = loop.now &- lastActivity
        if idle >= timeLimits.idle {
            receive(.stop(reason: "Session was idle for too long"))
        } else {
            scheduleIdleTimer(after: timeLimits.idle - idle)
        }
    }
}

extension Session: ModelCallReceiver {
    package func modelCall(_ call: any ModelCall, received event: ModelEvent) {
        guard let current = self.call, current.call === call else { return }
        if let outcome = ModelCallOutcome(endingWith: event) {
            self.call = nil
            callObserver.modelCallEnded(outcome)
        }
        receive(.model(event, callNumber: current.number))
    }
}
