import AILoop
import JSON
import Testing

/// Pause over each activity: nothing goes to the model, nothing is lost.
@Suite struct AILoopPauseTests {
    @Test("A paused stream is held back; what still arrives comes with the resume, in order")
    func heldStream() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.model(.text("a"))
        _ = harness.takeActions()
        harness.send(.pause)
        #expect(harness.takeActions() == [.pauseModelCall(callNumber: 1), .emit(.paused)])
        harness.model(.text("b"))
        harness.model(.reasoning("hm"))
        harness.model(.text("c"))
        #expect(harness.takeActions().isEmpty)
        harness.send(.resume)
        #expect(
            harness.takeActions() == [
                .emit(.resumed), .emit(.chunk("m1", "b")), .emit(.reasoningChunkReceived(messageID: "m1", text: "hm")),
                .emit(.chunk("m1", "c")), .resumeModelCall(callNumber: 1),
            ])
        harness.model(.text("d"))
        harness.finish()
        #expect(harness.history.last == .assistant("abcd"))
    }

    @Test("A stream that ended during the pause ends its message at the resume, and is not touched any more")
    func endedStream() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.pause)
        harness.model(.text("a"))
        harness.finish()
        #expect(harness.model(.text("b")) == .refused(.staleModelCall))
        _ = harness.takeActions()
        harness.send(.resume)
        #expect(harness.takeActions() == [.emit(.resumed), .emit(.chunk("m1", "a")), .emit(.final("m1"))])
    }

    @Test("A cancel of a stream that ended during the pause leaves the call alone")
    func cancelEndedStream() {
        for input in [AILoopInput.cancel(messageID: nil), .stop(reason: "over")] {
            var harness = LoopHarness()
            harness.send(.userMessage(id: "m1", text: "Hello"))
            harness.send(.pause)
            harness.model(.failed(upstreamError))
            _ = harness.takeActions()
            harness.send(input)
            #expect(!harness.takeActions().contains(.cancelModelCall(callNumber: 1)))
        }
    }

    @Test("A cancel during the pause ends the message at once with the text that was streamed")
    func cancelPausedStream() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        harness.model(.text("a"))
        harness.send(.pause)
        harness.model(.text("b"))
        _ = harness.takeActions()
        harness.send(.cancel(messageID: nil))
        #expect(harness.takeActions() == [.cancelModelCall(callNumber: 1), .emit(.final("m1"))])
        #expect(harness.loop.phase == .paused)
        #expect(harness.history.last == .assistant("a"))
        harness.send(.resume)
        #expect(harness.takeEvents() == [.resumed, .userMessageProcessed(messageID: "m2", text: "Again")])
    }

    @Test("Messages sent during a pause wait for the resume, within the limit")
    func messages() {
        var harness = LoopHarness(maximumQueuedMessages: 1)
        harness.send(.pause)
        _ = harness.takeActions()
        #expect(harness.send(.userMessage(id: "m1", text: "Hello")) == .accepted)
        #expect(harness.send(.userMessage(id: "m2", text: "Again")) == .refused(.queueFull(limit: 1)))
        #expect(harness.takeActions().isEmpty)
        harness.send(.resume)
        #expect(harness.takeEvents() == [.resumed, .userMessageProcessed(messageID: "m1", text: "Hello")])
        #expect(harness.loop.phase == .assembling)
    }

    @Test("A cancel without an id takes the first waiting message where none is being answered")
    func cancelWaiting() {
        var harness = LoopHarness()
        harness.send(.pause)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.userMessage(id: "m2", text: "Again"))
        _ = harness.takeActions()
        #expect(harness.send(.cancel(messageID: nil)) == .accepted)
        #expect(harness.takeEvents() == [.final("m1")])
    }

    @Test("Tool results are taken during a pause and passed on at the resume; no time-out runs meanwhile")
    func toolResults() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.callTools([(id: "c1", name: "clock", arguments: "{}"), (id: "c2", name: "clock", arguments: "{}")])
        _ = harness.takeActions()
        harness.send(.pause)
        #expect(
            harness.takeActions() == [.cancelToolTimer(callID: "c1"), .cancelToolTimer(callID: "c2"), .emit(.paused)])
        #expect(harness.send(.toolTimedOut(callID: "c2")) == .refused(.unknownToolCall))
        #expect(harness.send(.toolResult(callID: "c1", content: "12:00", isError: false)) == .accepted)
        #expect(harness.takeEvents().map(\.name) == ["ai_loop.tool_call.result_processed"])
        harness.send(.resume)
        #expect(harness.takeActions() == [.emit(.resumed), .startToolTimer(callID: "c2")])
        harness.send(.pause)
        harness.send(.toolResult(callID: "c2", content: "12:01", isError: false))
        #expect(harness.requests.count == 1)
        harness.send(.resume)
        #expect(harness.requests.count == 2)
        #expect(
            harness.requests.last?.messages.suffix(2) == [
                .tool(callID: "c1", content: "12:00"), .tool(callID: "c2", content: "12:01"),
            ])
    }

    @Test("A stop during a pause cancels no timer, as none runs")
    func stopWaitingForTools() {
        var harness = LoopHarness()
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.callTools([(id: "c1", name: "clock", arguments: "{}")])
        harness.send(.pause)
        _ = harness.takeActions()
        harness.send(.stop(reason: "over"))
        #expect(harness.takeActions() == [.emit(.sessionEnded(reason: "over"))])
    }

    @Test("As much is held as the limit allows; one byte more ends the call, and the message after what was held")
    func heldLimit() {
        for (text, isWithin) in [("123456", true), ("1234567", false)] {
            // Two events at 64 bytes each, and seven bytes of text.
            var harness = LoopHarness(limits: AILoopLimits(maximumHeldBytes: 2 * 64 + 7))
            harness.send(.userMessage(id: "m1", text: "Hello"))
            harness.send(.pause)
            _ = harness.takeActions()
            harness.model(.text("a"))
            harness.model(.text(text))
            #expect(harness.takeActions() == (isWithin ? [] : [.cancelModelCall(callNumber: 1)]))
            if isWithin {
                harness.finish()
            } else {
                #expect(harness.model(.text("x")) == .refused(.staleModelCall))
            }
            harness.send(.resume)
            let events = harness.takeEvents()
            if isWithin {
                #expect(events == [.resumed, .chunk("m1", "a"), .chunk("m1", text), .final("m1")])
            } else {
                #expect(events.map(\.name).last == "ai_loop.error")
                #expect(events.dropLast() == [.resumed, .chunk("m1", "a")])
            }
        }
    }

    @Test("An answer that ended during the pause and is too large fails without touching its call")
    func tooLargeAfterEnd() {
        var harness = LoopHarness(limits: AILoopLimits(maximumAnswerBytes: 1))
        harness.send(.userMessage(id: "m1", text: "Hello"))
        harness.send(.pause)
        harness.model(.text("ab"))
        harness.finish()
        _ = harness.takeActions()
        harness.send(.resume)
        #expect(harness.takeEvents().map(\.name) == ["ai_loop.status.resumed", "ai_loop.error"])
        #expect(harness.loop.phase == .waitingForInput)
    }
}
