import JSON
import SessionProtocol
import Synchronization
import Testing

@testable import ChatUI

/// What was written where, in order.
private final class Paper: Sendable {
    private let state = Mutex((data: "", words: "", isFull: false))

    var data: String { state.withLock { $0.data } }
    var words: String { state.withLock { $0.words } }

    func fill() {
        state.withLock { $0.isFull = true }
    }

    func output(isTerminal: Bool, isColoured: Bool = false) -> ChatOutput {
        ChatOutput(
            write: { text in
                self.state.withLock { state in
                    if !state.isFull { state.data += text }
                    return !state.isFull
                }
            },
            tell: { text in self.state.withLock { $0.words += text } }, isTerminal: isTerminal, isColoured: isColoured)
    }
}

@Suite struct ViewTests {
    private func show(
        _ events: [ChatEvent], isTerminal: Bool = false, isColoured: Bool = false, isConversation: Bool = false
    ) -> Paper {
        let paper = Paper()
        var view = TextView(
            paper.output(isTerminal: isTerminal, isColoured: isColoured), isConversation: isConversation)
        for event in events {
            let isWritten = view.show(event)
            #expect(isWritten)
        }
        return paper
    }

    private let toolCall = ChatEvent.toolCall(id: "1", name: "add", arguments: ["a": 1], executor: .client)

    @Test func aPipeGetsTheModelsTextAndAFinalNewline() {
        let paper = show([
            .session(id: "s", model: "m"), .text("a\u{1B}[31m "), toolCall, .text("b"), .failed("bad"),
            .done(ChatEnding(.error)),
        ])
        #expect(paper.data == "a\u{1B}[31m b\n")
        #expect(paper.words == "tool call: add {\"a\":1}\nerror: bad\n")
    }

    @Test func aNewlineThatIsThereIsNotRepeated() {
        #expect(show([.text("a\n"), .done(ChatEnding(.stop))]).data == "a\n")
        #expect(show([.done(ChatEnding(.stop))]).data == "")
        #expect(show([.text("a"), .done(ChatEnding(.stop)), .text("b"), .done(ChatEnding(.stop))]).data == "a\nb\n")
    }

    @Test func aTerminalObeysNothingThatTheModelSays() {
        let paper = show([.text("a\u{1B}[31m\tb\r\n\u{9B}2J\u{07}é"), .done(ChatEnding(.stop))], isTerminal: true)
        #expect(paper.data == "a\\u{1B}[31m\tb\n\\u{9B}2J\\u{7}é\n")
    }

    /// The reason of a close frame is the server's.
    @Test func aTerminalObeysNothingThatTheServerSays() {
        let escape = "\u{1B}[2J"
        let lost = ChatEvent.reconnecting(attempt: 1, of: 5, reason: "bye\(escape).")
        let spelt = "bye\\u{1B}[2J"
        #expect(show([lost]).words == "\(spelt); connecting again (1 of 5)\n")
        #expect(show([.said(escape + "\n"), .failed(escape)]).words == "\\u{1B}[2J\nerror: \\u{1B}[2J\n")
        let paper = Paper()
        let view = JSONView(paper.output(isTerminal: false))
        for event in [lost, .said("a\n\(escape)"), .failed(escape)] { #expect(view.show(event)) }
        #expect(paper.words == "a\n\\u{1B}[2J\nerror: \\u{1B}[2J\n")
        // In JSON an escape is one already.
        #expect(paper.data.contains(#""reason":"bye\u001b[2J.""#))
    }

    @Test func onATerminalWordsStandOnLinesOfTheirOwn() {
        let paper = show(
            [.text("a"), toolCall, .text("b"), .done(ChatEnding(.cancelled))], isTerminal: true, isConversation: true)
        #expect(paper.data == "a\nb\n")
        #expect(paper.words == "tool call: add {\"a\":1}\n(stopped)\n")
    }

    @Test func whatTheServerRunsIsTold() {
        func call(_ needsApproval: Bool) -> ChatEvent {
            .toolCall(id: "1", name: "add", arguments: [:], executor: .server, needsApproval: needsApproval)
        }
        func ended(_ result: String, isError: Bool = true, _ milliseconds: Int) -> ChatEvent {
            .toolResult(
                id: "1", run: ToolRun(name: "add", isError: isError, durationMilliseconds: milliseconds),
                result: result)
        }
        let long = String(repeating: "x", count: 201)
        let paper = show([
            call(false), call(true), ended("3", isError: false, 0), ended("3", isError: false, 1250),
            ended("Error: exit code 3\nmore", 999), ended("Error: not\u{1B} approved", 0), ended("", 5), ended(long, 0),
            ended(String(long.dropLast()), 0),
        ])
        #expect(
            paper.words == """
                the server runs add {}
                the server asks to run add {}
                add: 0 ms
                add: 1.25 s
                add: failed after 999 ms: exit code 3
                add: failed: not\\u{1B} approved
                add: failed after 5 ms
                add: failed: \(long.dropLast())…
                add: failed: \(long.dropLast())

                """)
    }

    @Test func thoughtsAreDimmedAndApart() {
        let events: [ChatEvent] = [.reasoning("I "), .reasoning("think"), .text("Yes"), .done(ChatEnding(.stop))]
        let coloured = show(events, isTerminal: true, isColoured: true)
        #expect(coloured.words == "\u{1B}[2mI \u{1B}[0m\u{1B}[2mthink\u{1B}[0m\n")
        #expect(coloured.data == "Yes\n")
        #expect(show(events).words == "I think\n")
    }

    @Test func theEndOfTheOutputIsTold() {
        let paper = Paper()
        paper.fill()
        var view = TextView(paper.output(isTerminal: false), isConversation: false)
        let isWritten = view.show(.text("a"))
        #expect(!isWritten)
        #expect(!JSONView(paper.output(isTerminal: false)).show(.text("a")))
    }

    @Test func everyEventForProgramsIsOneLine() throws {
        let paper = Paper()
        let view = JSONView(paper.output(isTerminal: false))
        var usage = MessageUsage()
        usage.add(UsageReport(promptTokens: 1, completionTokens: 2, totalTokens: 3, cost: 0.5, model: "m"))
        usage.add(UsageReport(promptTokens: 1, completionTokens: 2, totalTokens: 3, reasoningTokens: 1, model: "m"))
        let events: [ChatEvent] = [
            .session(id: "s", model: "m"), .text("a\nb"), .reasoning("r"), toolCall,
            .toolResult(
                id: "1", run: ToolRun(name: "add", isError: true, durationMilliseconds: 7), result: "Error: a\nb"),
            .reconnecting(attempt: 1, of: 5, reason: "gone"), .reconnected, .said("for people"), .failed("bad"),
            .done(ChatEnding(.stop, usage: usage)),
            .done(ChatEnding(.disconnected, error: ChatFailure(.disconnected, "gone"))),
        ]
        for event in events { #expect(view.show(event)) }
        #expect(
            paper.data == """
                {"event":"session","sessionId":"s","model":"m"}
                {"event":"chunk","text":"a\\nb"}
                {"event":"reasoning","text":"r"}
                {"event":"toolCall","toolCallId":"1","name":"add","arguments":{"a":1},"executor":"client","needsApproval":false}
                {"event":"toolResult","toolCallId":"1","name":"add","result":"Error: a\\nb","isError":true,"durationMs":7}
                {"event":"reconnecting","attempt":1,"maximumAttempts":5,"reason":"gone"}
                {"event":"reconnected"}
                {"event":"done","reason":"stop","usage":{"modelCalls":2,"promptTokens":2,"completionTokens":4,"totalTokens":6,"reasoningTokens":1,"cost":0.5,"model":"m"}}
                {"event":"done","reason":"disconnected","usage":null,"error":{"kind":"disconnected","detail":"gone"}}

                """)
        #expect(paper.words == "for people\nerror: bad\n")
    }

    @Test func costsArePlain() {
        func phrase(_ cost: Double) -> String {
            var usage = MessageUsage()
            usage.add(UsageReport(promptTokens: 1, completionTokens: 2, totalTokens: 3, cost: cost, model: "m"))
            return usage.phrase
        }
        #expect(phrase(0.000012) == "1 + 2 = 3 tokens, $0.000012")
        #expect(phrase(0.1 + 0.2) == "1 + 2 = 3 tokens, $0.300000")
        #expect(phrase(12.5) == "1 + 2 = 3 tokens, $12.500000")
    }
}
