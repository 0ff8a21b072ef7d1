import Foundation
import Testing

/// `chat` as a process, with pipes.
@Suite(.timeLimit(.minutes(5))) struct ChatTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]

    private func chat(_ arguments: [String], input: String = "") async throws -> BuiltProgram.Result {
        try await program.run(["chat", "--ai-service", "mock"] + arguments, input: input, environment: quick)
    }

    @Test func aQuestionIsAnsweredOnStandardOutput() async throws {
        let result = try await chat(["help"])
        #expect(result.status == 0)
        #expect(result.output.contains("built-in mock service"))
        #expect(result.output.hasSuffix("\n"))
        #expect(result.errors.isEmpty)
    }

    @Test func whatIsPipedInIsTheQuestion() async throws {
        let result = try await chat([], input: "help\n")
        #expect(result.status == 0)
        #expect(!result.output.isEmpty)
    }

    @Test func aBrokenAnswerKeepsWhatCameBeforeAndExitsWithOne() async throws {
        let result = try await chat(["cut"])
        #expect(result.status == 1)
        #expect(!result.output.isEmpty)
        #expect(result.errors.contains("error:"))
    }

    @Test func aFailureIsOnStandardErrorOnly() async throws {
        let result = try await chat(["error"])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("503"))
    }

    @Test func eventsAreOneALineAndTheLastIsDone() async throws {
        let result = try await chat(["--json", "help"])
        let lines = result.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix(#"{"event":"chunk","text":"#) == true)
        #expect(lines.last?.hasPrefix(#"{"event":"done","reason":"stop","usage":{"#) == true)
    }

    @Test func aServerIsTalkedToAsWell() async throws {
        let server = try await RunningServer(environment: quick)
        let result = try await program.run(["chat", "--url", "ws://\(server.address)/ws", "help"])
        #expect(result.status == 0)
        #expect(result.output.contains("built-in mock service"))
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        let result = try await program.run(["chat", "--url", "ws://127.0.0.1:1/ws", "hello"])
        #expect(result.status == 69)
        #expect(result.errors.contains("cannot connect to 127.0.0.1:1"))
    }

    @Test func aReaderWhoHasSeenEnoughEndsItQuietly() async throws {
        let result = try await program.shell(
            "\"$PROGRAM\" chat --ai-service mock long </dev/null 2>err | head -c 5 >/dev/null; echo ${PIPESTATUS[0]}; cat err",
            environment: quick)
        #expect(result.output == "0\n")
    }

    @Test func nothingToSayIsAUsageError() async throws {
        #expect(try await chat([], input: "").status == 2)
    }
}
