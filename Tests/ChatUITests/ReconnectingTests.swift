import InteractiveClient
import JSON
import JSONRPC
import SessionProtocol
import Testing

@testable import ChatUI

private func chunk(_ text: String) -> SessionNotification.Content { .chunk(text, isFinal: false) }

/// Losing the connection in the middle of things.
@Suite struct ReconnectingTests {
    /// A message under way, with one chunk seen.
    private func answering(_ configure: @escaping (inout ChatOptions) -> Void = { _ in }) -> Script {
        var script = Script.started { options in
            options.message = "go"
            configure(&options)
        }
        script.answer(["messageId": "1", "status": 0])
        script.tell(chunk("one "), messageID: "1")
        return script
    }

    /// Sends again what came since the first notification, as a server does.
    private func replay(_ script: inout Script, from first: Int, through texts: [String]) {
        for (index, text) in texts.enumerated() {
            let content: SessionNotification.Content = text.isEmpty ? .chunk("", isFinal: true) : chunk(text)
            script.give(
                .notification(
                    SessionNotification(sessionID: "s", seq: first + index, messageID: "1", content: content)))
        }
    }

    @Test func theAnswerGoesOnWithoutLossOrRepetition() {
        var script = answering()
        script.lose()
        #expect(script.waits == [Conversation.reconnectDelays[0]])
        script.give(.waited)
        #expect(script.connections == 2)
        script.give(.opened)
        #expect(script.calls[0].method == .attachSession)
        #expect(script.calls[0].params == ["resumeToken": "secret", "lastSeq": 2, "sessionId": "s"])
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 4])
        // One more than was asked for.
        replay(&script, from: 2, through: ["one ", "two ", "three", ""])
        #expect(script.text == "one two three")
        #expect(script.endings == [.stop])
        #expect(script.outcome == .complete)
    }

    @Test func attemptsEndAndBeginAnewOnlyWhereTheServerWasHeard() {
        var script = answering()
        for attempt in 1...Conversation.reconnectDelays.count {
            script.lose()
            #expect(script.waits.count == attempt)
            script.give(.waited)
            // Attached or not: it says nothing.
            if attempt.isMultiple(of: 2) {
                script.give(.opened)
                script.answer(["sessionId": "s", "status": 1, "lastSeq": 2])
            }
        }
        #expect(script.outcome == nil)
        script.lose()
        #expect(script.waits == Conversation.reconnectDelays)
        #expect(script.endings == [.disconnected])
        #expect(script.outcome == .broken)
        #expect(script.text == "one ")
    }

    @Test func hearingTheServerStartsTheCountAnew() {
        var script = answering()
        for seq in 3...20 {
            script.lose()
            script.give(.waited)
            script.give(.opened)
            script.answer(["sessionId": "s", "status": 1, "lastSeq": .number(JSONNumber(seq))])
            replay(&script, from: seq, through: ["x"])
        }
        #expect(script.outcome == nil)
        #expect(Set(script.waits) == [Conversation.reconnectDelays[0]])
    }

    @Test func aServerThatDoesNotKnowTheSessionEndsIt() {
        var script = answering()
        script.lose()
        script.give(.waited)
        script.give(.opened)
        script.refuse(.sessionNotFound, "unknown")
        #expect(script.endings == [.disconnected])
        #expect(script.outcome == .broken)
    }

    @Test func aGapEndsTheAnswerAndKeepsTheConversation() {
        var script = Script.started()
        script.say("go")
        script.answer(["messageId": "1", "status": 0])
        script.tell(chunk("one "), messageID: "1")
        script.lose()
        script.give(.waited)
        script.give(.opened)
        script.refuse(.replayGap, "gap")
        #expect(script.calls[0].params["lastSeq"] == nil)
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 9])
        #expect(script.endings == [.disconnected])
        replay(&script, from: 10, through: ["rest", ""])
        #expect(script.text == "one ")
        #expect(script.endings == [.disconnected])
        #expect(script.asked.last == .message)
        script.say("/history")
        #expect(script.lastMethod == .getHistory)
    }

    @Test func aMessageThatNeverArrivedIsSentAgain() {
        var script = Script.started { $0.message = "go" }
        script.lose()
        script.give(.waited)
        script.give(.opened)
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 1])
        #expect(script.lastMethod == .getHistory)
        script.answer(["messages": [["role": "system", "content": "x"]]])
        #expect(script.calls[0].params["message"] == "go")
    }

    @Test func theStartOfTheSessionIsNoAnswer() {
        // It was lost with the connection: the server has told one thing more than was heard, but nothing of the message.
        var script = Script { options in
            options.message = "go"
            options.isRemote = true
        }
        script.give(.opened)
        script.answer(["sessionId": "s", "resumeToken": "secret", "model": "m"])
        script.lose()
        script.give(.waited)
        script.give(.opened)
        #expect(script.calls[0].params["lastSeq"] == 1)
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 1])
        #expect(script.lastMethod == .getHistory)
    }

    @Test func aMessageThatArrivedIsNotSentAgain() {
        var script = Script.started { $0.message = "go" }
        script.lose()
        script.give(.waited)
        script.give(.opened)
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 1])
        script.answer(["messages": [["role": "user", "content": "go"]]])
        #expect(script.calls.isEmpty)
        replay(&script, from: 2, through: ["x", ""])
        #expect(script.outcome == .complete)

        // Nor where its answer has begun.
        var other = Script.started { $0.message = "go" }
        other.lose()
        other.give(.waited)
        other.give(.opened)
        other.answer(["sessionId": "s", "status": 1, "lastSeq": 3])
        #expect(other.calls.isEmpty)
        replay(&other, from: 2, through: ["x", ""])
        #expect(other.outcome == .complete)
    }

    @Test func aToolResultIsSentAgainAndMayHaveArrived() {
        var script = Script.started()
        script.say("tool")
        script.answer(["messageId": "1", "status": 0])
        script.tell(.toolCall(id: "a", name: "add", arguments: [:], executor: .client), messageID: "1")
        script.say("3")
        script.lose()
        script.give(.waited)
        script.give(.opened)
        script.answer(["sessionId": "s", "status": 1, "lastSeq": 2])
        #expect(script.calls[0].params == ["toolCallId": "a", "result": "3", "sessionId": "s"])
        script.forgetShown()
        script.refuse(.unknownToolCall, "answered already")
        #expect(script.shown == [])
    }

    @Test func aServerThatTakesNoSuchMessageIsNotAskedAgain() {
        var script = answering()
        script.give(.disconnected(code: 1009, reason: "too large"))
        #expect(script.waits == [])
        #expect(script.outcome == .broken)
        guard case .failed(let words) = script.shown.dropLast().last else { return }
        #expect(words.contains("no message as large as this one"))
    }

    @Test func aSessionInThisProcessIsNotSoughtAgain() {
        var script = answering { $0.isRemote = false }
        script.lose()
        #expect(script.outcome == .broken)
    }

    @Test func controlCLeavesWhileTheConnectionIsSought() {
        var script = answering()
        script.lose()
        script.give(.interrupt)
        #expect(script.outcome == .interrupted)
        #expect(script.endings == [.cancelled])
    }
}
