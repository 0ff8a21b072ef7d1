import JSON
import Testing

@testable import Replaying

/// Commands of JSON lists: tool results, malformed messages, broken connections.
@Suite struct ScriptPlayerCommandTests {
    private func list(_ commands: String...) -> String { "[" + commands.joined(separator: ",\n") + "]" }
    private let message = #"{"command": "sendUserMessage", "message": "one"}"#
    private let unawaited = #"{"command": "sendUserMessage", "message": "one", "wait": false}"#

    private func harness(_ commands: String...) -> PlayerHarness {
        PlayerHarness("[" + commands.joined(separator: ",\n") + "]", "a.json")
    }

    @Test("a tool result answers the call that waits, and the message goes on")
    func toolResult() {
        var play = harness(message, #"{"command": "provideToolResult", "result": {"a": 1}}"#)
        play.begin()
        play.accept()
        play.chunk("Let me see")
        #expect(play.sent.count == 2)
        play.toolCall("look", id: "c1")
        #expect(play.requests.last == #"provideToolResult {"sessionId":"s","toolCallId":"c1","result":{"a":1}}"#)
        play.answer(["status": 0])
        play.chunk(".")
        play.final()
        play.answer(["status": 2])
        #expect(
            play.story == [
                "sent one", "chunk Let me see", "calls look", #"gives look {"a":1}"#, "chunk .", #"1 ok "Let me see.""#,
                "ended ok",
            ])
    }

    @Test("results find their calls by name, in whichever order these come")
    func namedResults() {
        var play = harness(
            message, #"{"command": "provideToolResult", "toolName": "b", "result": "B"}"#,
            #"{"command": "provideToolResult", "toolName": "a", "result": "A"}"#)
        play.begin()
        play.accept()
        play.toolCall("a", id: "c1")
        #expect(play.sent.count == 2)
        play.toolCall("b", id: "c2")
        #expect(play.requests.last == #"provideToolResult {"sessionId":"s","toolCallId":"c2","result":"B"}"#)
        play.answer(["status": 0])
        #expect(play.requests.last == #"provideToolResult {"sessionId":"s","toolCallId":"c1","result":"A"}"#)
    }

    @Test("a call that no result is for fails its message at once")
    func missingResult() {
        for commands in [[message], [message, #"{"command": "provideToolResult", "toolName": "b", "result": 1}"#]] {
            var play = PlayerHarness("[" + commands.joined(separator: ",\n") + "]", "a.json")
            play.begin()
            play.accept()
            play.toolCall("a", id: "c1")
            #expect(play.story.last == "1 toolCall: the model called `a`, and the script has no result for it")
            #expect(play.requests.last == #"stopSession {"sessionId":"s"}"#)
        }
    }

    @Test("a result that no call waits for fails when the answer has ended")
    func needlessResult() {
        var play = harness(message, #"{"command": "provideToolResult", "result": 1}"#)
        play.begin()
        play.accept()
        play.final()
        #expect(
            play.story.last
                == "2 provideToolResult toolCall: the answer has ended, and no tool call waits for this result")
    }

    @Test("tools of the server need no result")
    func serverTools() {
        var play = harness(message)
        play.begin()
        play.accept()
        play.notify(
            "ToolCallNotification",
            ["messageId": "m1", "toolCallId": "c", "toolName": "clock", "arguments": [:], "executor": "server"])
        play.final()
        #expect(play.story == ["sent one", "calls clock", #"1 ok """#])
    }

    @Test("malformed JSON is to be refused as that")
    func malformed() {
        var play = harness(#"{"command": "sendMalformedJSON"}"#)
        play.feed(.start)
        play.feed(.opened)
        #expect(play.sent == ["not JSON"])
        play.refuse(-32700, "no JSON", id: .null)
        #expect(play.story == ["ended ok"])
        play = harness(#"{"command": "sendMalformedJSON"}"#)
        play.feed(.start)
        play.feed(.opened)
        play.refuse(-32600, "no request", id: .null)
        #expect(play.story[0] == "1 sendMalformedJSON refused: the server answered -32600 instead of -32700: words")
    }

    @Test("after a reconnect the session goes on where it was")
    func reconnect() {
        var play = harness(
            unawaited, #"{"command": "disconnect", "afterChunks": 2}"#, #"{"command": "reconnect"}"#,
            #"{"command": "sendUserMessage", "message": "two"}"#)
        play.begin()
        play.accept()
        play.chunk("a")
        #expect(play.closes == 0)
        play.chunk("b")
        #expect(play.closes == 1)
        // On its way before the close.
        play.chunk("c")
        play.feed(.closed(""))
        #expect(play.connects == 2)
        play.feed(.opened)
        #expect(play.requests.last == #"attachSession {"sessionId":"s","resumeToken":"t","lastSeq":4}"#)
        play.answer(["sessionId": "s", "status": 1, "lastSeq": 6])
        #expect(play.requests.last == #"sendUserMessage {"sessionId":"s","message":"two"}"#)
        play.chunk("d")
        play.accept("m2")
        play.final()
        play.final(of: "m2")
        play.answer(["status": 2])
        #expect(
            play.story == [
                "sent one", "chunk a", "chunk b", "chunk c", "disconnected", "reconnected", "sent two", "chunk d",
                #"1 ok "abcd""#, #"4 ok """#, "ended ok",
            ])
    }

    @Test("what is lost or comes again is found by its number")
    func sequence() {
        var play = harness(message)
        play.begin()
        play.accept()
        play.seq += 2
        play.chunk("x")
        #expect(play.story[1] == "1 sequence: notification 4 of the session came after 1: 2 are lost")
        play = harness(message)
        play.begin()
        play.accept()
        play.chunk("x")
        play.seq -= 1
        play.chunk("x")
        #expect(play.story[2] == "1 sequence: notification 2 of the session came again, after 2")
    }

    @Test("an answer that ends before so many chunks have come holds nothing up")
    func fewChunks() {
        var play = harness(unawaited, #"{"command": "disconnect", "afterChunks": 9}"#, #"{"command": "reconnect"}"#)
        play.begin()
        play.accept()
        play.chunk("x")
        play.final()
        #expect(play.closes == 1)
    }

    @Test("a message whose answer nobody can hear fails at once")
    func unheard() {
        for last in [#"{"command": "wait", "seconds": 1}"#, #"{"command": "startSession", "userId": "u"}"#] {
            var play = harness(unawaited, #"{"command": "disconnect"}"#, last)
            play.begin()
            play.accept()
            play.feed(.closed(""))
            play.now += 1_000_000_000
            play.feed(.deadline)
            #expect(
                play.story.suffix(2) == [
                    "1 connection: the script closes the connection before the answer has ended", "ended failed",
                ])
        }
    }

    @Test("a session that is not given back fails the reconnect")
    func refusedAttach() {
        var play = harness(message, #"{"command": "disconnect"}"#, #"{"command": "reconnect"}"#)
        play.begin()
        play.accept()
        play.final()
        play.feed(.closed(""))
        play.feed(.opened)
        play.refuse(-32602, "unknown session")
        play.answer(["status": 2])
        #expect(
            play.story.suffix(2) == [
                "3 reconnect refused: the server refused `attachSession` with -32602: unknown session", "ended failed",
            ])
        play = harness(message, #"{"command": "disconnect"}"#, #"{"command": "reconnect"}"#)
        play.begin()
        play.accept()
        play.final()
        play.feed(.closed(""))
        play.feed(.closed("nobody there"))
        #expect(
            play.story.suffix(2) == [
                "3 reconnect connection: the connection is lost: nobody there", "ended failed",
            ])
    }

    @Test("messages that are not waited for queue up, and the script ends when all have")
    func unawaitedMessages() {
        var play = harness(unawaited, #"{"command": "sendUserMessage", "message": "two", "wait": false}"#)
        play.begin()
        play.accept()
        play.accept("m2")
        #expect(play.story == ["sent one", "sent two"])
        play.final()
        #expect(!play.player.isEnded && play.requests.last?.hasPrefix("sendUserMessage") == true)
        play.final(of: "m2")
        #expect(play.requests.last?.hasPrefix("stopSession") == true)
    }

    @Test("an older server, without numbers and message ids, is understood too")
    func olderServer() {
        var play = harness(message)
        play.feed(.start)
        play.feed(.opened)
        play.answer(["sessionId": "s", "status": 1])
        play.accept()
        for (chunk, isFinal) in [("a", false), ("", true)] {
            play.say([
                "jsonrpc": "2.0", "method": "AIMessageChunkNotification",
                "params": ["sessionId": "s", "chunk": .string(chunk), "isFinal": .bool(isFinal)],
            ])
        }
        #expect(play.story.last == #"1 ok "a""#)
    }
}
