import JSON
import Testing

@testable import AILoop

/// Tools that the server runs: approved where that is needed, in parallel, in the order of the calls.
@Suite struct AILoopServerToolTests {
    private static func tool(
        _ name: String, _ policy: ToolPolicy = .allow, parameters: JSONValue = ["type": "object"]
    ) -> ServerTool {
        ServerTool(
            definition: ToolDefinition(
                name: name,
                definition: ["type": "function", "function": ["name": .string(name), "parameters": parameters]]),
            policy: policy)
    }

    private static let add = tool("add")
    private static let erase = tool("erase", .ask)
    private static let reboot = tool("reboot", .deny)
    private static let clock = tool("clock").definition

    /// A loop whose model calls these tools, each with `{}`, ids `c1`, `c2`, …
    private static func calling(
        _ names: String..., approves: Bool = true, parallel: Int = 8
    ) -> LoopHarness {
        var harness = LoopHarness(
            tools: [clock], serverTools: [add, erase, reboot], clientApprovesTools: approves,
            maximumParallelTools: parallel)
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.callTools(names.enumerated().map { (id: "c\($0.offset + 1)", name: $0.element, arguments: "{}") })
        return harness
    }

    private static func call(_ id: String, _ name: String) -> ToolCall { ToolCall(id: id, name: name, arguments: "{}") }

    private static func announced(
        _ id: String, _ name: String, _ handler: ToolHandler, needsApproval: Bool = false
    ) -> AILoopAction {
        .emit(
            .toolCallGenerated(
                messageID: "m1", call: call(id, name), arguments: [:], handler: handler, needsApproval: needsApproval))
    }

    private static func report(_ content: String, _ outcome: ToolOutcome = .success) -> ToolRunReport {
        ToolRunReport(content: content, outcome: outcome, durationMilliseconds: 7)
    }

    private static func result(
        _ id: String, _ name: String, _ report: ToolRunReport, _ handler: ToolHandler = .server
    ) -> AILoopAction {
        .emit(
            .toolResultProcessed(
                messageID: "m1",
                result: ToolResult(
                    callID: id, toolName: name, content: report.content, handler: handler, outcome: report.outcome,
                    durationMilliseconds: report.durationMilliseconds)))
    }

    /// What the model was told about the calls, in order.
    private static func results(_ harness: borrowing LoopHarness) -> [String] {
        (harness.requests.last?.messages ?? []).compactMap { message in
            if case .tool(_, let content) = message { content } else { nil }
        }
    }

    @Test("All calls are announced, with who carries them out, before any runs")
    func mixed() {
        var harness = Self.calling("add", "clock", "erase")
        #expect(
            harness.takeActions() == [
                Self.announced("c1", "add", .server), Self.announced("c2", "clock", .client),
                Self.announced("c3", "erase", .server, needsApproval: true), .startToolTimer(callID: "c2"),
                .startApprovalTimer(callID: "c3"), .startToolRun(Self.call("c1", "add"), arguments: [:]),
            ])
        harness.send(.toolApproval(callID: "c3", isApproved: true, reason: nil))
        #expect(
            harness.takeActions() == [
                .cancelToolTimer(callID: "c3"),
                .emit(.toolApprovalGiven(messageID: "m1", callID: "c3", isApproved: true)),
                .startToolRun(Self.call("c3", "erase"), arguments: [:]),
            ])
        harness.send(.toolRunEnded(callID: "c3", Self.report("erased")))
        harness.send(.toolResult(callID: "c2", content: "12:00", isError: false))
        #expect(harness.loop.phase == .waitingForToolResults)
        harness.send(.toolRunEnded(callID: "c1", Self.report("3")))
        #expect(harness.loop.phase == .assembling)
        #expect(Self.results(harness) == ["3", "12:00", "erased"])
    }

    @Test("The result of a run is told with its duration and outcome")
    func reports() {
        var harness = Self.calling("add")
        _ = harness.takeActions()
        harness.send(.toolRunEnded(callID: "c1", Self.report("Error: no", .error)))
        #expect(harness.takeActions().first == Self.result("c1", "add", Self.report("Error: no", .error)))
    }

    @Test("No more calls run at a time than the limit allows; the next starts when one has ended")
    func parallelLimit() {
        var harness = Self.calling("add", "add", "add", parallel: 2)
        let started = harness.takeActions().compactMap { action in
            if case .startToolRun(let call, _) = action { call.id } else { Optional.none }
        }
        #expect(started == ["c1", "c2"])
        harness.send(.toolRunEnded(callID: "c2", Self.report("two")))
        #expect(harness.takeActions().last == .startToolRun(Self.call("c3", "add"), arguments: [:]))
        harness.send(.toolRunEnded(callID: "c3", Self.report("three")))
        harness.send(.toolRunEnded(callID: "c1", Self.report("one")))
        #expect(Self.results(harness) == ["one", "two", "three"])
    }

    @Test("A refused call is not run, and the model is told why")
    func refused() {
        var harness = Self.calling("erase")
        _ = harness.takeActions()
        harness.send(.toolApproval(callID: "c1", isApproved: false, reason: "not today"))
        let content = "Error: the user did not approve this call, so it was not carried out. Reason: not today"
        #expect(
            harness.takeActions().prefix(3) == [
                .cancelToolTimer(callID: "c1"),
                .emit(.toolApprovalGiven(messageID: "m1", callID: "c1", isApproved: false)),
                Self.result("c1", "erase", ToolRunReport(content: content, outcome: .refused)),
            ])
        #expect(Self.results(harness) == [content])
    }

    @Test("An approval that does not come in time is a refusal, and a late one is refused itself")
    func approvalTimeOut() {
        var harness = Self.calling("erase", "clock")
        harness.send(.toolTimedOut(callID: "c1"))
        #expect(harness.send(.toolApproval(callID: "c1", isApproved: true, reason: nil)) == .refused(.unknownToolCall))
        harness.send(.toolResult(callID: "c2", content: "12:00", isError: false))
        #expect(
            Self.results(harness) == ["Error: nobody approved this call in time, so it was not carried out.", "12:00"])
    }

    @Test("Where the client cannot be asked, a tool that must ask is announced and refused")
    func nobodyToAsk() {
        var harness = Self.calling("erase", approves: false)
        let actions = harness.takeActions()
        #expect(actions.first == Self.announced("c1", "erase", .server))
        guard case .emit(.toolResultProcessed(_, let result)) = actions[1] else {
            Issue.record("no result: \(actions)")
            return
        }
        #expect(result.outcome == .refused && result.content.contains("needs a person's approval"))
        #expect(harness.loop.phase == .assembling)
    }

    @Test("Approvals and results are taken once, and each kind for its own calls only")
    func wrongKind() {
        var harness = Self.calling("add", "clock", "erase")
        let refused = AILoopAnswer.refused(.unknownToolCall)
        #expect(harness.send(.toolResult(callID: "c1", content: "x", isError: false)) == refused)
        #expect(harness.send(.toolResult(callID: "c3", content: "x", isError: false)) == refused)
        #expect(harness.send(.toolRunEnded(callID: "c2", Self.report("x"))) == refused)
        #expect(harness.send(.toolRunEnded(callID: "c3", Self.report("x"))) == refused)
        #expect(harness.send(.toolApproval(callID: "c1", isApproved: true, reason: nil)) == refused)
        #expect(harness.send(.toolTimedOut(callID: "c1")) == refused)
        #expect(harness.send(.toolApproval(callID: "c3", isApproved: true, reason: nil)) == .accepted)
        #expect(harness.send(.toolApproval(callID: "c3", isApproved: false, reason: nil)) == refused)
        #expect(harness.send(.toolRunEnded(callID: "c1", Self.report("x"))) == .accepted)
        #expect(harness.send(.toolRunEnded(callID: "c1", Self.report("y"))) == refused)
    }

    @Test("Unknown and denied tools and arguments that do not fit are told to the model, not announced")
    func rejected() {
        var harness = LoopHarness(
            serverTools: [
                Self.tool("add", parameters: ["type": "object", "required": ["a"]]), Self.reboot,
            ])
        harness.send(.userMessage(id: "m1", text: "Hello"))
        _ = harness.takeActions()
        harness.callTools([
            (id: "c1", name: "what", arguments: "{}"), (id: "c2", name: "reboot", arguments: "{}"),
            (id: "c3", name: "add", arguments: "{}"), (id: "c4", name: "add", arguments: "{"),
        ])
        let events = harness.takeEvents()
        #expect(events.map(\.name) == [String](repeating: "ai_loop.tool.call_rejected", count: 4))
        let results = Self.results(harness)
        #expect(results[0] == "Error: there is no tool `what`, so nothing was called. The tools are `add`.")
        #expect(results[1] == "Error: the tool `reboot` is not allowed here, so it was not called.")
        #expect(results[2].hasSuffix("\n- `a` is missing"))
        #expect(results[3].hasPrefix("Error: the arguments were not a JSON object"))
        #expect(harness.loop.phase == .assembling)
    }

    @Test("Where there are many tools, so many of them are named as there may be")
    func namedTools() throws {
        let limit = ToolCatalog.maximumListedNames
        func answer(_ count: Int) throws -> String {
            var harness = LoopHarness(serverTools: (1...count).map { Self.tool("t\($0)") })
            harness.send(.userMessage(id: "m1", text: "Hello"))
            _ = harness.takeActions()
            harness.callTools([(id: "c1", name: "what", arguments: "{}")])
            return try #require(Self.results(harness).first)
        }
        #expect(try answer(limit).hasSuffix(", `t\(limit)`."))
        #expect(try answer(limit + 1).hasSuffix(", `t\(limit)`, …."))
    }

    @Test("Denied tools are not offered; of two with one name the client's is")
    func offered() {
        var harness = LoopHarness(tools: [Self.clock], serverTools: [Self.add, Self.reboot, Self.tool("clock", .ask)])
        harness.send(.userMessage(id: "m1", text: "Hello"))
        #expect(harness.requests.last?.tools.map(\.name) == ["add", "clock"])
        harness.callTools([(id: "c1", name: "clock", arguments: "{}")])
        #expect(harness.takeActions().contains(Self.announced("c1", "clock", .client)))
    }

    @Test("Tools that change are offered with the next model call; calls under way go on")
    func changed() {
        var harness = Self.calling("add")
        harness.loop.setServerTools(ServerToolSet([Self.tool("subtract")]))
        #expect(harness.send(.toolRunEnded(callID: "c1", Self.report("3"))) == .accepted)
        #expect(harness.requests.last?.tools.map(\.name) == ["subtract", "clock"])
    }

    @Test("Cancel and stop end what runs and what waits", arguments: [true, false])
    func cancelled(isStop: Bool) {
        var harness = Self.calling("add", "add", "clock", "erase", parallel: 1)
        _ = harness.takeActions()
        harness.send(isStop ? .stop(reason: "over") : .cancel(messageID: nil))
        #expect(
            harness.takeActions().prefix(3) == [
                .cancelToolTimer(callID: "c3"), .cancelToolTimer(callID: "c4"), .cancelToolRun(callID: "c1"),
            ])
        #expect(harness.send(.toolRunEnded(callID: "c1", Self.report("late"))) != .accepted)
    }

    @Test("While paused a run goes on, none is started, and approvals are taken")
    func paused() {
        var harness = Self.calling("add", "erase", "add", parallel: 1)
        harness.send(.pause)
        _ = harness.takeActions()
        harness.send(.toolRunEnded(callID: "c1", Self.report("one")))
        harness.send(.toolApproval(callID: "c2", isApproved: true, reason: nil))
        #expect(
            harness.takeActions() == [
                Self.result("c1", "add", Self.report("one")),
                .emit(.toolApprovalGiven(messageID: "m1", callID: "c2", isApproved: true)),
            ])
        harness.send(.resume)
        #expect(
            harness.takeActions() == [.emit(.resumed), .startToolRun(Self.call("c2", "erase"), arguments: [:])])
    }

    @Test("Whole calls that come twice run once")
    func doubleFinish() {
        var harness = LoopHarness(serverTools: [Self.add])
        harness.send(.userMessage(id: "m1", text: "Hello"))
        for _ in 0..<2 {
            harness.model(.toolCallFragment(ToolCallFragment(index: 0, id: "c1", name: "add", arguments: "")))
        }
        harness.model(.finished(ModelCompletion(finishReason: "tool_calls")))
        #expect(harness.model(.finished(ModelCompletion(finishReason: "tool_calls"))) == .refused(.staleModelCall))
        let runs = harness.takeActions().count { if case .startToolRun = $0 { true } else { false } }
        #expect(runs == 1)
    }
}
