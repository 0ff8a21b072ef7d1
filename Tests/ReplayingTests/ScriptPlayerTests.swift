import Diagnostics
import JSON
import Testing

@testable import Replaying

@Suite struct ScriptPlayerTests {
    private static let usage = #""capabilities":["usage"]"#

    @Test("a message is sent into a session of its own, and the next one when it has ended")
    func messages() {
        var play = PlayerHarness("one\ntwo\n")
        play.feed(.start)
        #expect(play.connects == 1 && play.sent.isEmpty)
        play.feed(.opened)
        #expect(play.requests == [#"startSession {"userId":"replay","sessionParams":{\#(Self.usage)}}"#])
        play.answer(["sessionId": "s", "status": 1, "resumeToken": "t"])
        #expect(play.requests.last == #"sendUserMessage {"sessionId":"s","message":"one"}"#)
        play.accept()
        play.notify("SessionStatusNotification", ["status": 1, "reason": "Session started"])
        play.now += 50_000_000
        play.chunk("Hel")
        play.chunk("lo")
        #expect(play.sent.count == 2)
        play.now += 100_000_000
        play.final()
        #expect(play.requests.last == #"sendUserMessage {"sessionId":"s","message":"two"}"#)
        play.accept("m2")
        play.final(of: "m2")
        #expect(play.requests.last == #"stopSession {"sessionId":"s"}"#)
        #expect(!play.player.isEnded)
        play.answer(["status": 2])
        #expect(play.player.isEnded && play.closes == 1)
        #expect(
            play.story == [
                "sent one", "chunk Hel", "chunk lo", #"1 ok "Hello""#, "sent two", #"2 ok """#, "ended ok",
            ])
        guard case .messageEnded(let result) = play.events[3] else { return #expect(Bool(false)) }
        #expect(result.duration == 150_000_000 && result.timeToFirstChunk == 50_000_000)
    }

    @Test("a session is started as the script says, with the command line's model where it names none")
    func startSession() {
        let options = ScriptPlayer.Options(model: "given")
        var play = PlayerHarness("startSession userId=ann context=c\nhi\n", options: options)
        play.feed(.start)
        play.feed(.opened)
        #expect(
            play.requests == [
                #"startSession {"userId":"ann","sessionParams":{"context":"c","model":"given",\#(Self.usage)}}"#
            ])
        let list = #"""
            [{"command": "startSession", "userId": "u", "sessionParams": {"model": "own", "capabilities": ["reasoning"]}}]
            """#
        play = PlayerHarness(list, "a.json", options: options)
        play.feed(.start)
        play.feed(.opened)
        #expect(
            play.requests == [
                #"startSession {"userId":"u","sessionParams":{"model":"own","capabilities":["reasoning","usage"]}}"#
            ])
    }

    @Test("a second session is started when the first one is stopped")
    func secondSession() {
        var play = PlayerHarness("hi\nstartSession userId=b\n")
        play.begin()
        play.accept()
        play.final()
        #expect(play.requests.last == #"stopSession {"sessionId":"s"}"#)
        play.answer(["status": 2])
        #expect(play.requests.last?.hasPrefix(#"startSession {"userId":"b""#) == true)
    }

    @Test("the first message that fails ends its script; what was not sent is told as skipped")
    func failure() {
        var play = PlayerHarness("one\ntwo\nthree\n")
        play.begin()
        play.accept()
        play.chunk("Well")
        play.fail("it broke.")
        #expect(play.story == ["sent one", "chunk Well", "1 answer: it broke", "2 skipped", "3 skipped"])
        play.answer(["status": 2])
        #expect(play.story.last == "ended failed")
    }

    @Test("where it is to keep going, the next message follows a failure")
    func keepGoing() {
        var play = PlayerHarness("one\ntwo\n", options: .init(keepsGoing: true))
        play.begin()
        play.accept()
        play.fail("it broke")
        play.accept("m2")
        play.final(of: "m2")
        play.answer(["status": 2])
        #expect(play.story == ["sent one", "1 answer: it broke", "sent two", #"2 ok """#, "ended failed"])
    }

    @Test("a server that refuses is quoted, with its code")
    func refusals() {
        var play = PlayerHarness("one\n")
        play.feed(.start)
        play.feed(.opened)
        play.refuse(-32000, "too many sessions")
        #expect(
            play.story == [
                "1 refused: the server refused `startSession` with -32000: too many sessions", "ended failed",
            ])
        play = PlayerHarness("one\ntwo\n")
        play.begin()
        play.refuse(-32602, "no such session")
        #expect(
            play.story == [
                "sent one", "1 refused: the server refused `sendUserMessage` with -32602: no such session", "2 skipped",
            ])
    }

    @Test("a message that takes too long has failed, and is cancelled where the script goes on")
    func timeout() {
        for keepsGoing in [false, true] {
            var play = PlayerHarness("one\ntwo\n", options: .init(timeout: 2_000_000_000, keepsGoing: keepsGoing))
            play.begin()
            let sentAt = play.now
            play.accept()
            #expect(play.player.deadline == sentAt + 2_000_000_000)
            play.now = sentAt + 1_999_999_999
            play.feed(.deadline)
            #expect(play.story == ["sent one"])
            play.now += 1
            play.feed(.deadline)
            #expect(play.story[1] == "1 timeout: no end within 2 s")
            if keepsGoing {
                #expect(play.requests.suffix(2).first == #"cancelMessage {"sessionId":"s","messageId":"m1"}"#)
                // What still comes of it belongs to nothing.
                play.chunk("late")
                play.final()
                #expect(play.story.suffix(1) == ["sent two"])
            } else {
                #expect(play.requests.last == #"stopSession {"sessionId":"s"}"#)
            }
        }
    }

    @Test("a server that does not answer a request is not waited for longer")
    func silence() {
        var play = PlayerHarness("one\n", options: .init(timeout: 2_000_000_000))
        play.feed(.start)
        play.feed(.opened)
        play.now += 2_000_000_000
        play.feed(.deadline)
        #expect(play.story == ["1 timeout: the server did not answer `startSession` within 2 s", "ended failed"])
        play = PlayerHarness("one\n", options: .init(timeout: 2_000_000_000))
        play.feed(.start)
        play.now += 2_000_000_000
        play.feed(.deadline)
        #expect(
            play.story == [
                "1 skipped", "ended unreachable(\"the server did not accept the connection within 2 s\")",
            ])
    }

    @Test("the last stopSession is waited for at most 5 s")
    func leaving() {
        var play = PlayerHarness("one\n")
        play.begin()
        play.accept()
        play.final()
        #expect(play.player.deadline == play.now + 5_000_000_000)
        play.now += 5_000_000_000
        play.feed(.deadline)
        #expect(play.story.last == "ended ok")
    }

    @Test("a wait lasts as long as the script says, and no event shortens it")
    func wait() {
        var play = PlayerHarness("WAIT: 1.5\nhi\n")
        let start = play.now
        play.feed(.start)
        #expect(play.connects == 0 && play.player.deadline == start + 1_500_000_000)
        play.now = start + 1_400_000_000
        play.feed(.deadline)
        #expect(play.connects == 0)
        play.now = start + 1_500_000_000
        play.feed(.deadline)
        #expect(play.connects == 1)
    }

    @Test("a connection that is lost fails what was under way, and ends the script")
    func lostConnection() {
        for keepsGoing in [false, true] {
            var play = PlayerHarness("one\ntwo\n", options: .init(keepsGoing: keepsGoing))
            play.begin()
            play.accept()
            play.chunk("He")
            play.feed(.closed("gone"))
            #expect(
                play.story == [
                    "sent one", "chunk He", "1 connection: the connection is lost: gone", "2 skipped", "ended failed",
                ])
        }
    }

    @Test("a server that cannot be reached is told as that")
    func unreachable() {
        var play = PlayerHarness("one\n")
        play.feed(.start)
        play.feed(.closed("refused"))
        #expect(play.story == ["1 skipped", "ended unreachable(\"refused\")"])
    }

    @Test("a session that the server ends is told, whatever is under way")
    func endedSession() {
        var play = PlayerHarness("one\nWAIT: 9\ntwo\n")
        play.begin()
        play.accept()
        play.notify("SessionStatusNotification", ["status": 2, "reason": "idle"])
        #expect(play.story == ["sent one", "1 session: the session has ended: idle", "3 skipped", "ended failed"])
        play = PlayerHarness("one\nWAIT: 9\ntwo\n")
        play.begin()
        play.accept()
        play.final()
        play.notify("SessionStatusNotification", ["status": 2, "reason": "idle"])
        #expect(play.story.suffix(3) == ["2 WAIT session: the session has ended: idle", "3 skipped", "ended failed"])
    }

    @Test("Ctrl-C stops the session; a second one does not wait for it")
    func interrupt() {
        var play = PlayerHarness("one\ntwo\n")
        play.begin()
        play.accept()
        play.feed(.interrupted)
        #expect(play.story == ["sent one", "1 interrupted: interrupted", "2 skipped"])
        #expect(play.requests.last == #"stopSession {"sessionId":"s"}"#)
        play.feed(.interrupted)
        #expect(play.story.last == "ended interrupted")
    }

    @Test("what is no JSON-RPC ends the script")
    func malformedReply() {
        var play = PlayerHarness("one\n")
        play.begin()
        play.accept()
        play.feed(.message(Array("{".utf8)))
        #expect(play.story[1].hasPrefix("1 malformedReply: the server sent something that is not JSON"))
    }

    @Test("an answer may be 16 MiB large, and no byte larger")
    func largeAnswer() {
        let mebibyte = String(repeating: "a", count: 1 << 20)
        var play = PlayerHarness("one\n")
        play.begin()
        play.accept()
        for _ in 0..<16 { play.chunk(mebibyte) }
        #expect(play.story.count == 17)
        play.chunk("a")
        #expect(play.story.last == "1 answer: the answer is larger than 16 MiB")
    }
}

@Suite struct ExpectationTests {
    private func play(_ expectation: String, answer: String) -> [String] {
        var play = PlayerHarness("one\n\(expectation)\n")
        play.begin()
        play.accept()
        for character in answer { play.chunk(String(character)) }
        play.final()
        return play.story.filter { $0.hasPrefix("1 ") }
    }

    @Test("an answer is held against what is expected of it")
    func expectations() {
        #expect(play("EXPECT: 42", answer: "It is 42.") == [#"1 ok "It is 42.""#])
        #expect(play("EXPECT: 43", answer: "It is 42.") == ["1 expectation: the answer does not contain `43`"])
        #expect(play("EXPECT: it", answer: "It is 42.") == ["1 expectation: the answer does not contain `it`"])
        #expect(play("EXPECT-NOT: 42", answer: "It is 42.") == ["1 expectation: the answer contains `42`"])
        #expect(play("EXPECT-NOT: 43", answer: "It is 42.") == [#"1 ok "It is 42.""#])
        #expect(play("EXPECT-EXACTLY: 42", answer: "42") == [#"1 ok "42""#])
        #expect(play("EXPECT-EXACTLY: 42", answer: "42.") == ["1 expectation: the answer is not exactly `42`"])
        #expect(play("EXPECT: \"\"", answer: "") == [#"1 ok """#])
        #expect(play("EXPECT: é", answer: "e\u{301}") == ["1 expectation: the answer does not contain `é`"])
    }

    @Test("all of several must be met, and the first that is not is told where it stands")
    func several() throws {
        var play = PlayerHarness("one\nEXPECT: a\nEXPECT: b\nEXPECT: c\n")
        play.begin()
        play.accept()
        play.chunk("a\nlong answer")
        play.final()
        let diagnostic = try #require(play.events.compactMap(\.diagnostic).first)
        #expect(diagnostic.code.id == "AL152" && diagnostic.span.range == 22..<23)
        #expect(diagnostic.message == "the answer does not contain `b`")
        #expect(diagnostic.help == "the answer is `a long answer`")
        #expect(diagnostic.related.map(\.span.range) == [0..<3])
    }
}
