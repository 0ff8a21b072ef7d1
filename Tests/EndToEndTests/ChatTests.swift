import Foundation
import JSON
import ScriptedUpstream
import Testing

/// How `chat` is run here: with the built-in service, quickly.
enum ChatRun {
    static let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]

    static func chat(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> BuiltProgram.Result {
        try await BuiltProgram(name: "ailoopctl").run(
            ["chat"] + arguments, input: input, environment: quick.merging(environment) { $1 })
    }

    static func mock(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> BuiltProgram.Result {
        try await chat(["--ai-service", "mock"] + arguments, input: input, environment: environment)
    }

    static func shell(_ line: String) async throws -> BuiltProgram.Result {
        try await BuiltProgram(name: "ailoopctl").shell(line, environment: quick)
    }

    static func server(_ environment: [String: String] = [:]) async throws -> RunningServer {
        try await RunningServer(environment: quick.merging(environment) { $1 })
    }

    /// The lines of `--json`.
    static func events(_ result: BuiltProgram.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    }
}

/// `chat` as a process, with pipes.
@Suite(.timeLimit(.minutes(5))) struct ChatTests {
    @Test func aQuestionIsAnsweredOnStandardOutput() async throws {
        let result = try await ChatRun.mock(["help"])
        #expect(result.status == 0)
        #expect(result.output.contains("built-in mock service"))
        #expect(result.output.hasSuffix("\n") && !result.output.hasSuffix("\n\n"))
        #expect(!result.output.contains("\u{1B}"))
        #expect(result.errors.isEmpty)
    }

    @Test func whatIsPipedInIsTheQuestion() async throws {
        let result = try await ChatRun.mock([], input: "help\n")
        #expect(result.status == 0)
        #expect(result.output.contains("built-in mock service"))
    }

    @Test func theModelGetsWhatWasAskedForWithWhatIsPipedInAsMaterial() async throws {
        let events = [ChatCompletionEvent.text("ok"), ChatCompletionEvent.finish(), ChatCompletionEvent.done]
        let upstream = try await ScriptedUpstream.start(replies: [.eventStream(events)])
        let result = try await ChatRun.chat(
            ["--model", "a/b", "--system", "Be brief.", "--param", "temperature=0.2", "What is it?"],
            input: "some material\n",
            environment: [
                "AILOOP_AI_SERVICE": "openrouter", "AILOOP_OPENROUTER__BASE_URL": upstream.url + "/v1",
                "AILOOP_AI_LOOP__MAX_CONTEXT_TOKENS": "32768",
            ])
        #expect(result.output == "ok\n")
        #expect(result.errors == "")
        #expect(result.status == 0)
        let body = try JSONParser.parse(try await upstream.request(0).body)
        #expect(body["model"] == "a/b")
        #expect(body["temperature"]?.double == 0.2)
        #expect(
            body["messages"] == [
                ["role": "system", "content": "Be brief."],
                ["role": "user", "content": "What is it?\n\nsome material\n"],
            ])
        upstream.stop()
    }

    @Test func aBrokenAnswerKeepsWhatCameBeforeAndExitsWithOne() async throws {
        let result = try await ChatRun.mock(["cut"])
        #expect(result.status == 1)
        #expect(result.output == "This answer is going to break off before \n")
        #expect(result.errors == "error: The mock service broke off, as told.\n")
    }

    @Test func aFailureIsOnStandardErrorOnly() async throws {
        let result = try await ChatRun.mock(["error"])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("error: The mock service answered with status 503"))
    }

    @Test func anEmptyAnswerIsWhole() async throws {
        let result = try await ChatRun.mock(["empty"])
        #expect(result.status == 0)
        #expect(result.output == "")
    }

    @Test func eventsAreOneALineAndTheLastIsDone() async throws {
        let result = try await ChatRun.mock(["--json", "help"])
        #expect(result.status == 0)
        let events = try ChatRun.events(result)
        #expect(events.first?["event"] == "session")
        #expect(events.dropFirst().dropLast().allSatisfy { $0["event"] == "chunk" })
        #expect(events.last?["event"] == "done")
        #expect(events.last?["reason"] == "stop")
        #expect(events.last?["usage"]?["totalTokens"]?.int ?? 0 > 0)
        let text = events.compactMap { $0["text"]?.string }.joined()
        #expect(text + "\n" == (try await ChatRun.mock(["help"])).output)
    }

    @Test(
        arguments: [
            (["cut"], 1, "truncated"), (["error"], 1, "upstreamUnavailable"), (["rate limit"], 1, "rateLimited"),
            (["--url", "ws://127.0.0.1:1/ws", "x"], 69, "unreachable"), (["--url", "ws://", "x"], 2, "usage"),
            (["--tools", "/none", "x"], 3, "unreadableFile"), ([], 2, "usage"),
        ] as [([String], Int32, String)])
    func aFailureEndsInDoneToo(arguments: [String], status: Int32, kind: String) async throws {
        let service = arguments.contains("--url") ? [] : ["--ai-service", "mock"]
        let result = try await ChatRun.chat(["--json"] + service + arguments)
        #expect(result.status == status)
        let done = try #require(try ChatRun.events(result).last)
        #expect(done["event"] == "done")
        #expect(done["reason"] == "error")
        #expect(done["error"]?["kind"]?.string == kind)
        #expect(!result.errors.isEmpty)
    }

    @Test func aBrokenConfigurationEndsInDoneToo() async throws {
        let result = try await ChatRun.mock(["--json", "x"], environment: ["AILOOP_SERVER__PORT": "many"])
        #expect(result.status == 78)
        #expect(try ChatRun.events(result).last?["error"]?["kind"] == "configuration")
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        let result = try await ChatRun.chat(["--url", "ws://127.0.0.1:1/ws", "hello"])
        #expect(result.status == 69)
        #expect(result.output.isEmpty)
        #expect(result.errors == "error: cannot connect to 127.0.0.1:1: Connection refused\n")
    }

    @Test func aReaderWhoHasSeenEnoughEndsItQuietly() async throws {
        let result = try await ChatRun.shell(
            "\"$PROGRAM\" chat --ai-service mock long </dev/null 2>err | head -c 5 >/dev/null; echo ${PIPESTATUS[0]}; cat err"
        )
        #expect(result.output == "0\n")
    }

    @Test func aFullDiskIsSaid() async throws {
        for option in ["", "--json"] {
            let result = try await ChatRun.shell(
                "\"$PROGRAM\" chat --ai-service mock \(option) long </dev/null >/dev/full")
            #expect(result.status == 1)
            #expect(result.errors == "ailoopctl chat: cannot write to standard output: No space left on device\n")
        }
    }

    /// Where it is closed, its number must not come to a socket, which would get the text.
    @Test(arguments: [
        "chat --ai-service mock", "replay --ai-service mock -", "bench -n 1 --messages 1 --warmup 0s --message empty",
    ])
    func aClosedStandardOutputIsSaid(command: String) async throws {
        let result = try await ChatRun.shell("echo Hello | \"$PROGRAM\" \(command) >&-")
        #expect(result.status == 1)
        #expect(result.errors.contains(": cannot write to standard output: Bad file descriptor\n"))
    }

    @Test(arguments: [
        ("printf 'caf\\351'", "standard input is not UTF-8 text"),
        ("head -c 16777217 /dev/zero", "standard input is larger than 16 MiB"),
    ])
    func materialThatCannotBeSentIsSaid(producer: String, words: String) async throws {
        let result = try await ChatRun.shell("\(producer) | \"$PROGRAM\" chat --ai-service mock What?")
        #expect(result.status == 3)
        #expect(result.errors == "ailoopctl chat: \(words)\n")
        #expect(result.output.isEmpty)
    }

    @Test func nothingToSayIsAUsageError() async throws {
        let result = try await ChatRun.mock([], input: " \n")
        #expect(result.status == 2)
        #expect(result.errors.contains("nothing to say"))
    }

    @Test func aSignalEndsASingleQuestion() async throws {
        // Silent for a while: the signal comes before the answer.
        for (signal, code) in [("INT", "130"), ("TERM", "143")] {
            let result = try await ChatRun.shell(
                """
                "$PROGRAM" chat --ai-service mock --json timeout </dev/null >out &
                while ! grep -q session out 2>/dev/null; do :; done
                kill -\(signal) $!; wait $!; echo $?; tail -1 out
                """)
            #expect(result.output.hasPrefix("\(code)\n{\"event\":\"done\",\"reason\":\"cancelled\""))
        }
    }

    // MARK: Tools and reasoning

    @Test func aToolCallThatNobodyAnswersBreaksTheAnswer() async throws {
        let directory = try TemporaryDirectory()
        let tools = try directory.write(
            "tools.json", #"[{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]"#)
        let result = try await ChatRun.mock(["--tools", tools, "tool"])
        #expect(result.status == 1)
        #expect(result.output.contains("`add` answered: Nobody is there to answer this call."))
        #expect(result.errors.contains("tool call: add {}\nerror: nobody is there to answer the call to `add`"))
    }

    @Test func aToolFileIsChecked() async throws {
        let directory = try TemporaryDirectory()
        let tools = try directory.write("tools.json", "[\n  {\"type\": \"function\"}\n]")
        let result = try await ChatRun.mock(["--tools", tools, "tool"])
        #expect(result.status == 3)
        #expect(result.errors.hasPrefix("ailoopctl chat: \(tools):2:3: `[0].function`"))
    }

    @Test func thoughtsAreShownWhereAskedForAndNeverInTheAnswer() async throws {
        let silent = try await ChatRun.mock(["think"])
        let telling = try await ChatRun.mock(["--reasoning", "think"])
        #expect(silent.output == telling.output)
        #expect(silent.errors.isEmpty)
        #expect(telling.errors.hasPrefix("The user wants to see me think."))
        let events = try ChatRun.events(try await ChatRun.mock(["--reasoning", "--json", "think"]))
        #expect(events[1]["event"] == "reasoning")
    }
}
