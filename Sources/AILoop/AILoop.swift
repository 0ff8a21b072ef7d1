/// The AI loop of one session: what a user says, what the model answers, which tools it calls, in which order.
///
/// A pure value. Every input is answered at once, and what there is to do is appended to the caller's actions; the driver
/// carries them out in order. Inputs that make no sense in a state are refused and change nothing.
///
///                 start                 userMessage, or one waits
///     notStarted ───────▶ waitingForInput ───────────────────────▶ assembling ◀──────────────────┐
///                            ▲        ▲                             │      │                     │
///                            │        └─────────────────────────────┘      │ finished            │ last result
///                            │          finished, failed, cancel           │ with tool calls     │ or time-out
///                            │                                             ▼                     │
///                            └──────────────────────────────── waitingForToolResults ────────────┘
///                                         cancel
///
///     waitingForInput, assembling, waitingForToolResults ── pause ──▶ paused ── resume ──▶ where it was
///     any ── stop ──▶ shutDown
///
/// While paused nothing is sent to the model: the running stream is held back, what of it still arrives is kept for the
/// resume, results are taken but not passed on, messages wait, and the client may take its time. Tools that the server
/// runs go on; none is started.
///
/// Tool calls of one answer are all announced before anything is done about them. The server runs its own, up to
/// ``AILoopConfiguration/maximumParallelTools`` at a time; those that need approval wait for it first.
///
/// An accepted message ends in exactly one of a final chunk, an error, or the end of the session. What stays of it in the
/// history is up to ``ContextManager/endTurn(wasCutShort:)``: the text that was streamed always; where there was none and
/// it did not succeed, nothing, the user's words included. An answer that is cut short leaves its text only, neither tool
/// calls without results nor reasoning details without their signature.
package struct AILoop: ~Copyable, Sendable {
    /// What a loop does when nobody has paused it.
    enum Activity: ~Copyable {
        /// To `assembling` by a user message.
        case waitingForInput
        /// To `waitingForInput` by the end of the stream, an error or a cancel; to `waitingForToolResults` by an answer
        /// with tool calls; to itself where all of those are invalid.
        case assembling(StreamedAnswer)
        /// To `assembling` by the last result; to `waitingForInput` by a cancel.
        case waitingForToolResults(ToolRound)

        /// The message being answered.
        var messageID: String? {
            switch self {
            case .waitingForInput: nil
            case .assembling(let answer): answer.message.id
            case .waitingForToolResults(let round): round.message.id
            }
        }
    }

    enum State: ~Copyable {
        /// To `running` by `start`.
        case notStarted
        /// To `paused` by `pause`.
        case running(Activity)
        /// To `running` by `resume`. The activity changes only by a cancel (to `waitingForInput`).
        case paused(Activity, HeldEvents)
        /// Final; every other state goes here by `stop`.
        case shutDown
    }

    /// The state by name.
    package enum Phase: Sendable, Hashable, CaseIterable {
        case notStarted, waitingForInput, assembling, waitingForToolResults, paused, shutDown
    }

    private struct QueuedMessage {
        var id: String
        var text: String
    }

    let configuration: AILoopConfiguration
    var state = State.notStarted
    private var queue: [QueuedMessage] = []
    var toolCallIdentifiers = ToolCallIdentifiers()
    /// Of the latest model call. Events that carry another one are stale.
    var callNumber = 0

    package internal(set) var context: ContextManager
    private(set) var catalog: ToolCatalog

    package init(configuration: AILoopConfiguration) {
        self.configuration = configuration
        catalog = ToolCatalog(
            server: configuration.serverTools, client: configuration.tools,
            clientApproves: configuration.clientApprovesTools)
        context = ContextManager(
            systemPrompt: configuration.systemPrompt, tools: catalog.definitions, budget: configuration.contextBudget,
            maximumHistoryBytes: configuration.limits.maximumHistoryBytes)
    }

    package var phase: Phase {
        switch state {
        case .notStarted: .notStarted
        case .running(.waitingForInput): .waitingForInput
        case .running(.assembling): .assembling
        case .running(.waitingForToolResults): .waitingForToolResults
        case .paused: .paused
        case .shutDown: .shutDown
        }
    }

    /// Whether a message is being answered or waits for its turn.
    package var isBusy: Bool {
        switch state {
        // One pattern a case: of move-only values the compiler takes no more.
        case .running(.assembling): true
        case .running(.waitingForToolResults): true
        case .paused(.assembling, _): true
        case .paused(.waitingForToolResults, _): true
        default: !queue.isEmpty
        }
    }

    /// Leaves `shutDown` behind: every way on puts a state back.
    mutating func takeState() -> State {
        exchange(&state, with: .shutDown)
    }

    /// Takes effect with the next model call.
    package mutating func setContextBudget(_ budget: ContextBudget) {
        context.budget = budget
    }

    /// The server's tools have changed. Takes effect with the next model call; calls under way go on.
    package mutating func setServerTools(_ tools: ServerToolSet) {
        catalog = ToolCatalog(
            server: tools, client: configuration.tools, clientApproves: configuration.clientApprovesTools)
        context.setTools(catalog.definitions)
    }

    package mutating func receive(_ input: AILoopInput, into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch input {
        case .model(let event, let callNumber): receive(event, callNumber: callNumber, into: &actions)
        case .start: start(into: &actions)
        case .userMessage(let id, let text): enqueue(QueuedMessage(id: id, text: text), into: &actions)
        case .toolResult(let callID, let content, let isError):
            receive(.clientResult(content: content, isError: isError), ofCall: callID, into: &actions)
        case .toolTimedOut(let callID): receive(.timedOut, ofCall: callID, into: &actions)
        case .toolRunEnded(let callID, let report): receive(.runEnded(report), ofCall: callID, into: &actions)
        case .toolApproval(let callID, let isApproved, let reason):
            receive(.approval(isApproved, reason: reason), ofCall: callID, into: &actions)
        case .cancel(let messageID): cancel(messageID, into: &actions)
        case .pause: pause(into: &actions)
        case .resume: resume(into: &actions)
        case .stop(let reason): stop(reason: reason, into: &actions)
        }
    }

    // MARK: Start and stop

    private mutating func start(into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch phase {
        case .notStarted:
            state = .running(.waitingForInput)
            actions.append(.emit(.sessionStarted))
            return .accepted
        case .shutDown: return .refused(.shutDown)
        case .waitingForInput, .assembling, .waitingForToolResults, .paused: return .refused(.unchanged)
        }
    }

    private mutating func stop(reason: String, into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch takeState() {
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            // Nobody was told of a start, so nobody is told of the end.
            break
        case .running(let activity):
            abandon(activity, isPaused: false, into: &actions)
            actions.append(.emit(.sessionEnded(reason: reason)))
        case .paused(let activity, _):
            abandon(activity, isPaused: true, into: &actions)
            actions.append(.emit(.sessionEnded(reason: reason)))
        }
        queue = []
        return .accepted
    }

    // MARK: User messages

    private mutating func enqueue(_ message: QueuedMessage, into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch phase {
        case .notStarted: return .refused(.notStarted)
        case .shutDown: return .refused(.shutDown)
        case .waitingForInput:
            queue.append(message)
            startNextMessage(into: &actions)
            return .accepted
        case .assembling, .waitingForToolResults, .paused:
            guard queue.count < configuration.maximumQueuedMessages else {
                return .refused(.queueFull(limit: configuration.maximumQueuedMessages))
            }
            queue.append(message)
            return .accepted
        }
    }

    /// From `waitingForInput`, running.
    mutating func startNextMessage(into actions: inout [AILoopAction]) {
        guard !queue.isEmpty else { return }
        let message = queue.removeFirst()
        context.beginTurn(userMessage: message.text)
        actions.append(.emit(.userMessageProcessed(messageID: message.id, text: message.text)))
        startModelCall(for: MessageInProgress(id: message.id), into: &actions)
    }

    mutating func startModelCall(for message: MessageInProgress, into actions: inout [AILoopAction]) {
        callNumber += 1
        let request = ModelRequest(
            model: configuration.model, fallbackModels: configuration.fallbackModels,
            messages: context.requestMessages, tools: catalog.definitions,
            toolChoice: message.toolRounds < configuration.maximumToolRounds ? .auto : .none,
            params: configuration.params, sessionID: configuration.sessionID, user: configuration.user)
        state = .running(.assembling(StreamedAnswer(message: message, callNumber: callNumber)))
        actions.append(.startModelCall(request, callNumber: callNumber))
    }

    // MARK: The model's answer

    mutating func receive(
        _ event: ModelEvent, callNumber: Int, into actions: inout [AILoopAction]
    ) -> AILoopAnswer {
        switch takeState() {
        case .running(.assembling(let answer)):
            guard answer.callNumber == callNumber else {
                state = .running(.assembling(answer))
                return .refused(.staleModelCall)
            }
            advance(answer, with: event, into: &actions)
            return .accepted
        case .paused(.assembling(var answer), var held):
            guard answer.callNumber == callNumber, !answer.isCallOver else {
                state = .paused(.assembling(answer), held)
                return .refused(.staleModelCall)
            }
            hold(event, of: &answer, after: &held, into: &actions)
            state = .paused(.assembling(answer), held)
            return .accepted
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            state = .notStarted
            return .refused(.notStarted)
        case let other:
            state = other
            return .refused(.staleModelCall)
        }
    }

    /// The answer grows, or ends and gives way to the state that follows.
    private mutating func advance(
        _ answer: consuming StreamedAnswer, with event: ModelEvent, into actions: inout [AILoopAction]
    ) {
        switch event {
        case .finished(let completion): return finish(answer, completion, into: &actions)
        case .failed(let error): return fail(answer, error, into: &actions)
        case .text, .reasoning, .reasoningDetails, .toolCallFragment: break
        }
        guard answer.add(event, within: configuration.limits) else {
            if !answer.isCallOver { actions.append(.cancelModelCall(callNumber: answer.callNumber)) }
            return fail(answer, Self.answerTooLargeError, into: &actions)
        }
        if case .text(let text) = event {
            actions.append(.emit(.chunkReceived(messageID: answer.message.id, text: text, isFinal: false)))
        } else if case .reasoning(let text) = event {
            actions.append(.emit(.reasoningChunkReceived(messageID: answer.message.id, text: text)))
        }
        state = .running(.assembling(answer))
    }

    private mutating func fail(
        _ answer: consuming StreamedAnswer, _ error: ModelError, into actions: inout [AILoopAction]
    ) {
        keepText(of: answer)
        state = .running(.waitingForInput)
        actions.append(.emit(.errorOccurred(messageID: answer.message.id, error: error)))
        startNextMessage(into: &actions)
    }

    private mutating func finish(
        _ answer: consuming StreamedAnswer, _ completion: ModelCompletion, into actions: inout [AILoopAction]
    ) {
        let message = answer.message
        if let usage = completion.usage {
            actions.append(
                .emit(
                    .usageReported(
                        messageID: message.id, usage: usage, model: completion.model,
                        generationID: completion.generationID)))
        }
        // Whether there are tool calls, not what the finish reason says, decides.
        let calls = answer.toolCalls.calls
        if calls.isEmpty {
            return complete(message, with: answer.assistantMessage, into: &actions)
        }
        if calls.contains(where: { $0.name == nil }) { return fail(answer, Self.namelessCallError, into: &actions) }
        if message.toolRounds >= configuration.maximumToolRounds {
            // It was asked to answer without tools. What it said beside the calls has to do.
            guard !answer.text.isEmpty else {
                return fail(answer, Self.toolRoundsError(limit: configuration.maximumToolRounds), into: &actions)
            }
            return complete(message, with: AssistantMessage(text: answer.text), into: &actions)
        }
        startToolRound(answer, calls, into: &actions)
    }

    /// The message's last answer is there.
    private mutating func complete(
        _ message: MessageInProgress, with answer: AssistantMessage, into actions: inout [AILoopAction]
    ) {
        if !answer.text.isEmpty { context.append(answer) }
        context.endTurn(wasCutShort: false)
        state = .running(.waitingForInput)
        actions.append(.emit(.chunkReceived(messageID: message.id, text: "", isFinal: true)))
        startNextMessage(into: &actions)
    }

    // MARK: Cancel

    private mutating func cancel(_ messageID: String?, into actions: inout [AILoopAction]) -> AILoopAnswer {
        switch takeState() {
        case .shutDown: return .refused(.shutDown)
        case .notStarted:
            state = .notStarted
            return .refused(.notStarted)
        case .running(let activity):
            guard let current = activity.messageID, current == messageID ?? current else {
                state = .running(activity)
                return cancelQueued(messageID, into: &actions)
            }
            abandon(activity, isPaused: false, into: &actions)
            state = .running(.waitingForInput)
            actions.append(.emit(.chunkReceived(messageID: current, text: "", isFinal: true)))
            startNextMessage(into: &actions)
        case .paused(let activity, let held):
            guard let current = activity.messageID, current == messageID ?? current else {
                state = .paused(activity, held)
                return cancelQueued(messageID, into: &actions)
            }
            abandon(activity, isPaused: true, into: &actions)
            state = .paused(.waitingForInput, HeldEvents())
            actions.append(.emit(.chunkReceived(messageID: current, text: "", isFinal: true)))
        }
        return .accepted
    }

    private mutating func cancelQueued(_ messageID: String?, into actions: inout [AILoopAction]) -> AILoopAnswer {
        guard let position = queue.firstIndex(where: { $0.id == messageID ?? $0.id }) else {
            return .refused(.nothingToCancel)
        }
        let message = queue.remove(at: position)
        actions.append(.emit(.chunkReceived(messageID: message.id, text: "", isFinal: true)))
        return .accepted
    }

    /// Ends what is under way upstream and at the client, and keeps the text that was streamed.
    private mutating func abandon(_ activity: consuming Activity, isPaused: Bool, into actions: inout [AILoopAction]) {
        switch activity {
        case .waitingForInput: break
        case .assembling(let answer):
            if !answer.isCallOver { actions.append(.cancelModelCall(callNumber: answer.callNumber)) }
            keepText(of: answer)
        case .waitingForToolResults(let round):
            if !isPaused { cancelTimers(of: round, into: &actions) }
            for callID in round.runningCallIDs { actions.append(.cancelToolRun(callID: callID)) }
            if !round.answer.text.isEmpty { context.append(AssistantMessage(text: round.answer.text)) }
            context.endTurn(wasCutShort: true)
        }
    }

    private mutating func keepText(of answer: borrowing StreamedAnswer) {
        if !answer.text.isEmpty { context.append(AssistantMessage(text: answer.text)) }
        context.endTurn(wasCutShort: true)
    }
}
