import AILoop
import JSON
import Testing

/// Messages, their answers, their endings, and what stays of them.
@Suite struct AILoopMessageTests {
    @Test("An answer is streamed piece by piece and ends in one empty final chunk")
    func answer() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        #expect(
            harness.takeActions() == [
                .emit(.userMessageProcessed(messageID: "m1", text: "Hello")),
                .startModelCall(
                    ModelRequest(
                        model: "model", messages: [.system("Be brief."), .user("Hello")], sessionID: "session"),
                    callNumber: 1),
            ])
        harness.model(.text("Hi"))
        harness.model(.text(" there"))
        harness.finish()
        #expect(harness.takeEvents() == [.chunk("m1", "Hi"), .chunk("m1", " there"), .final("m1")])
        #expect(harness.history == [.system("Be brief."), .user("Hello"), .assistant("Hi there")])
    }

    @Test("The second turn sends the whole conversation")
    func secondTurn() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("Hi"))
        harness.finish()
        harness.send(.userMessage(id: "m2", text: "And?"))
        #expect(
            harness.requests.last?.messages == [
                .system("Be brief."), .user("Hello"), .assistant("Hi"), .user("And?"),
            ])
    }

    @Test("Usage is reported after the call, before the final chunk")
    func usage() {
        let usage = TokenUsage(promptTokens: 3, completionTokens: 2, totalTokens: 5, cost: 0.25)
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.model(.finished(ModelCompletion(usage: usage, model: "real", generationID: "gen-1")))
        #expect(
            harness.takeEvents() == [
                .usageReported(messageID: "m1", usage: usage, model: "real", generationID: "gen-1"), .final("m1"),
            ])
    }

    @Test("Reasoning is told apart from the answer and stays out of the history")
    func reasoning() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.model(.reasoning("Hm"))
        harness.model(.text("Hi"))
        harness.finish()
        #expect(
            harness.takeEvents() == [
                .reasoningChunkReceived(messageID: "m1", text: "Hm"), .chunk("m1", "Hi"), .final("m1"),
            ])
        #expect(harness.history.last == .assistant("Hi"))
    }

    @Test("Reasoning details go back to the model with the answer they came with")
    func reasoningDetails() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.reasoningDetails([["type": "reasoning.text", "text": "H", "index": 0]]))
        harness.model(.reasoningDetails([["type": "reasoning.text", "text": "m", "index": 0]]))
        harness.model(.text("Hi"))
        harness.finish()
        #expect(
            harness.history.last
                == .assistant(
                    AssistantMessage(
                        text: "Hi", reasoningDetails: [["type": "reasoning.text", "text": "Hm", "index": 0]])))
    }

    @Test("Messages sent meanwhile are answered in order")
    func queue() {
        var harness = LoopHarness()
        for id in ["m1", "m2", "m3"] { #expect(harness.send(.userMessage(id: id, text: id)) == .accepted) }
        for id in ["m1", "m2", "m3"] {
            harness.model(.text("to " + id))
            harness.finish()
        }
        #expect(
            harness.takeEvents()
                == ["m1", "m2", "m3"].flatMap { id -> [AILoopEvent] in
                    [.userMessageProcessed(messageID: id, text: id), .chunk(id, "to " + id), .final(id)]
                })
        #expect(harness.loop.phase == .waitingForInput)
    }

    @Test("As many messages wait as the limit allows, and not one more")
    func queueLimit() {
        var harness = LoopHarness(maximumQueuedMessages: 2)
        for id in ["m1", "m2", "m3"] { #expect(harness.send(.userMessage(id: id, text: id)) == .accepted) }
        #expect(harness.send(.userMessage(id: "m4", text: "m4")) == .refused(.queueFull(limit: 2)))
        harness.finish()
        #expect(harness.send(.userMessage(id: "m4", text: "m4")) == .accepted)
        #expect(harness.send(.userMessage(id: "m5", text: "m5")) == .refused(.queueFull(limit: 2)))
    }

    @Test("With no room to wait, one message at a time is taken")
    func noQueue() {
        var harness = LoopHarness(maximumQueuedMessages: 0)
        #expect(harness.send(.userMessage(id: "m1", text: "m1")) == .accepted)
        #expect(harness.send(.userMessage(id: "m2", text: "m2")) == .refused(.queueFull(limit: 0)))
        harness.finish()
        #expect(harness.send(.userMessage(id: "m2", text: "m2")) == .accepted)
    }

    @Test("An error after text ends the message and keeps the text")
    func errorAfterText() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        harness.model(.text("Hi"))
        _ = harness.takeActions()
        harness.model(.failed(upstreamError))
        #expect(
            harness.takeEvents() == [
                .errorOccurred(messageID: "m1", error: upstreamError),
                .userMessageProcessed(messageID: "m2", text: "Again"),
            ])
        #expect(
            harness.requests.last?.messages == [
                .system("Be brief."), .user("Hello"), .assistant("Hi"), .user("Again"),
            ])
    }

    @Test("A message that failed without text leaves nothing in the history")
    func errorWithoutText() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.reasoning("Hm"))
        harness.model(.failed(upstreamError))
        #expect(harness.history == [.system("Be brief.")])
        harness.send(.userMessage(id: "m2", text: "Again"))
        #expect(harness.requests.last?.messages == [.system("Be brief."), .user("Again")])
    }

    @Test("An empty answer has its final chunk and leaves nothing in the history")
    func emptyAnswer() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.finish()
        #expect(harness.takeEvents() == [.final("m1")])
        #expect(harness.history == [.system("Be brief.")])
    }

    @Test("Nothing that comes after the end of a call counts")
    func doubleFinish() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("Hi"))
        harness.finish()
        _ = harness.takeActions()
        for event in [ModelEvent.text("?"), .finished(ModelCompletion()), .failed(upstreamError)] {
            #expect(harness.model(event) == .refused(.staleModelCall))
        }
        #expect(harness.takeActions().isEmpty)
        #expect(harness.history.last == .assistant("Hi"))
    }

    @Test("Cancelling the answer closes the call, ends the message and keeps its text")
    func cancel() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        harness.model(.text("Hi"))
        harness.model(.reasoningDetails([["type": "reasoning.text", "text": "unsigned"]]))
        harness.model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", name: "clock", arguments: "{")))
        _ = harness.takeActions()
        #expect(harness.send(.cancel(messageID: nil)) == .accepted)
        let actions = harness.takeActions()
        #expect(actions.prefix(2) == [.cancelModelCall(callNumber: 1), .emit(.final("m1"))])
        #expect(harness.history == [.system("Be brief."), .user("Hello"), .assistant("Hi"), .user("Again")])
        #expect(harness.send(.model(.text("late"), callNumber: 1)) == .refused(.staleModelCall))
    }

    @Test("A message cancelled before its first word leaves nothing in the history")
    func cancelWithoutText() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.cancel(messageID: "m1"))
        #expect(harness.history == [.system("Be brief.")])
    }

    @Test("A queued message is taken out by its id, and the one before goes on")
    func cancelQueued() {
        var harness = LoopHarness()
        for id in ["m1", "m2", "m3"] { harness.send(.userMessage(id: id, text: id)) }
        harness.model(.text("Hi"))
        _ = harness.takeActions()
        #expect(harness.send(.cancel(messageID: "m2")) == .accepted)
        #expect(harness.send(.cancel(messageID: "m2")) == .refused(.nothingToCancel))
        harness.finish()
        #expect(
            harness.takeEvents() == [
                .final("m2"), .final("m1"), .userMessageProcessed(messageID: "m3", text: "m3"),
            ])
    }

    @Test("Stop ends what runs and what waits, with no chunk after it")
    func stop() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        harness.model(.text("Hi"))
        _ = harness.takeActions()
        harness.send(.stop(reason: "over"))
        #expect(harness.takeActions() == [.cancelModelCall(callNumber: 1), .emit(.sessionEnded(reason: "over"))])
        harness.model(.text("late"))
        harness.send(.resume)
        #expect(harness.takeActions().isEmpty)
        #expect(harness.history == [.system("Be brief."), .user("Hello"), .assistant("Hi")])
    }

    @Test("An answer of exactly the size limit passes; one byte more ends it in an error, its text kept")
    func answerSizeLimit() {
        var harness = LoopHarness(limits: AILoopLimits(maximumAnswerBytes: 5))
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("äbcd"))
        _ = harness.takeActions()
        harness.model(.text("e"))
        let actions = harness.takeActions()
        #expect(actions.first == .cancelModelCall(callNumber: 1))
        guard actions.count == 2, case .emit(.errorOccurred("m1", let error)) = actions[1] else {
            Issue.record("no error: \(actions)")
            return
        }
        #expect(error.kind == .limitReached)
        #expect(harness.history.last == .assistant("äbcd"))
        #expect(harness.loop.phase == .waitingForInput)
    }

    @Test("The size limit counts tool calls and reasoning details too")
    func answerSizeLimitOfParts() {
        let fragment = ModelEvent.toolCallFragment(
            ToolCallFragment(index: 0, id: "c", name: "clock", arguments: "1234"))
        let details = ModelEvent.reasoningDetails(["12345678"])
        for event in [fragment, details] {
            var harness = LoopHarness(limits: AILoopLimits(maximumAnswerBytes: 10))
            harness.send(.userMessage(id: "m1", text: "Hello"))
            harness.model(event)
            #expect(harness.loop.phase == .assembling)
            harness.model(.text("x"))
            #expect(harness.loop.phase == .waitingForInput)
        }
    }

    @Test("As many tool calls and reasoning entries as the limit allows, and not one more")
    func answerPartsLimit() {
        func toolCall(_ index: Int) -> ModelEvent {
            .toolCallFragment(ToolCallFragment(index: index, id: "c\(index)", name: "clock"))
        }
        func details(_ index: Int) -> ModelEvent { .reasoningDetails([["index": .number(JSONNumber(index))]]) }
        for event in [toolCall, details] {
            var harness = LoopHarness(limits: AILoopLimits(maximumAnswerParts: 2))
            harness.send(.userMessage(id: "m1", text: "Hello"))
            harness.model(event(0))
            harness.model(event(1))
            #expect(harness.loop.phase == .assembling)
            harness.model(event(2))
            #expect(harness.loop.phase == .waitingForInput)
            #expect(harness.actions.contains(.cancelModelCall(callNumber: 1)))
        }
    }

    @Test("A new context budget holds from the next call on")
    func contextBudget() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("Hi"))
        harness.finish()
        harness.loop.setContextBudget(ContextBudget(maximumContextTokens: 1))
        harness.send(.userMessage(id: "m2", text: "And?"))
        #expect(harness.requests.last?.messages == [.system("Be brief."), .user("And?")])
    }

    @Test("Events have the names that delegates know")
    func names() {
        let call = ToolCall(id: "c", name: "n", arguments: "{}")
        let result = ToolResult(callID: "c", toolName: "n", content: "", outcome: .success)
        let usage = TokenUsage(promptTokens: 0, completionTokens: 0, totalTokens: 0)
        let events: [(AILoopEvent, String)] = [
            (.sessionStarted, "ai_loop.session_started"),
            (.sessionEnded(reason: ""), "ai_loop.session_ended"),
            (.userMessageProcessed(messageID: "", text: ""), "ai_loop.message.user_processed"),
            (.chunk("", "x"), "ai_loop.message.ai_chunk_received"),
            (.final(""), "ai_loop.message.ai_chunk_received"),
            (.reasoningChunkReceived(messageID: "", text: ""), "ai_loop.message.reasoning_chunk_received"),
            (.toolCallGenerated(messageID: "", call: call, arguments: [:]), "ai_loop.tool.call_generated"),
            (.toolResultProcessed(messageID: "", result: result), "ai_loop.tool_call.result_processed"),
            (.paused, "ai_loop.status.paused"),
            (.resumed, "ai_loop.status.resumed"),
            (.errorOccurred(messageID: "", error: upstreamError), "ai_loop.error"),
            (.usageReported(messageID: "", usage: usage, model: nil, generationID: nil), "ai_loop.usage_reported"),
        ]
        for (event, name) in events { #expect(event.name == name) }
    }
}
