import InteractiveClient
import JSON
import JSONRPC
import SessionProtocol
import Testing

@testable import ChatUI

/// A conversation and a server made of the test's words.
struct Script {
    var conversation: Conversation
    private(set) var calls: [(id: Int, method: SessionMethod, params: JSONValue)] = []
    private(set) var shown: [ChatEvent] = []
    private(set) var asked: [Conversation.Question] = []
    private(set) var withdrawals = 0
    private(set) var remembered: [String] = []
    private(set) var waits: [Int] = []
    private(set) var outcome: ChatOutcome?
    private(set) var connections = 0
    private var seq = 0

    init(_ configure: (inout ChatOptions) -> Void = { _ in }) {
        var options = ChatOptions()
        options.isRemote = true
        options.canAsk = true
        configure(&options)
        conversation = Conversation(options: options)
        take(conversation.begin())
    }

    /// As far as the first question, or the message under way.
    static func started(_ configure: (inout ChatOptions) -> Void = { _ in }) -> Script {
        var script = Script(configure)
        script.give(.opened)
        script.answer(["sessionId": "s", "resumeToken": "secret", "model": "m"])
        script.tell(.status(.active, reason: "Session started", error: nil))
        return script
    }

    private mutating func take(_ actions: [Conversation.Action]) {
        for action in actions {
            switch action {
            case .connect: connections += 1
            case .wait(let milliseconds): waits.append(milliseconds)
            case .call(let id, let method, let params): calls.append((id, method, params))
            case .show(let event): shown.append(event)
            case .ask(let question): asked.append(question)
            case .withdrawQuestion: withdrawals += 1
            case .remember(let line): remembered.append(line)
            case .save(let path, let text): shown.append(.said("\(path): \(text)"))
            case .leave(let outcome): self.outcome = outcome
            }
        }
    }

    mutating func give(_ input: Conversation.Input) {
        take(conversation.handle(input))
    }

    var lastMethod: SessionMethod? { calls.last?.method }

    /// Answers the oldest call that waits.
    mutating func answer(_ value: JSONValue) {
        let call = calls.removeFirst()
        give(.reply(callID: call.id, .success(value)))
    }

    mutating func refuse(_ kind: ErrorKind, _ detail: String) {
        let call = calls.removeFirst()
        give(.reply(callID: call.id, .failure(.refused(JSONRPCError(kind, detail: detail)))))
    }

    mutating func tell(_ content: SessionNotification.Content, messageID: String? = nil, session: String = "s") {
        seq += 1
        give(.notification(SessionNotification(sessionID: session, seq: seq, messageID: messageID, content: content)))
    }

    mutating func say(_ line: String) {
        give(.line(line))
    }

    mutating func lose() {
        calls = []
        give(.disconnected(code: nil, reason: "gone"))
    }

    mutating func forgetShown() {
        shown = []
    }

    var text: String {
        shown.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    var endings: [ChatEnding.Reason] {
        shown.compactMap { if case .done(let ending) = $0 { ending.reason } else { nil } }
    }
}

private func chunk(_ text: String) -> SessionNotification.Content { .chunk(text, isFinal: false) }
private let final = SessionNotification.Content.chunk("", isFinal: true)

@Suite struct ConversationTests {
    @Test func oneQuestionHasOneAnswer() {
        var script = Script.started { options in
            options.message = "hello"
            options.model = "x/y"
            options.systemPrompt = "Be brief."
            options.params = ["temperature": 0]
        }
        #expect(script.lastMethod == .sendUserMessage)
        #expect(script.calls[0].params == ["message": "hello", "sessionId": "s"])
        script.answer(["messageId": "1", "status": 0])
        script.tell(chunk("Hi"), messageID: "1")
        script.tell(chunk("!"), messageID: "1")
        script.tell(
            .usage(UsageReport(promptTokens: 1, completionTokens: 2, totalTokens: 3, model: "m")), messageID: "1")
        script.tell(final, messageID: "1")
        var usage = MessageUsage()
        usage.add(UsageReport(promptTokens: 1, completionTokens: 2, totalTokens: 3, model: "m"))
        #expect(
            script.shown == [
                .session(id: "s", model: "m"), .text("Hi"), .text("!"), .done(ChatEnding(.stop, usage: usage)),
            ])
        #expect(script.outcome == .complete)
        #expect(script.asked == [])
    }

    @Test func theSessionIsStartedAsWasAskedFor() {
        var script = Script { options in
            options.model = "x/y"
            options.systemPrompt = "Be brief."
            options.params = ["temperature": 0]
            options.tools = [["type": "function"]]
            options.wantsReasoning = true
        }
        script.give(.opened)
        #expect(
            script.calls[0].params == [
                "userId": "chat",
                "sessionParams": [
                    "capabilities": ["usage", "toolResults", "toolApproval", "reasoning"], "model": "x/y",
                    "systemPrompt": "Be brief.",
                    "params": ["temperature": 0], "tools": [["type": "function"]],
                ],
            ])
    }

    @Test func aServerThatCannotBeReachedIsSaidAndDoneIsShown() {
        var script = Script { $0.message = "hello" }
        script.give(.disconnected(code: nil, reason: "cannot connect"))
        #expect(script.endings == [.error])
        #expect(script.outcome == .unreachable)
        #expect(script.waits == [])
    }

    @Test func aSessionThatIsRefusedIsABrokenAnswer() {
        var script = Script { $0.message = "hello" }
        script.give(.opened)
        script.refuse(.limitReached, "too many sessions")
        #expect(script.shown.first == .failed("too many sessions"))
        #expect(script.endings == [.error])
        #expect(script.outcome == .broken)
    }

    @Test func aBrokenAnswerKeepsItsTextAndTheConversationGoesOn() {
        var script = Script.started()
        script.say("hello")
        script.answer(["messageId": "1", "status": 0])
        script.tell(chunk("Hi"), messageID: "1")
        script.tell(.status(.error, reason: "Error: broke", error: nil), messageID: "1")
        #expect(script.text == "Hi")
        #expect(script.endings == [.error])
        #expect(script.outcome == nil)
        #expect(script.asked == [.message, .message])
        script.say("again")
        #expect(script.lastMethod == .sendUserMessage)
    }

    @Test func anAnswerMayComeBeforeItsMessageIsAccepted() {
        // Replies and notifications come by different ways.
        var script = Script.started { $0.message = "hello" }
        script.tell(chunk("Hi"), messageID: "1")
        script.tell(final, messageID: "1")
        #expect(script.outcome == .complete)
        #expect(script.text == "Hi")
    }

    // MARK: Cancelling

    @Test func controlCStopsTheAnswerAndKeepsTheSession() {
        var script = Script.started()
        script.say("long")
        script.answer(["messageId": "1", "status": 0])
        script.tell(chunk("part"), messageID: "1")
        script.give(.interrupt)
        #expect(script.lastMethod == .cancelMessage)
        // The end overtakes the answer to the call.
        script.tell(final, messageID: "1")
        #expect(script.endings == [])
        script.answer(["status": 0])
        #expect(script.endings == [.cancelled])
        #expect(script.asked.count == 2)
        #expect(script.outcome == nil)
        script.give(.interrupt)
        #expect(script.outcome == .interrupted)
    }

    @Test func anAnswerThatWasWholeAlreadyIsNotCancelled() {
        var script = Script.started { $0.message = "hello" }
        script.answer(["messageId": "1", "status": 0])
        script.give(.interrupt)
        script.tell(final, messageID: "1")
        script.answer(["status": 1])
        #expect(script.endings == [.stop])
        #expect(script.outcome == .interrupted)
    }

    @Test func aSecondControlCLeavesAtOnce() {
        var script = Script.started()
        script.say("long")
        script.answer(["messageId": "1", "status": 0])
        script.give(.interrupt)
        script.give(.interrupt)
        #expect(script.outcome == .interrupted)
        #expect(script.endings == [.cancelled])
    }

    @Test func theEndOfInputWaitsForTheAnswer() {
        var script = Script.started()
        script.say("hello")
        script.give(.endOfInput)
        script.answer(["messageId": "1", "status": 0])
        #expect(script.outcome == nil)
        script.tell(final, messageID: "1")
        #expect(script.outcome == .complete)
    }

    @Test func linesEnteredAheadAreTakenInTurnUpToALimit() {
        var script = Script.started()
        script.say("0")
        for number in 1...Conversation.maximumWaitingLines { script.say("\(number)") }
        #expect(script.shown == [.session(id: "s", model: "m")])
        script.say("one too many")
        guard case .failed = script.shown.last else {
            Issue.record("it was taken: \(script.shown)")
            return
        }
        script.give(.endOfInput)
        for number in 0...Conversation.maximumWaitingLines {
            #expect(script.calls[0].params["message"]?.string == "\(number)")
            script.answer(["messageId": .string("m\(number)"), "status": 0])
            script.tell(final, messageID: "m\(number)")
        }
        #expect(script.outcome == .complete)
    }

    // MARK: Tools

    private func toolCall(_ id: String, _ name: String) -> SessionNotification.Content {
        .toolCall(id: id, name: name, arguments: [:], executor: .client)
    }

    @Test func thePersonAnswersToolCallsOneAfterTheOther() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.tell(toolCall("a", "add"), messageID: "1")
        script.tell(toolCall("b", "sub"), messageID: "1")
        script.tell(.toolCall(id: "c", name: "own", arguments: [:], executor: .server), messageID: "1")
        #expect(script.asked == [.message, .toolResult(name: "add")])
        script.say("3")
        #expect(script.asked.last == .toolResult(name: "sub"))
        #expect(script.calls[0].params == ["toolCallId": "a", "result": "3", "sessionId": "s"])
        script.say("")
        #expect(script.calls[1].params["result"] == "")
        #expect(script.remembered == ["tool"])
        script.tell(final, messageID: "1")
        #expect(script.endings == [.stop])
        #expect(script.asked.last == .message)
    }

    private func approval(_ id: String, _ name: String) -> SessionNotification.Content {
        .toolCall(id: id, name: name, arguments: ["of": .string(name)], executor: .server, needsApproval: true)
    }

    @Test func whatIsAskedSaysWhichCallItIsAbout() {
        typealias Question = Conversation.Question
        #expect(Question.message.toolPrompt == nil)
        #expect(Question.toolResult(name: "add").toolPrompt == "result of add> ")
        let short = Question.approval(name: "add", arguments: ["a": 1])
        #expect(short.toolPrompt == #"run add {"a":1}? [y]es, [n]o, [a]lways in this session> "#)
        // With name and quotes it is as long as may be shown, and one character longer.
        let text = String(repeating: "x", count: Question.maximumArgumentsLength - #"{"a":""}"#.count)
        let longest = Question.approval(name: "add", arguments: ["a": .string(text)])
        #expect(longest.toolPrompt?.hasPrefix(#"run add {"a":"\#(text)"}? [y]es"#) == true)
        let longer = Question.approval(name: "add", arguments: ["a": .string(text + "x")])
        #expect(longer.toolPrompt?.hasPrefix(#"run add {"a":"\#(text)x"…? [y]es"#) == true)
    }

    @Test func thePersonApprovesRefusesOrAllowsForTheSession() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        for (id, name) in [("a", "add"), ("b", "sub"), ("c", "mul"), ("d", "mul")] {
            script.tell(approval(id, name), messageID: "1")
        }
        #expect(script.asked == [.message, .approval(name: "add", arguments: ["of": "add"])])
        script.say("maybe")
        #expect(script.asked.last == .approval(name: "add", arguments: ["of": "add"]) && script.calls.isEmpty)
        script.say(" Yes ")
        #expect(script.lastMethod == .approveToolCall)
        #expect(script.calls[0].params == ["toolCallId": "a", "approve": true, "sessionId": "s"])
        script.say("n")
        #expect(script.calls[1].params == ["toolCallId": "b", "approve": false, "sessionId": "s"])
        // The second call of `mul` waited: what is allowed for good is asked no more.
        script.say("a")
        #expect(script.calls.dropFirst(2).map { $0.params["toolCallId"] } == ["c", "d"])
        #expect(script.calls.dropFirst(2).allSatisfy { $0.params["approve"] == true })
        script.tell(approval("e", "mul"), messageID: "1")
        #expect(script.calls[4].params == ["toolCallId": "e", "approve": true, "sessionId": "s"])
        #expect(script.asked.count == 5)
    }

    @Test func anApprovalThatIsAskedForAgainIsAskedOnce() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.tell(approval("a", "add"), messageID: "1")
        script.tell(approval("a", "add"), messageID: "1")
        script.say("y")
        #expect(script.calls.count == 1)
        #expect(script.asked == [.message, .approval(name: "add", arguments: ["of": "add"])])
    }

    private func result(_ id: String, _ name: String, isError: Bool = false) -> SessionNotification.Content {
        .toolResult(id: id, name: name, result: "Error: late", isError: isError, durationMilliseconds: 0)
    }

    @Test func whatNeedsNoApprovalAnyMoreIsAskedAboutNoMore() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        for id in ["a", "b", "c"] { script.tell(approval(id, id), messageID: "1") }
        // One that waits its turn, then the one that is asked about: the next is asked in its place.
        script.tell(result("b", "b", isError: true), messageID: "1")
        #expect(script.asked == [.message, .approval(name: "a", arguments: ["of": "a"])] && script.withdrawals == 0)
        script.tell(result("a", "a", isError: true), messageID: "1")
        #expect(
            script.asked == [
                .message, .approval(name: "a", arguments: ["of": "a"]), .approval(name: "c", arguments: ["of": "c"]),
            ] && script.withdrawals == 1)
        script.tell(result("c", "c", isError: true), messageID: "1")
        #expect(script.asked.count == 3 && script.withdrawals == 2)
        // What is entered now is none of their answers.
        script.say("y")
        #expect(script.calls.isEmpty)
        script.tell(final, messageID: "1")
        #expect(script.calls.map(\.method) == [.sendUserMessage])
    }

    @Test func runsOfToolsAreShown() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.forgetShown()
        script.tell(
            .toolCall(id: "a", name: "add", arguments: [:], executor: .server, needsApproval: false), messageID: "1")
        script.tell(
            .toolResult(id: "a", name: "add", result: "3", isError: false, durationMilliseconds: 7), messageID: "1")
        #expect(
            script.shown == [
                .toolCall(id: "a", name: "add", arguments: [:], executor: .server),
                .toolResult(id: "a", run: ToolRun(name: "add", isError: false, durationMilliseconds: 7), result: "3"),
            ])
    }

    @Test func onlyTheLatestRunsOfToolsAreRemembered() {
        let run = ToolRun(name: "add", isError: false, durationMilliseconds: 1)
        var log = ToolRunLog()
        for number in 1...ToolRunLog.maximumCount { log.add(run, ofCall: String(number)) }
        log.add(run, ofCall: "1")
        #expect(log.runs.count == ToolRunLog.maximumCount && log.runs["1"] == run)
        log.add(run, ofCall: "one more")
        #expect(log.runs.count == ToolRunLog.maximumCount && log.runs["1"] == nil && log.runs["one more"] == run)
    }

    @Test func theEndOfInputRefuses() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.tell(approval("a", "add"), messageID: "1")
        script.give(.endOfInput)
        #expect(script.calls[0].params == ["toolCallId": "a", "approve": false, "sessionId": "s"])
    }

    @Test func aCallThatNobodyIsThereToAnswerBreaksTheAnswer() {
        var script = Script.started { options in
            options.message = "tool"
            options.canAsk = false
        }
        script.answer(["messageId": "1", "status": 0])
        script.tell(toolCall("a", "add"), messageID: "1")
        #expect(script.calls[0].params["result"]?.string == Conversation.nobodyThere)
        script.tell(final, messageID: "1")
        #expect(script.endings == [.error])
        #expect(script.outcome == .broken)
    }

    @Test func controlCAtAToolCallStopsTheAnswer() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.tell(toolCall("a", "add"), messageID: "1")
        script.give(.interrupt)
        #expect(script.lastMethod == .cancelMessage)
        script.answer(["status": 0])
        script.tell(final, messageID: "1")
        #expect(script.endings == [.cancelled])
        #expect(script.asked.last == .message)
    }

    // MARK: Commands

    @Test func aNewConversationLeavesNothingOfTheOld() {
        var script = Script.started()
        script.say("/model other")
        #expect(script.calls.map(\.method) == [.stopSession, .startSession])
        #expect(script.calls[1].params["sessionParams"]?["model"] == "other")
        // What the old one says is nobody's business any more.
        script.tell(.status(.stopped, reason: "bye", error: nil))
        script.answer(["status": 2])
        script.answer(["sessionId": "t", "resumeToken": "x", "model": "other"])
        script.tell(chunk("late"), session: "s")
        #expect(script.shown == [.session(id: "s", model: "m"), .session(id: "t", model: "other")])
        #expect(script.asked.count == 2)
    }

    @Test func theLastMessageIsSentAgain() {
        var script = Script.started()
        script.say("/retry")
        #expect(script.calls.isEmpty)
        script.say("hello")
        script.answer(["messageId": "1", "status": 0])
        script.tell(final, messageID: "1")
        script.say("/retry")
        #expect(script.calls[0].params["message"] == "hello")
    }

    @Test func theHistoryIsShownAndSaved() {
        let history: JSONValue = [
            "messages": [
                ["role": "system", "content": "Be brief."], ["role": "user", "content": "hello"],
                [
                    "role": "assistant", "content": "Hi",
                    "tool_calls": [
                        ["id": "a", "function": ["name": "add", "arguments": "{}"]],
                        ["id": "b", "function": ["name": "ask", "arguments": "{}"]],
                    ],
                ], ["role": "tool", "tool_call_id": "a", "content": "3"],
                ["role": "tool", "tool_call_id": "b", "content": "4"],
            ]
        ]
        let text = """
            system:\nBe brief.\n\nuser:\nhello\n\nassistant:\nHi\n[calls add {}]\n[calls ask {}]\n
            tool (add, 1.25 s):\n3\n\ntool (ask):\n4\n
            """
        var script = Script.started()
        script.tell(.toolResult(id: "a", name: "add", result: "3", isError: false, durationMilliseconds: 1250))
        script.say("/history")
        script.answer(history)
        #expect(script.shown.last == .said(text))
        script.say("/system")
        script.answer(history)
        #expect(script.shown.last == .said("Be brief."))
        script.say("/save talk.txt")
        script.answer(history)
        #expect(script.shown.last == .said("talk.txt: \(text)"))
        script.say("/save talk.json")
        script.answer(history)
        guard case .said(let saved) = script.shown.last else { return }
        #expect(saved.hasPrefix("talk.json: [\n  {\"role\":\"system\""))
        #expect((try? JSONParser.parse(String(saved.dropFirst(11)))) == history["messages"])
        #expect(script.asked.count == 5)
    }

    @Test func aMessageMayBeginWithASlash() {
        var script = Script.started()
        script.say("//etc")
        #expect(script.calls[0].params["message"] == "/etc")
        #expect(script.remembered == ["//etc"])
    }

    @Test func aSessionThatEndedWhileIdleCanBeFollowedByANewOne() {
        var script = Script.started()
        script.tell(.status(.stopped, reason: "idle", error: nil))
        script.say("hello")
        #expect(script.calls.isEmpty)
        guard case .failed(let words) = script.shown.last else { return }
        #expect(words.contains("/new"))
        script.say("/new")
        #expect(script.calls.map(\.method) == [.startSession])
    }
}
