import Foundation
import JSON
import Testing

/// `chat` with a server in another process.
@Suite(.timeLimit(.minutes(5))) struct ChatServerTests {
    @Test func aServerAnswersAsTheProgramItselfDoes() async throws {
        let server = try await ChatRun.server()
        let remote = try await ChatRun.chat(["--url", "ws://\(server.address)/ws", "help"])
        #expect(remote.status == 0)
        #expect(remote.output == (try await ChatRun.mock(["help"])).output)
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    @Test func theTokenComesFromAFileOrTheEnvironment() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("token", "the-right-token-of-this-server\n")
        let wrong = try directory.write("wrong", "another-token\n")
        let spaced = try directory.write("spaced", "two words\n")
        let server = try await ChatRun.server(["AILOOP_SERVER__AUTH__TOKENS_FILE": file])
        let url = ["--url", "ws://\(server.address)/ws"]
        let fromFile = try await ChatRun.chat(url + ["--token-file", file, "hello"])
        #expect(fromFile.status == 0)
        let environment = ["AILOOP_TOKEN": "the-right-token-of-this-server"]
        #expect(try await ChatRun.chat(url + ["hello"], environment: environment).status == 0)
        for arguments in [["hello"], ["--token-file", wrong, "hello"]] {
            let refused = try await ChatRun.chat(url + arguments)
            #expect(refused.status == 69)
            #expect(refused.errors.contains("401"))
            #expect(!refused.errors.contains("another-token"))
        }
        let broken = try await ChatRun.chat(url + ["--token-file", spaced, "hello"])
        #expect(broken.status == 3)
        #expect(broken.errors == "ailoopctl chat: \(spaced): must be a token: one line of visible ASCII characters\n")
        // Nobody is warned of it where no server is asked.
        #expect(try await ChatRun.mock(["empty"], environment: environment).errors == "")
        server.signal(SIGKILL)
    }

    /// The answer, and what it takes on the wire, by cuts at many places.
    @Test(arguments: [[2_000], [700, 900, 1_100], [30_000, 3_000], [400, 1_000, 5_000, 20_000, 40_000]])
    func aLostConnectionCostsNothingOfTheAnswer(cuts: [Int]) async throws {
        let server = try await ChatRun.server(["AILOOP_MOCK__CHUNK_INTERVAL_MS": "1"])
        let relay = try CuttingRelay(to: server.address, cuts: cuts)
        let result = try await ChatRun.chat(["--url", "ws://127.0.0.1:\(relay.port)/ws", "long"])
        let whole = try await ChatRun.mock(["long"])
        // A cut within the first handshake or the start is a server that cannot be reached.
        #expect(result.status == 0)
        #expect(result.output == whole.output)
        #expect(result.errors.contains("connecting again (1 of 5)"))
        #expect(result.errors.contains("connected again"))
        #expect(relay.connectionCount == cuts.count + 1)
        relay.stop()
        server.signal(SIGKILL)
    }

    @Test func aServerThatIsGoneForGoodIsABrokenAnswer() async throws {
        let server = try await ChatRun.server(["AILOOP_MOCK__CHUNK_INTERVAL_MS": "1"])
        let relay = try CuttingRelay(to: server.address, cuts: [4_000], closesAfterCuts: true)
        let result = try await ChatRun.chat(["--json", "--url", "ws://127.0.0.1:\(relay.port)/ws", "long"])
        #expect(result.status == 1)
        let events = try ChatRun.events(result)
        #expect(events.contains { $0["event"] == "chunk" })
        #expect(events.filter { $0["event"] == "reconnecting" }.count == 5)
        #expect(events.last?["event"] == "done")
        #expect(events.last?["reason"] == "disconnected")
        #expect(result.errors.contains("error: the connection to the server is lost"))
        server.signal(SIGKILL)
    }

    @Test func aServerWithoutAResumeWindowHasNoSessionLeft() async throws {
        let server = try await ChatRun.server([
            "AILOOP_MOCK__CHUNK_INTERVAL_MS": "1", "AILOOP_SESSIONS__RESUME_WINDOW_SECONDS": "0",
        ])
        let relay = try CuttingRelay(to: server.address, cuts: [4_000])
        let result = try await ChatRun.chat(["--url", "ws://127.0.0.1:\(relay.port)/ws", "long"])
        #expect(result.status == 1)
        #expect(result.output.hasPrefix("You asked for it."))
        #expect(result.errors.contains("error: the server does not have the session any more"))
        relay.stop()
        server.signal(SIGKILL)
    }

    @Test func aMessageTooLargeForTheServerIsSaid() async throws {
        let server = try await ChatRun.server()
        let large = String(repeating: "x", count: 2 << 20)
        let result = try await ChatRun.chat(["--url", "ws://\(server.address)/ws"], input: large)
        #expect(result.status == 1)
        #expect(result.errors.contains("the server takes no message as large as this one"))
        #expect(!result.errors.contains("connecting again"))
        server.signal(SIGKILL)
    }
}
