import AILoop
import JSON
import Testing

/// Random inputs, also senseless ones, against everything a loop promises.
@Suite struct AILoopPropertyTests {
    @Test("No sequence of inputs breaks a promise", arguments: 0..<8)
    func randomSequences(group: UInt64) {
        for seed in (group * 1000)..<((group + 1) * 1000) {
            var run = RandomRun(seed: seed)
            run.play()
            if let fault = run.faults.first {
                var again = RandomRun(seed: seed, isLogging: true)
                again.play()
                Issue.record("seed \(seed): \(fault)\n\(again.log.joined(separator: "\n"))")
                return
            }
        }
    }

    @Test("One seed gives one sequence")
    func reproducible() {
        var first = RandomRun(seed: 42, isLogging: true)
        var second = RandomRun(seed: 42, isLogging: true)
        first.play()
        second.play()
        #expect(first.log == second.log)
        #expect(first.log.count > 50)
    }
}

/// One loop fed at random and watched from outside.
private struct RandomRun: ~Copyable {
    private var random: SeededGenerator
    private var loop: AILoop
    private var watcher = LoopWatcher()
    private let maximumToolRounds: Int
    private let maximumParallelTools: Int
    private(set) var faults: [String] = []
    private(set) var log: [String] = []
    private var messageCount = 0
    private let hasTightLimits: Bool
    private let isLogging: Bool

    init(seed: UInt64, isLogging: Bool = false) {
        self.isLogging = isLogging
        random = SeededGenerator(seed: seed)
        maximumToolRounds = Int.random(in: 0...3, using: &random)
        hasTightLimits = Int.random(in: 0..<4, using: &random) == 0
        let limits =
            hasTightLimits
            ? AILoopLimits(
                maximumAnswerBytes: 24, maximumAnswerParts: 2, maximumHeldBytes: 150, maximumHistoryBytes: 60)
            : AILoopLimits()
        // Without any tool all calls are the client's.
        let hasTools = Int.random(in: 0..<4, using: &random) != 0
        let serverTools = [
            ServerTool(definition: Self.definition("add"), policy: .allow),
            ServerTool(definition: Self.definition("erase"), policy: .ask),
            ServerTool(definition: Self.definition("reboot"), policy: .deny),
        ]
        maximumParallelTools = Int.random(in: 1...2, using: &random)
        watcher.maximumParallelTools = maximumParallelTools
        loop = AILoop(
            configuration: AILoopConfiguration(
                sessionID: "s", model: "m", systemPrompt: Bool.random(using: &random) ? "Be brief." : "",
                tools: hasTools ? [Self.definition("clock"), Self.definition("weather")] : [],
                serverTools: ServerToolSet(hasTools ? serverTools : []),
                clientApprovesTools: Bool.random(using: &random),
                maximumParallelTools: maximumParallelTools,
                maximumToolRounds: maximumToolRounds, maximumQueuedMessages: Int.random(in: 0...3, using: &random),
                contextBudget: ContextBudget(maximumContextTokens: Bool.random(using: &random) ? 60 : 32768),
                limits: limits))
    }

    private static func definition(_ name: String) -> ToolDefinition {
        ToolDefinition(name: name, definition: ["type": "function", "function": ["name": .string(name)]])
    }

    mutating func play() {
        if Int.random(in: 0..<8, using: &random) != 0 { send(.start) }
        for _ in 0..<Int.random(in: 60...120, using: &random) { send(randomInput()) }
        drain()
        if faults.isEmpty { faults += watcher.faultsAtEnd(exactText: !hasTightLimits) }
    }

    /// Whatever still runs is brought to its end, by a stop or by answers.
    private mutating func drain() {
        if Bool.random(using: &random) { return send(.stop(reason: "end")) }
        send(.start)
        send(.resume)
        for _ in 0..<100 where loop.phase != .waitingForInput && loop.phase != .shutDown {
            if let callID = watcher.runningCalls.first {
                send(.toolRunEnded(callID: callID, ToolRunReport(content: "r", outcome: .success)))
            } else if let callID = watcher.waitingCalls.first {
                send(.toolTimedOut(callID: callID))
            } else {
                send(.model(.finished(ModelCompletion()), callNumber: watcher.lastCall))
            }
        }
        if loop.phase != .waitingForInput && loop.phase != .shutDown { faults.append("does not come to rest") }
    }

    private mutating func send(_ input: AILoopInput) {
        guard faults.isEmpty else { return }
        var actions: [AILoopAction] = []
        let answer = loop.receive(input, into: &actions)
        if isLogging { log.append("\(input) → \(answer) \(actions)") }
        faults += watcher.observe(input, answer, actions)
        if let fault = conversationFault(loop.context.history) { faults.append("history: " + fault) }
    }

    private mutating func randomInput() -> AILoopInput {
        let id = "m\(Int.random(in: 0...max(messageCount, 1), using: &random))"
        let anyCall = watcher.waitingCalls.randomElement(using: &random) ?? "c\(Int.random(in: 0..<4, using: &random))"
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50:
            let isStale = Int.random(in: 0..<12, using: &random) == 0
            return .model(randomEvent(), callNumber: isStale ? watcher.lastCall - 1 : watcher.lastCall)
        case 50..<66:
            messageCount += 1
            return .userMessage(id: "m\(messageCount)", text: "question \(messageCount)")
        case 66..<70:
            let running = watcher.runningCalls.randomElement(using: &random) ?? anyCall
            return .toolRunEnded(callID: running, ToolRunReport(content: "ran", outcome: .success))
        case 70..<73: return .toolApproval(callID: anyCall, isApproved: Bool.random(using: &random), reason: nil)
        case 73..<78: return .toolResult(callID: anyCall, content: "result", isError: Bool.random(using: &random))
        case 78..<82: return .toolTimedOut(callID: anyCall)
        case 82..<86: return .cancel(messageID: Bool.random(using: &random) ? nil : id)
        case 86..<91: return .pause
        case 91..<98: return .resume
        case 98: return .start
        default: return Int.random(in: 0..<4, using: &random) == 0 ? .stop(reason: "over") : .resume
        }
    }

    private mutating func randomEvent() -> ModelEvent {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: return .text(["a", "bc", "дe", "f g h"].randomElement(using: &random) ?? "a")
        case 8: return .reasoning("hm")
        case 9: return .reasoningDetails([["type": "reasoning.text", "text": "h", "index": 0]])
        case 10..<15:
            return .toolCallFragment(
                ToolCallFragment(
                    index: [nil, 0, 1, 2].randomElement(using: &random) ?? nil,
                    id: [nil, "c0", "c1", "c2"].randomElement(using: &random) ?? nil,
                    name: ["clock", "clock", "weather", "add", "add", "erase", "reboot", "what", nil].randomElement(
                        using: &random) ?? nil,
                    arguments: ["", "{}", "{", "}", "[]"].randomElement(using: &random) ?? ""))
        case 15..<19: return .finished(ModelCompletion(finishReason: "stop"))
        default: return .failed(upstreamError)
        }
    }
}

/// Follows a loop's actions as its driver would, and says where they make no sense.
private struct LoopWatcher {
    private struct Message {
        var fed = ""
        var streamed = ""
        var endings = 0
        var wasCut = false
    }

    private var messages: [String: Message] = [:]
    private var current: String?
    private var liveCall: Int?
    private var isCallPaused = false
    private var isPaused = false
    private var isStopped = false
    private var timers: Set<String> = []
    private(set) var lastCall = 0
    private(set) var waitingCalls: [String] = []
    private var announcedCalls: Set<String> = []
    private(set) var runningCalls: [String] = []
    private var startedRuns: Set<String> = []
    private var unapprovedCalls: Set<String> = []
    var maximumParallelTools = 1
    private var faults: [String] = []

    mutating func observe(_ input: AILoopInput, _ answer: AILoopAnswer, _ actions: [AILoopAction]) -> [String] {
        guard answer == .accepted else { return actions.isEmpty ? [] : ["refused, but did something"] }
        switch input {
        case .userMessage(let id, _): messages[id] = Message()
        case .model(.text(let text), _): if let current { messages[current]?.fed += text }
        case .model(.finished, _), .model(.failed, _): liveCall = nil
        case .toolTimedOut(let callID): timers.remove(callID)
        case .toolRunEnded(let callID, _): runningCalls.removeAll { $0 == callID }
        case .cancel:
            // Held text that was not streamed yet may be lost.
            if let current { messages[current]?.wasCut = true }
        default: break
        }
        for action in actions { follow(action) }
        if case .stop = input { isStopped = true }
        defer { faults = [] }
        return faults
    }

    func faultsAtEnd(exactText: Bool) -> [String] {
        var faults: [String] = []
        for (id, message) in messages {
            if message.endings != (isStopped ? min(message.endings, 1) : 1) {
                faults.append("\(id) ended \(message.endings) times")
            }
            let isWhole = message.streamed == message.fed
            if exactText && message.endings == 1 && !message.wasCut && !isWhole { faults.append("\(id) lost text") }
            if !message.fed.hasPrefix(message.streamed) { faults.append("\(id) streamed other text than it was fed") }
        }
        if liveCall != nil { faults.append("a call is left running") }
        if !timers.isEmpty { faults.append("timers are left running") }
        if !runningCalls.isEmpty { faults.append("tools are left running") }
        return faults
    }

    private mutating func follow(_ action: AILoopAction) {
        if isStopped { faults.append("acts after the stop") }
        switch action {
        case .emit(let event): follow(event)
        case .startModelCall(let request, let number):
            if liveCall != nil { faults.append("two calls at a time") }
            if isPaused { faults.append("call started while paused") }
            if number <= lastCall { faults.append("call number used again") }
            if let fault = conversationFault(request.messages) { faults.append("request: " + fault) }
            if case .assistant = request.messages.last { faults.append("request ends in an answer") }
            if !request.messages.contains(where: { if case .user = $0 { true } else { false } }) {
                faults.append("request without a user message")
            }
            liveCall = number
            lastCall = number
            isCallPaused = false
        case .cancelModelCall(let number):
            if liveCall != number { faults.append("dead call cancelled") }
            liveCall = nil
        case .pauseModelCall(let number):
            if liveCall != number || isCallPaused { faults.append("pause of a dead or paused call") }
            isCallPaused = true
        case .resumeModelCall(let number):
            if liveCall != number || !isCallPaused { faults.append("resume of a dead or running call") }
            isCallPaused = false
        case .startToolRun(let call, _):
            if isPaused { faults.append("tool started while paused") }
            if !waitingCalls.contains(call.id) { faults.append("stray run") }
            if unapprovedCalls.contains(call.id) { faults.append("run without approval") }
            if !startedRuns.insert(call.id).inserted { faults.append("tool run twice") }
            runningCalls.append(call.id)
            if runningCalls.count > maximumParallelTools { faults.append("too many tools run") }
        case .cancelToolRun(let callID):
            guard let position = runningCalls.firstIndex(of: callID) else {
                return faults.append("dead run cancelled")
            }
            runningCalls.remove(at: position)
        case .startToolTimer(let callID), .startApprovalTimer(let callID):
            if !timers.insert(callID).inserted || !waitingCalls.contains(callID) { faults.append("stray timer") }
        case .cancelToolTimer(let callID):
            if timers.remove(callID) == nil { faults.append("dead timer cancelled") }
        }
    }

    private mutating func follow(_ event: AILoopEvent) {
        switch event {
        case .sessionStarted: break
        case .sessionEnded: isStopped = true
        case .userMessageProcessed(let id, _):
            if messages[id]?.endings != 0 || current != nil { faults.append("\(id) begun out of turn") }
            current = id
        case .chunkReceived(let id, let text, let isFinal):
            if isFinal { return end(id) }
            if id != current || messages[id]?.endings != 0 { faults.append("chunk of \(id) out of turn") }
            if text.isEmpty { faults.append("empty chunk") }
            messages[id]?.streamed += text
        case .reasoningChunkReceived(let id, _), .usageReported(let id, _, _, _):
            if id != current { faults.append("\(event.name) out of turn") }
        case .toolCallRejected(let id, let call, _):
            if id != current { faults.append("call rejected out of turn") }
            if !announcedCalls.insert(call.id).inserted { faults.append("call id used again") }
        case .toolApprovalGiven(_, let callID, let isApproved):
            if !unapprovedCalls.contains(callID) { faults.append("stray approval") }
            if isApproved { unapprovedCalls.remove(callID) }
        case .toolCallGenerated(let id, let call, _, _, let needsApproval):
            if needsApproval { unapprovedCalls.insert(call.id) }
            if id != current || !timers.isEmpty { faults.append("call announced out of turn") }
            if !announcedCalls.insert(call.id).inserted { faults.append("call id used again") }
            waitingCalls.append(call.id)
        case .toolResultProcessed(let id, let result):
            guard id == current, let position = waitingCalls.firstIndex(of: result.callID) else {
                return faults.append("stray result")
            }
            waitingCalls.remove(at: position)
        case .paused: isPaused = true
        case .resumed: isPaused = false
        case .errorOccurred(let id, _): end(id)
        }
    }

    private mutating func end(_ id: String) {
        messages[id]?.endings += 1
        if messages[id]?.endings != 1 { faults.append("\(id) ended again, or never began") }
        if id == current {
            current = nil
            waitingCalls = []
        }
    }
}
