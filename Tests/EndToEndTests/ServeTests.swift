import EventLoops
import Foundation
import InteractiveClient
import JSON
import Testing

/// `serve` as a process: how it starts, how it ends, and what it says then.
@Suite(.timeLimit(.minutes(5))) struct ServeTests {
    private let program = BuiltProgram(name: "ailoopctl")

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalLetsTheRunningAnswerEndAndTellsEverybody(signal: Int32) async throws {
        let server = try await RunningServer(environment: [
            "AILOOP_MOCK__CHUNK_INTERVAL_MS": "5", "AILOOP_SERVER__SHUTDOWN_GRACE_SECONDS": "300",
        ])
        let client = try await server.connect()
        let session = try #require(
            try await client.call("startSession", ["userId": "u"])["sessionId"]?.string)
        _ = try await client.call("sendUserMessage", ["sessionId": .string(session), "message": "hello there"])
        var isSignalled = false
        var sawFinal = false
        var lastStatus: Int?
        for await event in client.events {
            switch event {
            case .notification("AIMessageChunkNotification", let params):
                if !isSignalled {
                    isSignalled = true
                    server.signal(signal)
                }
                if params?["isFinal"] == true { sawFinal = true }
            case .notification(_, let params):
                lastStatus = params?["status"]?.int
            case .closed(let code, _):
                #expect(code == 1001)
            }
        }
        #expect(sawFinal)
        #expect(lastStatus == 2)
        #expect(await server.exitCode() == 0)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSecondSignalEndsAtOnce(signal: Int32, code: Int32) async throws {
        // Silent for long: the drain waits for it.
        let server = try await RunningServer(environment: [
            "AILOOP_MOCK__FIRST_CHUNK_MS": "500000", "AILOOP_SERVER__SHUTDOWN_GRACE_SECONDS": "500",
        ])
        let client = try await server.connect()
        let session = try #require(
            try await client.call("startSession", ["userId": "u"])["sessionId"]?.string)
        _ = try await client.call("sendUserMessage", ["sessionId": .string(session), "message": "hello"])
        server.signal(signal)
        // The drain is under way once no session is taken any more.
        while (try? await client.call("startSession", ["userId": "u"])) != nil {}
        server.signal(signal)
        #expect(await server.exitCode() == code)
    }

    @Test func aPortInUseIsOneClearLine() async throws {
        let server = try await RunningServer()
        let port = try #require(server.address.split(separator: ":").last.map(String.init))
        let result = try await program.run(["serve", "--ai-service", "mock", "--port", port])
        #expect(result.status == 69)
        #expect(result.errors.contains("cannot listen on 127.0.0.1:\(port): the port is in use"))
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    @Test func anAddressOfAnotherMachineIsSaid() async throws {
        let result = try await program.run(
            ["serve", "--ai-service", "mock", "--host", "192.0.2.1"],
            environment: ["AILOOP_SERVER__AUTH__INSECURE": "true"])
        #expect(result.status == 69)
        #expect(result.errors.contains("this machine does not have that address"))
    }

    @Test func aMissingKeyStopsTheServer() async throws {
        let result = try await program.run(
            ["serve"], environment: ["AILOOP_AI_SERVICE": "openrouter", "AILOOP_OPENROUTER__MODEL": "a/b"])
        #expect(result.status == 78)
        #expect(result.errors.contains("OPENROUTER_API_KEY"))
    }

    @Test func anInvalidFileStopsTheServer() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("broken.yaml", "ai_service: mock\nserver:\n  port: many\n")
        let result = try await program.run(["serve", "--config", file])
        #expect(result.status == 78)
        #expect(result.errors.contains("broken.yaml:3:"))
    }

    @Test func aServerStartsAgainAfterItWasKilled() async throws {
        // Outside the range that the system hands out: nobody takes it between the two.
        let port = String(Int.random(in: 20_000..<30_000))
        let first = try await RunningServer(["--ai-service", "mock", "--port", port])
        _ = try await first.connect().call("startSession", ["userId": "u"])
        first.signal(SIGKILL)
        #expect(await first.exitCode() == 137)
        let second = try await RunningServer(["--ai-service", "mock", "--port", port])
        #expect(second.address == "127.0.0.1:\(port)")
        second.signal(SIGTERM)
        #expect(await second.exitCode() == 0)
    }
}
