import AILoop
import JSON
import Testing

/// Every input in every state: what is answered and which state follows.
@Suite struct AILoopTransitionTests {
    /// A way to get a loop into a state. In all but the first three, message `m1` is being answered; call `c1` waits in
    /// those named after tools.
    enum Situation: CaseIterable {
        case notStarted, waiting, shutDown, assembling, tools, pausedWaiting, pausedAssembling, pausedTools

        func makeHarness() -> LoopHarness {
            var harness = LoopHarness(started: self != .notStarted)
            switch self {
            case .notStarted, .waiting, .shutDown, .pausedWaiting: break
            case .assembling, .pausedAssembling: harness.send(.userMessage(id: "m1", text: "Hello"))
            case .tools, .pausedTools:
                harness.send(.userMessage(id: "m1", text: "Hello"))
                harness.callTools([(id: "c1", name: "clock", arguments: "{}")])
            }
            switch self {
            case .shutDown: harness.send(.stop(reason: "over"))
            case .pausedWaiting, .pausedAssembling, .pausedTools: harness.send(.pause)
            default: break
            }
            _ = harness.takeActions()
            return harness
        }
    }

    enum Outcome: Equatable, Sendable {
        /// Accepted; the state that follows.
        case to(AILoop.Phase)
        case refused(AILoopAnswer.Refusal)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        /// The number of the latest model call is filled in.
        var input: @Sendable (_ callNumber: Int) -> AILoopInput
        /// In the order of ``Situation/allCases``.
        var outcomes: [Outcome]
        var testDescription: String { name }

        init(_ name: String, _ outcomes: [Outcome], _ input: @escaping @Sendable (Int) -> AILoopInput) {
            self.name = name
            self.input = input
            self.outcomes = outcomes
        }
    }

    private static let early = Outcome.refused(.notStarted)
    private static let late = Outcome.refused(.shutDown)
    private static let stale = Outcome.refused(.staleModelCall)
    private static let unknown = Outcome.refused(.unknownToolCall)
    private static let same = Outcome.refused(.unchanged)
    private static let nothing = Outcome.refused(.nothingToCancel)
    private static let waiting = Outcome.to(.waitingForInput)
    private static let assembling = Outcome.to(.assembling)
    private static let tools = Outcome.to(.waitingForToolResults)
    private static let paused = Outcome.to(.paused)
    private static let over = Outcome.to(.shutDown)

    static let table: [Row] = [
        // notStarted, waiting, shutDown, assembling, tools, pausedWaiting, pausedAssembling, pausedTools
        Row("start", [waiting, same, late, same, same, same, same, same]) { _ in .start },
        Row("user message", [early, assembling, late, assembling, tools, paused, paused, paused]) { _ in
            .userMessage(id: "m2", text: "And?")
        },
        Row("text", [early, stale, late, assembling, stale, stale, paused, stale]) {
            .model(.text("Hi"), callNumber: $0)
        },
        Row("reasoning", [early, stale, late, assembling, stale, stale, paused, stale]) {
            .model(.reasoning("Hm"), callNumber: $0)
        },
        Row("reasoning details", [early, stale, late, assembling, stale, stale, paused, stale]) {
            .model(.reasoningDetails([]), callNumber: $0)
        },
        Row("tool call fragment", [early, stale, late, assembling, stale, stale, paused, stale]) {
            .model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", name: "clock")), callNumber: $0)
        },
        Row("finished", [early, stale, late, waiting, stale, stale, paused, stale]) {
            .model(.finished(ModelCompletion()), callNumber: $0)
        },
        Row("failed", [early, stale, late, waiting, stale, stale, paused, stale]) {
            .model(.failed(upstreamError), callNumber: $0)
        },
        Row("event of an earlier call", [early, stale, late, stale, stale, stale, stale, stale]) {
            .model(.text("Hi"), callNumber: $0 - 1)
        },
        Row("tool result", [early, unknown, late, unknown, assembling, unknown, unknown, paused]) { _ in
            .toolResult(callID: "c1", content: "12:00", isError: false)
        },
        Row("unknown tool result", [early, unknown, late, unknown, unknown, unknown, unknown, unknown]) { _ in
            .toolResult(callID: "c9", content: "12:00", isError: false)
        },
        Row("tool time-out", [early, unknown, late, unknown, assembling, unknown, unknown, unknown]) { _ in
            .toolTimedOut(callID: "c1")
        },
        Row("unknown tool time-out", [early, unknown, late, unknown, unknown, unknown, unknown, unknown]) { _ in
            .toolTimedOut(callID: "c9")
        },
        Row("end of an unknown run", [early, unknown, late, unknown, unknown, unknown, unknown, unknown]) { _ in
            .toolRunEnded(callID: "c1", ToolRunReport(content: "", outcome: .success))
        },
        Row("unknown approval", [early, unknown, late, unknown, unknown, unknown, unknown, unknown]) { _ in
            .toolApproval(callID: "c1", isApproved: true, reason: nil)
        },
        Row("cancel", [early, nothing, late, waiting, waiting, nothing, paused, paused]) { _ in
            .cancel(messageID: nil)
        },
        Row("cancel by id", [early, nothing, late, waiting, waiting, nothing, paused, paused]) { _ in
            .cancel(messageID: "m1")
        },
        Row("cancel of an unknown id", [early, nothing, late, nothing, nothing, nothing, nothing, nothing]) { _ in
            .cancel(messageID: "m9")
        },
        Row("pause", [early, paused, late, paused, paused, same, same, same]) { _ in .pause },
        Row("resume", [early, same, late, same, same, waiting, assembling, tools]) { _ in .resume },
        Row("stop", [over, over, late, over, over, over, over, over]) { _ in .stop(reason: "bye") },
    ]

    @Test("Every input has its answer and its next state", arguments: table)
    func transitions(row: Row) {
        #expect(row.outcomes.count == Situation.allCases.count)
        for (situation, outcome) in zip(Situation.allCases, row.outcomes) {
            var harness = situation.makeHarness()
            let phaseBefore = harness.loop.phase
            let historyBefore = harness.history
            let answer = harness.send(row.input(harness.callNumber))
            switch outcome {
            case .to(let phase):
                #expect(answer == .accepted, "\(situation)")
                #expect(harness.loop.phase == phase, "\(situation)")
            case .refused(let refusal):
                #expect(answer == .refused(refusal), "\(situation)")
                #expect(harness.loop.phase == phaseBefore, "\(situation)")
                #expect(harness.history == historyBefore, "\(situation)")
                #expect(harness.takeActions().isEmpty, "\(situation)")
            }
        }
    }

    @Test("The situations are in the states they are named after")
    func situations() {
        let phases = Situation.allCases.map { $0.makeHarness().loop.phase }
        #expect(
            phases == [
                .notStarted, .waitingForInput, .shutDown, .assembling, .waitingForToolResults, .paused, .paused,
                .paused,
            ])
    }

    @Test("A session that starts and ends says so")
    func lifeEvents() {
        var harness = LoopHarness(started: false)
        harness.send(.start)
        harness.send(.stop(reason: "by request"))
        #expect(harness.takeEvents() == [.sessionStarted, .sessionEnded(reason: "by request")])
    }

    @Test("A session that never started ends without a word")
    func unstartedStop() {
        var harness = LoopHarness(started: false)
        #expect(harness.send(.stop(reason: "shutdown")) == .accepted)
        #expect(harness.takeActions().isEmpty)
    }
}
