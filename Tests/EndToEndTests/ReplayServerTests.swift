import Foundation
import JSON
import Testing

/// `replay` against a server in another process: the same scripts, lost connections, a server that dies.
@Suite(.timeLimit(.minutes(5))) struct ReplayServerTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func url(_ server: RunningServer) -> String { "ws://\(server.address)/ws" }

    /// The answers of a script, one a message.
    private func answers(_ result: BuiltProgram.Result) throws -> [String] {
        try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
            .filter { $0["event"] == "message" }.map { $0["answer"]?.string ?? "" }
    }

    @Test func aServerIsTalkedToAsTheOneInThisProcess() async throws {
        let server = try await RunningServer(environment: quick)
        try directory.write("talk.txt", "Hello\nlong\n")
        try directory.write("bad.txt", "error\n")
        let arguments = ["replay", "talk.txt", "--format", "json"]
        let here = try await program.run(
            arguments + ["--ai-service", "mock"], environment: quick, in: directory.url)
        let there = try await program.run(arguments + ["--url", url(server)], in: directory.url)
        #expect(here.status == 0 && there.status == 0)
        #expect(try answers(here) == answers(there))
        #expect(try await program.run(["replay", "bad.txt", "-u", url(server)], in: directory.url).status == 4)
    }

    @Test func manyFilesFollowEachOtherOnConnectionsOfTheirOwn() async throws {
        let server = try await RunningServer(environment: quick)
        let files = try (1...20).map { try directory.write("\($0).txt", "Hello \($0)\nempty\n") }
        let result = try await program.run(
            ["replay", "--url", url(server), "--log", "log"] + files, in: directory.url)
        #expect(result.status == 0)
        #expect(result.errors.hasPrefix("20 files, 40 messages: 40 ended well ("))
        let log = try String(contentsOf: directory.url.appending(path: "log"), encoding: .utf8)
        #expect(!log.contains("\"connection\":2"))
    }

    @Test(arguments: [false, true])
    func aBrokenConnectionLosesAndRepeatsNothing(isRemote: Bool) async throws {
        let server = try await RunningServer(environment: quick)
        try directory.write("whole.txt", "long\nHello\n")
        try directory.write(
            "broken.json",
            #"""
            [{"command": "sendUserMessage", "message": "long", "wait": false},
             {"command": "disconnect", "afterChunks": 5},
             {"command": "reconnect"},
             {"command": "sendUserMessage", "message": "Hello", "wait": false},
             {"command": "disconnect"},
             {"command": "wait", "seconds": 0.05},
             {"command": "reconnect"},
             {"command": "stopSession"}]
            """#)
        let target = isRemote ? ["--url", url(server)] : ["--ai-service", "mock"]
        let whole = try await program.run(
            ["replay", "whole.txt", "--format", "json"] + target, environment: quick, in: directory.url)
        let broken = try await program.run(
            ["replay", "broken.json", "--format", "json", "--log", "log"] + target, environment: quick,
            in: directory.url)
        #expect(whole.status == 0 && broken.status == 0, "\(broken.errors)")
        #expect(try answers(whole) == answers(broken))
        let log = try String(contentsOf: directory.url.appending(path: "log"), encoding: .utf8)
        #expect(log.contains("\"connection\":3"))
        #expect(log.contains(#"\"resumeToken\":\"[redacted]\",\"lastSeq\":"#))
    }

    @Test func aServerThatDiesInMidAnswerFailsTheMessage() async throws {
        let server = try await RunningServer(environment: [
            "AILOOP_MOCK__CHUNK_INTERVAL_MS": "600000", "AILOOP_MOCK__CHUNK_BYTES": "64",
        ])
        let script = try directory.write("talk.txt", "long\nHello\n")
        let other = try directory.write("other.txt", "Hello\n")
        let running = try StreamingProgram("ailoopctl", ["replay", script, other, "--url", url(server)], in: directory)
        try await running.read(characters: 12)
        server.signal(SIGKILL)
        let result = try await running.finish()
        #expect(result.status == 4)
        #expect(result.output.hasPrefix("== \(script)\n\n> long\n"))
        #expect(result.errors.contains("the message did not end well: the connection is lost"))
        #expect(result.errors.contains("cannot connect to \(server.address)"))
        #expect(result.errors.contains("2 files, 3 messages: 0 ended well, 1 failed, 2 not played ("))
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        try directory.write("a.txt", "Hello\n")
        let result = try await program.run(
            ["replay", "a.txt", "a.txt", "--url", "ws://127.0.0.1:1/ws"], in: directory.url)
        #expect(result.status == 69)
        #expect(result.output.isEmpty)
        #expect(
            result.errors.hasPrefix(
                "ailoopctl replay: cannot connect to 127.0.0.1:1: Connection refused\n2 files, 2 messages: 0 ended well, "
            ))
        let junit = try await program.run(
            ["replay", "a.txt", "--url", "ws://127.0.0.1:1/ws", "--format", "junit"], in: directory.url)
        #expect(try JUnitDocument(junit.output).attributes("error").map { $0["type"] } == ["unreachable"])
    }
}
