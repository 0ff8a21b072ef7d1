import AILoop
import JSON
import Testing

/// Tool calls: announced, waited for, given back to the model.
@Suite struct AILoopToolTests {
    private static let clock = ToolCall(id: "c1", name: "clock", arguments: #"{"zone":"UTC"}"#)
    private static let weather = ToolCall(id: "c2", name: "weather", arguments: "{}")

    private static func waitingForTwo(
        text: String = "", maximumToolRounds: Int = 8
    ) -> LoopHarness {
        var harness = LoopHarness(maximumToolRounds: maximumToolRounds)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        if !text.isEmpty { harness.model(.text(text)) }
        _ = harness.takeActions()
        harness.callTools([
            (id: "c1", name: "clock", arguments: #"{"zone":"UTC"}"#), (id: "c2", name: "weather", arguments: ""),
        ])
        return harness
    }

    @Test("All calls are announced, with parsed arguments, before any is waited for")
    func announced() {
        var harness = Self.waitingForTwo()
        #expect(
            harness.takeActions() == [
                .emit(.toolCallGenerated(messageID: "m1", call: Self.clock, arguments: ["zone": "UTC"])),
                .emit(.toolCallGenerated(messageID: "m1", call: Self.weather, arguments: [:])),
                .startToolTimer(callID: "c1"), .startToolTimer(callID: "c2"),
            ])
        #expect(harness.loop.phase == .waitingForToolResults)
    }

    @Test("Results go back in the order of the calls, whatever order they came in")
    func resultOrder() {
        var harness = Self.waitingForTwo(text: "Let me see.")
        _ = harness.takeActions()
        #expect(harness.send(.toolResult(callID: "c2", content: "rain", isError: false)) == .accepted)
        #expect(
            harness.takeActions() == [
                .cancelToolTimer(callID: "c2"),
                .emit(
                    .toolResultProcessed(
                        messageID: "m1",
                        result: ToolResult(callID: "c2", toolName: "weather", content: "rain", outcome: .success))),
            ])
        #expect(harness.send(.toolResult(callID: "c1", content: "12:00", isError: false)) == .accepted)
        #expect(
            harness.requests.last?.messages == [
                .system("Be brief."), .user("Hello"), .assistant("Let me see.", calls: [Self.clock, Self.weather]),
                .tool(callID: "c1", content: "12:00"), .tool(callID: "c2", content: "rain"),
            ])
    }

    @Test("The text of all rounds belongs to one message with one final chunk at the very end")
    func rounds() {
        var harness = Self.waitingForTwo(text: "Let me see.")
        harness.send(.toolResult(callID: "c1", content: "12:00", isError: false))
        harness.send(.toolResult(callID: "c2", content: "rain", isError: false))
        _ = harness.takeActions()
        harness.model(.text("Noon, rain."))
        harness.finish()
        #expect(harness.takeEvents() == [.chunk("m1", "Noon, rain."), .final("m1")])
        #expect(harness.history.suffix(2) == [.tool(callID: "c2", content: "rain"), .assistant("Noon, rain.")])
    }

    @Test("A result is taken once; one for an unknown call never")
    func repeatedResults() {
        var harness = Self.waitingForTwo()
        #expect(harness.send(.toolResult(callID: "c1", content: "12:00", isError: false)) == .accepted)
        #expect(harness.send(.toolResult(callID: "c1", content: "13:00", isError: false)) == .refused(.unknownToolCall))
        #expect(harness.send(.toolTimedOut(callID: "c1")) == .refused(.unknownToolCall))
        #expect(harness.send(.toolResult(callID: "c3", content: "?", isError: false)) == .refused(.unknownToolCall))
    }

    @Test("A tool that does not answer in time is an error that the model is told; its late result is refused")
    func timeOut() {
        var harness = Self.waitingForTwo()
        harness.send(.toolResult(callID: "c1", content: "12:00", isError: false))
        _ = harness.takeActions()
        #expect(harness.send(.toolTimedOut(callID: "c2")) == .accepted)
        let actions = harness.takeActions()
        guard case .emit(.toolResultProcessed("m1", let result))? = actions.first else {
            Issue.record("no result: \(actions)")
            return
        }
        #expect(result.callID == "c2" && result.isError)
        #expect(harness.requests.last?.messages.last == .tool(callID: "c2", content: result.content))
        #expect(harness.send(.toolResult(callID: "c2", content: "rain", isError: false)) == .refused(.unknownToolCall))
    }

    @Test(
        "Arguments that are not a JSON object are not announced: the model is told and may try again",
        arguments: ["{\"city\":", "[1]", "\"x\"", "null", "7", "{} {}"])
    func invalidArguments(arguments: String) {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.callTools([(id: "c1", name: "weather", arguments: arguments)])
        #expect(harness.takeEvents().map(\.name) == ["ai_loop.tool.call_rejected"])
        #expect(harness.loop.phase == .assembling)
        let messages = harness.requests.last?.messages.suffix(2) ?? []
        #expect(messages.first == .assistant("", calls: [ToolCall(id: "c1", name: "weather", arguments: "{}")]))
        guard case .tool("c1", let content)? = messages.last else {
            Issue.record("the model was not told: \(messages)")
            return
        }
        #expect(content.hasPrefix("Error: the arguments were not a JSON object"))
    }

    @Test("Beside an invalid call the valid one is carried out, and both are answered in their order")
    func partlyInvalidArguments() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.callTools([(id: "c1", name: "weather", arguments: "{"), (id: "c2", name: "clock", arguments: "{}")])
        #expect(harness.takeEvents().count { $0.name == "ai_loop.tool.call_generated" } == 1)
        harness.send(.toolResult(callID: "c2", content: "12:00", isError: false))
        #expect(
            harness.requests.last?.messages.suffix(2).map { message -> String in
                if case .tool(let callID, _) = message { callID } else { "" }
            } == ["c1", "c2"])
    }

    @Test("The finish reason does not decide: calls count under stop, none count under tool_calls")
    func finishReason() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", name: "clock")))
        harness.finish()
        #expect(harness.loop.phase == .waitingForToolResults)
        harness.send(.toolResult(callID: "c1", content: "12:00", isError: false))
        harness.model(.text("Noon."))
        harness.model(.finished(ModelCompletion(finishReason: "tool_calls")))
        #expect(harness.loop.phase == .waitingForInput)
    }

    @Test("Calls are announced once though the stream finishes twice")
    func doubleFinish() {
        var harness = Self.waitingForTwo()
        _ = harness.takeActions()
        #expect(harness.model(.finished(ModelCompletion(finishReason: "tool_calls"))) == .refused(.staleModelCall))
        #expect(harness.takeActions().isEmpty)
    }

    @Test("Half-built calls are discarded where the stream fails")
    func failureWithCalls() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("Let me see."))
        harness.model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", name: "clock", arguments: "{}")))
        harness.model(.failed(upstreamError))
        #expect(harness.takeEvents().last == .errorOccurred(messageID: "m1", error: upstreamError))
        #expect(harness.history.last == .assistant("Let me see."))
    }

    @Test("A call without a name is an error of the upstream")
    func namelessCall() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", arguments: "{}")))
        harness.finish()
        guard case .errorOccurred("m1", let error)? = harness.takeEvents().last else {
            Issue.record("no error")
            return
        }
        #expect(error.kind == .malformedResponse)
        #expect(harness.history == [.system("Be brief.")])
    }

    @Test("After the last tool round the model is asked to answer without tools")
    func toolRounds() {
        var harness = LoopHarness(maximumToolRounds: 2)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        for round in 1...2 {
            harness.callTools([(id: "c\(round)", name: "clock", arguments: "{}")])
            harness.send(.toolResult(callID: "c\(round)", content: "12:00", isError: false))
        }
        #expect(harness.requests.map(\.toolChoice) == [.auto, .auto, .none])
        harness.model(.text("Noon."))
        harness.finish()
        #expect(harness.takeEvents().last == .final("m1"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        #expect(harness.requests.last?.toolChoice == .auto)
    }

    @Test("With no tool rounds the first request is without tools already")
    func noToolRounds() {
        var harness = LoopHarness(maximumToolRounds: 0)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        #expect(harness.requests.last?.toolChoice == ModelRequest.ToolChoice.none)
    }

    @Test("Calls past the last round are dropped where there is text, and an error where there is none")
    func callsPastLastRound() {
        for text in ["Noon.", ""] {
            var harness = LoopHarness(maximumToolRounds: 0)
            harness.send(.userMessage(id: "m1", text: "Hello"))
            if !text.isEmpty { harness.model(.text(text)) }
            harness.callTools([(id: "c1", name: "clock", arguments: "{}")])
            #expect(harness.loop.phase == .waitingForInput)
            switch harness.takeEvents().last {
            case .chunkReceived("m1", "", true): #expect(!text.isEmpty)
            case .errorOccurred("m1", let error): #expect(text.isEmpty && error.kind == .limitReached)
            case let other: Issue.record("\(String(describing: other))")
            }
            #expect(harness.history.count == (text.isEmpty ? 1 : 3))
        }
    }

    @Test("A model that only ever makes invalid calls comes to an end")
    func endlessInvalidCalls() {
        var harness = LoopHarness(maximumToolRounds: 3)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        for _ in 1...4 {
            #expect(harness.loop.phase == .assembling)
            harness.callTools([(id: "c", name: "clock", arguments: "oops")])
        }
        #expect(harness.loop.phase == .waitingForInput)
        #expect(harness.requests.count == 4)
    }

    @Test("A cancel while tools are waited for keeps the text, without the unanswered calls")
    func cancel() {
        var harness = Self.waitingForTwo(text: "Let me see.")
        harness.send(.toolResult(callID: "c1", content: "12:00", isError: false))
        _ = harness.takeActions()
        harness.send(.cancel(messageID: nil))
        #expect(harness.takeActions() == [.cancelToolTimer(callID: "c2"), .emit(.final("m1"))])
        #expect(harness.history == [.system("Be brief."), .user("Hello"), .assistant("Let me see.")])
        #expect(harness.send(.toolResult(callID: "c2", content: "rain", isError: false)) == .refused(.unknownToolCall))
    }

    @Test("An error in a later round keeps the rounds before, where the model said a word")
    func laterError() {
        for text in ["Let me see.", ""] {
            var harness = Self.waitingForTwo(text: text)
            harness.send(.toolResult(callID: "c1", content: "12:00", isError: false))
            harness.send(.toolResult(callID: "c2", content: "rain", isError: false))
            harness.model(.failed(upstreamError))
            #expect(harness.history.count == (text.isEmpty ? 1 : 5))
        }
    }

    @Test("Ids that the model begins again with are replaced, so that an old result never answers a new call")
    func repeatedIDs() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.callTools([(id: "call_0", name: "clock", arguments: "{}")])
        harness.send(.toolResult(callID: "call_0", content: "12:00", isError: false))
        harness.callTools([(id: "call_0", name: "clock", arguments: "{}")])
        #expect(
            harness.send(.toolResult(callID: "call_0", content: "late", isError: false)) == .refused(.unknownToolCall))
        #expect(harness.send(.toolResult(callID: "call_1", content: "12:01", isError: false)) == .accepted)
        #expect(
            harness.requests.last?.messages.suffix(2) == [
                .assistant("", calls: [ToolCall(id: "call_1", name: "clock", arguments: "{}")]),
                .tool(callID: "call_1", content: "12:01"),
            ])
    }

    @Test("Ids that never come are made up from the index, each one new in the session")
    func missingIDs() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        for _ in 1...2 {
            harness.model(.toolCallFragment(ToolCallFragment(index: 0, name: "clock")))
            harness.model(.toolCallFragment(ToolCallFragment(index: 1, name: "weather")))
            harness.finish()
            for callID in ["call_0", "call_1", "call_2", "call_3"] {
                harness.send(.toolResult(callID: callID, content: "", isError: false))
            }
        }
        let announced = harness.takeEvents().compactMap { event -> String? in
            if case .toolCallGenerated(_, let call, _, _, _) = event { call.id } else { nil }
        }
        #expect(announced == ["call_0", "call_1", "call_2", "call_3"])
    }
}
