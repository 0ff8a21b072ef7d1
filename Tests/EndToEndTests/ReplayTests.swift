import Foundation
import JSON
import Testing

/// `replay` as a process, in-process sessions and mock answers: how messages end, and what is written where.
@Suite(.timeLimit(.minutes(5))) struct ReplayTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func replay(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> BuiltProgram.Result {
        try await program.run(
            ["replay", "--ai-service", "mock"] + arguments, input: input,
            environment: quick.merging(environment) { $1 },
            in: directory.url)
    }

    private func shell(_ line: String) async throws -> BuiltProgram.Result {
        try await program.shell(line, environment: quick, in: directory.url)
    }

    @Test func aScriptIsPlayedMessageByMessage() async throws {
        try directory.write("talk.txt", "# two messages\nHello there\n\nempty\n")
        let result = try await replay("talk.txt")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("> Hello there\n"))
        #expect(result.output.hasSuffix("\n\n> empty\n"))
        #expect(result.errors.hasPrefix("1 file, 2 messages: 2 ended well ("))
    }

    @Test func aMessageThatFailsIsShownWhereItStands() async throws {
        try directory.write("talk.txt", "Hello\nerror\nnever sent\n")
        let result = try await replay("talk.txt")
        #expect(result.status == 4)
        #expect(result.output.hasSuffix("> error\n"))
        #expect(
            result.errors.hasPrefix(
                """
                error[AL150]: the message did not end well: The mock service answered with status 503 (Service Unavailable): \
                overloaded, as you asked
                 --> talk.txt:2:1
                  |
                2 | error
                  | ^^^^^
                1 file, 3 messages: 1 ended well, 1 failed, 1 not played (
                """))
    }

    @Test func anAnswerThatBreaksOffIsNoWholeAnswer() async throws {
        try directory.write("talk.txt", "cut\nHello\n")
        let result = try await replay("talk.txt", "--keep-going")
        #expect(result.status == 4)
        #expect(result.output.hasPrefix("> cut\nThis answer is"))
        #expect(result.output.contains("\n\n> Hello\n"))
        #expect(result.errors.contains("--> talk.txt:1:1"))
        #expect(result.errors.contains("1 ended well, 1 failed ("))
    }

    @Test func aMessageThatTakesTooLongIsGivenUp() async throws {
        try directory.write("talk.txt", "timeout\nHello\n")
        let result = try await replay("talk.txt", "--timeout", "1s", "--keep-going")
        #expect(result.status == 4)
        #expect(result.errors.contains("the message did not end well: no end within 1 s"))
        #expect(result.errors.contains("1 ended well, 1 failed ("))
    }

    @Test func everyMistakeOfEveryFileIsToldBeforeAnythingIsPlayed() async throws {
        try directory.write("a.txt", "Hello\nstopSession now\nWAIT: soon\n")
        try directory.write("b.json", #"[{"command": "sendUserMesage", "message": "hi"}]"#)
        try directory.write("good.txt", "Hello\n")
        let result = try await replay("good.txt", "a.txt", "b.json", "missing.txt")
        #expect(result.status == 3)
        #expect(result.output.isEmpty)
        for place in [
            "--> a.txt:2:13\n", "--> a.txt:3:7\n", "--> b.json:1:14\n", "there is no such file\n --> missing.txt\n",
        ] {
            #expect(result.errors.contains(place), "\(place)")
        }
        #expect(result.errors.contains("did you mean `sendUserMessage`?"))
        #expect(result.errors.contains("a.txt: 2 errors\n"))
        let json = try await replay("a.txt", "b.json", "--format", "json")
        #expect(json.status == 3)
        #expect(json.errors.isEmpty)
        #expect(try JSONParser.parse(json.output)["diagnostics"]?.array?.count == 3)
    }

    @Test func checkingPlaysNothing() async throws {
        try directory.write("a.txt", "error\nUSER: one more\n")
        let result = try await replay("--check", "a.txt")
        #expect(result.status == 0)
        #expect(result.output == "a.txt: valid, 2 messages\n")
        #expect(result.errors.isEmpty)
    }

    @Test func standardInputIsAScriptToo() async throws {
        #expect(try await replay("-", input: "Hello\n").status == 0)
        #expect(try await replay("-", input: #"[{"command": "sendUserMessage", "message": "error"}]"#).status == 4)
        let wrong = try await replay("-", input: "stopSession\n")
        #expect(wrong.status == 3)
        #expect(wrong.errors.contains("--> standard input:1:1"))
        let twice = try await replay("-", "-", input: "Hello\n")
        #expect(twice.status == 2)
        #expect(twice.errors.contains("`-` stands twice"))
    }

    @Test func severalFilesHaveSessionsOfTheirOwn() async throws {
        try directory.write("a.txt", "Hello\nerror\nnever\n")
        try directory.write("b.txt", "Hi\n")
        let result = try await replay("a.txt", "b.txt", "--format", "json")
        #expect(result.status == 4)
        let events = try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(
            events.map { $0["event"]?.string } == [
                "start", "message", "message", "message", "file", "message", "file", "end",
            ])
        #expect(events.map { $0["status"]?.string } == [nil, "ok", "failed", "skipped", "failed", "ok", "ok", nil])
        #expect(events[2]["failure"]?["kind"] == "answer" && events[2]["line"] == 2)
        #expect(events[5]["file"] == "b.txt" && events[5]["answer"]?.string?.isEmpty == false)
        #expect(events[5]["usage"]?["totalTokens"]?.int ?? 0 > 0)
        #expect(events[7]["exitCode"] == 4)
    }

    @Test func anExpectationThatIsNotMetFailsItsMessage() async throws {
        try directory.write("talk.txt", "empty\nEXPECT: something\n")
        let result = try await replay("talk.txt")
        #expect(result.status == 4)
        #expect(
            result.errors.contains(
                """
                error[AL152]: the answer does not contain `something`
                 --> talk.txt:2:9
                  |
                2 | EXPECT: something
                  |         ^^^^^^^^^
                 ::: talk.txt:1:1: the message
                  |
                1 | empty
                  | ^^^^^
                  = help: the answer is empty
                """))
    }

    @Test func toolCallsAreAnsweredByTheScript() async throws {
        try directory.write(
            "tools.json",
            #"""
            [{"command": "startSession", "userId": "u", "sessionParams": {"tools": [
               {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]}},
             {"command": "sendUserMessage", "message": "tool look_up", "expect": "forty-two"},
             {"command": "provideToolResult", "toolName": "look_up", "result": "forty-two"},
             {"command": "sendMalformedJSON"},
             {"command": "sendUserMessage", "message": "tool look_up"}]
            """#)
        let result = try await replay("tools.json")
        #expect(result.status == 4)
        #expect(
            result.output.contains(
                "[calls look_up {}]\n[look_up answers \"forty-two\"]\n`look_up` answered: forty-two\n"))
        #expect(
            result.errors.contains(
                "the model called `look_up`, and the script has no result for it\n --> tools.json:6:"))
    }

    @Test func junitIsXML() async throws {
        try directory.write("a.txt", "Hello <&>\nerror\nnever\n")
        let result = try await replay("a.txt", "--format", "junit")
        #expect(result.status == 4)
        let document = try JUnitDocument(result.output)
        #expect(document.attributes("testsuite").first?["name"] == "a.txt")
        #expect(document.attributes("testsuites").first?["tests"] == "3")
        #expect(
            document.attributes("testcase").map { $0["name"] } == [
                "line 1: Hello <&>", "line 2: error", "line 3: never",
            ])
        #expect(document.attributes("failure").map { $0["type"] } == ["answer"])
        #expect(document.attributes("skipped").count == 1)
    }

    @Test func usageIsChecked() async throws {
        #expect(try await replay().status == 2)
        #expect(try await replay("a.txt", "--url", "ws://127.0.0.1:1/ws").status == 2)
        #expect(try await program.run(["replay", "a.txt", "--url", "ws://"]).status == 2)
        #expect(try await replay("a.txt", "--log", "-").status == 2)
        #expect(try await replay("a.txt", "--timeout", "0s").status == 2)
    }

    @Test func aConfigurationThatIsWrongIsOneOfThose() async throws {
        try directory.write("a.txt", "Hello\n")
        #expect(try await program.run(["replay", "a.txt"], in: directory.url).status == 78)
    }

    // MARK: Pipes and disks

    @Test func aReaderWhoHasSeenEnoughEndsItQuietly() async throws {
        try directory.write("long.txt", "long\nlong\nlong\n")
        let result = try await shell(
            #""$PROGRAM" replay --ai-service mock long.txt 2>err | head -1; echo ${PIPESTATUS[0]}; cat err"#)
        #expect(result.output == "> long\n0\n")
    }

    @Test func aFailureStaysOneWhenNobodyReads() async throws {
        try directory.write("talk.txt", "error\nlong\nlong\n")
        let result = try await shell(
            #""$PROGRAM" replay --ai-service mock -k talk.txt 2>err | head -1; echo ${PIPESTATUS[0]}; grep -c AL150 err"#
        )
        #expect(result.output == "> error\n4\n1\n")
    }

    @Test func aFullDiskIsToldForTheConversation() async throws {
        try directory.write("talk.txt", "Hello\n")
        let result = try await shell(#""$PROGRAM" replay --ai-service mock talk.txt >/dev/full; echo $?"#)
        #expect(result.output == "1\n")
        #expect(result.errors == "ailoopctl replay: cannot write to standard output: No space left on device\n")
    }

    @Test func aFullDiskLosesTheLogAndNotTheResult() async throws {
        try directory.write("talk.txt", "Hello\n")
        let words =
            "ailoopctl replay: the log /dev/full cannot be written: No space left on device; the replay goes on without it\n"
        let result = try await replay("talk.txt", "--log", "/dev/full")
        #expect(result.status == 1)
        #expect(result.output.count > 20)
        #expect(result.errors.hasPrefix(words) && result.errors.contains("1 ended well"))
        try directory.write("bad.txt", "error\n")
        let failed = try await replay("bad.txt", "--log", "/dev/full")
        #expect(failed.status == 4)
        #expect(failed.errors.hasPrefix(words))
    }

    @Test func aLogThatCannotBeOpenedIsToldBeforeAnythingIsPlayed() async throws {
        try directory.write("talk.txt", "Hello\n")
        let result = try await replay("talk.txt", "--log", "missing/log")
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors == "ailoopctl replay: the log missing/log cannot be opened: No such file or directory\n")
    }

    @Test func theLogHasEveryMessageAndNoToken() async throws {
        try directory.write("talk.txt", "Hello\n\nempty\n")
        #expect(try await replay("talk.txt", "--log", "log").status == 0)
        let file = directory.url.appending(path: "log")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOf: file, encoding: .utf8)
        let frames = try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        let sent = frames.filter { $0["direction"] == "sent" }
        #expect(sent.map { $0["line"]?.int } == [1, 1, 3, 3])
        let methods = try sent.map { try JSONParser.parse($0["text"]?.string ?? "")["method"]?.string }
        #expect(methods == ["startSession", "sendUserMessage", "sendUserMessage", "stopSession"])
        #expect(frames.allSatisfy { $0["file"] == "talk.txt" && $0["connection"] == 1 && $0["time"]?.string != nil })
        #expect(text.contains(#"\"resumeToken\":\"[redacted]\""#))
    }

    @Test func interruptingStopsAndReports() async throws {
        try directory.write("talk.txt", "long\nHello\n")
        let running = try StreamingProgram(
            "ailoopctl", ["replay", "--ai-service", "mock", directory.url.appending(path: "talk.txt").path],
            environment: ["AILOOP_MOCK__CHUNK_INTERVAL_MS": "600000", "AILOOP_MOCK__CHUNK_BYTES": "64"], in: directory)
        try await running.read(characters: 12)
        running.signal(SIGINT)
        let result = try await running.finish()
        #expect(result.status == 130)
        #expect(result.output.hasSuffix("\n"))
        #expect(result.errors.contains("the message did not end well: interrupted"))
        #expect(result.errors.contains("1 failed, 1 not played ("))
    }
}
