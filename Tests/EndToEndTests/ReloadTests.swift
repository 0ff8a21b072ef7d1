import EventLoops
import Foundation
import HTTP1
import InteractiveClient
import JSON
import TestSupport
import Testing

/// SIGHUP to a server that runs: what is taken over, what is not, and who keeps what.
@Suite(.timeLimit(.minutes(5))) struct ReloadTests {
    private func prompt(of session: String, by client: RPCClient) async throws -> String? {
        let history = try await client.call("getHistory", ["sessionId": .string(session)])
        return history["messages"]?.array?.first?["content"]?.string
    }

    private func startSession(by client: RPCClient) async throws -> String {
        try #require(try await client.call("startSession", ["userId": "u"])["sessionId"]?.string)
    }

    @Test("new sessions get the new settings, running ones keep theirs")
    func newSettings() async throws {
        let server = try await WatchedServer("ai_service: mock\nai_loop: {system_prompt: first}\n")
        let client = try await server.connect()
        let first = try await startSession(by: client)
        #expect(try await prompt(of: first, by: client) == "first")

        try server.configure("ai_service: mock\nai_loop: {system_prompt: second, max_tool_rounds: 3}\n")
        server.signal(SIGHUP)
        let line = try await server.line("configuration reloaded")
        #expect(line.contains("ai_loop.system_prompt, ai_loop.max_tool_rounds"))
        let second = try await startSession(by: client)
        #expect(try await prompt(of: second, by: client) == "second")
        #expect(try await prompt(of: first, by: client) == "first")
        #expect(try await client.call("getServerInfo")["limits"]?["maxToolRounds"] == 3)
        await server.end()
    }

    @Test("an invalid configuration is reported as at the start, and changes nothing")
    func invalid() async throws {
        let server = try await WatchedServer("ai_service: mock\nai_loop: {system_prompt: first}\n")
        try server.configure("ai_service: mock\nai_loop: {system_prompt: second}\nserver: {prot: 1, port: 70000}\n")
        server.signal(SIGHUP)
        // The log is JSON, and so is what is wrong: whoever reads it reads lines of JSON only.
        let first = try JSONParser.parse(try await server.line("unknown key"))
        #expect(first["level"] == "error" && first["message"] == "unknown key `prot` in `server`")
        #expect(first["code"] == "AL020" && first["file"] == "config.yaml" && first["help"] == "did you mean `port`?")
        #expect(first["line"] == 3 && first["column"] == 10)
        #expect(try await server.line("must be").contains("\"code\":\"AL031\""))
        try await server.line("the configuration is invalid; what was in force stays so")
        let client = try await server.connect()
        #expect(try await prompt(of: try await startSession(by: client), by: client) == "first")

        try server.configure("ai_service: mock\nai_loop: {system_prompt: third}\n")
        server.signal(SIGHUP)
        try await server.line("configuration reloaded")
        #expect(try await prompt(of: try await startSession(by: client), by: client) == "third")
        await server.end()
    }

    @Test("where the log is text, what is wrong looks as it does at the start")
    func invalidForPeople() async throws {
        let server = try await WatchedServer("ai_service: mock\nlogging: {format: text}\n")
        try server.configure("ai_service: mock\nserver: {prot: 1, port: 70000}\nlogging: {format: text}\n")
        server.signal(SIGHUP)
        try await server.line("error[AL020]: unknown key `prot` in `server`")
        try await server.line(" --> config.yaml:2:10")
        try await server.line("error[AL031]")
        try await server.line("config.yaml: 2 errors")
        try await server.line("the configuration is invalid; what was in force stays so")
        await server.end()
    }

    @Test("a file that is gone is a fault, and no wish for defaults")
    func missingFile() async throws {
        let server = try await WatchedServer("ai_service: mock\nai_loop: {system_prompt: first}\n")
        try FileManager.default.removeItem(at: server.directory.appending(path: "config.yaml"))
        server.signal(SIGHUP)
        #expect(try await server.line("there is no such file").contains("\"code\":\"AL001\""))
        try await server.line("what was in force stays so")
        let client = try await server.connect()
        #expect(try await prompt(of: try await startSession(by: client), by: client) == "first")
        await server.end()
    }

    @Test("what cannot change while it runs is named, and the rest is taken over")
    func fixed() async throws {
        let server = try await WatchedServer("ai_service: mock\n")
        try server.configure(
            "ai_service: mock\nserver: {path: /other, event_loops: 7, metrics: false}\nlogging: {format: text}\n")
        server.signal(SIGHUP)
        #expect(try await server.line("configuration reloaded").contains("\"changed\":\"server.metrics\""))
        let line = try await server.line("a restart is needed")
        #expect(line.contains("server.path, server.event_loops, logging.format"))
        // The path is still the old one.
        let client = try await server.connect()
        _ = try await startSession(by: client)
        await server.end()
    }

    @Test("a token that is taken back ends its connections; the new one is good at once")
    func tokens() async throws {
        let server = try await WatchedServer("ai_service: mock\n", tokens: "first\nsecond\n")
        let first = try await server.connect(token: "first")
        let second = try await server.connect(token: "second")
        _ = try await startSession(by: first)
        try server.write("tokens", "second\nthird\n")
        server.signal(SIGHUP)
        #expect(try await server.line("configuration reloaded").contains("server.auth.tokens"))
        var closure: (UInt16?, String)?
        for await event in first.events { if case .closed(let code, let reason) = event { closure = (code, reason) } }
        #expect(closure?.0 == 1008)
        #expect(closure?.1 == "the token is no longer good")
        _ = try await startSession(by: second)
        _ = try await startSession(by: try await server.connect(token: "third"))
        await #expect(throws: RPCClient.CallError.self) { try await server.connect(token: "first") }
        await server.end()
    }

    @Test("the log's level changes, and its file is opened anew")
    func log() async throws {
        let server = try await WatchedServer("ai_service: mock\nlogging: {file: log, level: error}\n")
        try server.configure("ai_service: mock\nlogging: {file: log, level: info}\n")
        try FileManager.default.moveItem(
            at: server.directory.appending(path: "log"), to: server.directory.appending(path: "log.1"))
        server.signal(SIGHUP)
        // Further signals are further loads, and none is lost.
        let text = try await server.content(of: "log", with: "configuration reloaded")
        #expect(text.contains("logging.level"))
        await server.end()
    }

    @Test("a burst of signals is served, and the last file wins")
    func burst() async throws {
        let server = try await WatchedServer("ai_service: mock\nai_loop: {max_tool_rounds: 0}\n")
        for round in 1...20 {
            try server.configure("ai_service: mock\nai_loop: {max_tool_rounds: \(round)}\n")
            server.signal(SIGHUP)
        }
        let client = try await server.connect()
        while try await client.call("getServerInfo")["limits"]?["maxToolRounds"] != 20 {}
        await server.end()
    }
}

/// `ailoopctl serve` in a directory of its own, whose configuration the test rewrites.
private final class WatchedServer: Sendable {
    private let files: TemporaryDirectory
    private let server: RunningServer
    var directory: URL { files.url }

    init(_ configuration: String, tokens: String? = nil) async throws {
        files = try TemporaryDirectory()
        try files.write("config.yaml", configuration)
        var environment: [String: String] = [:]
        if let tokens {
            let file = try files.write("tokens", tokens)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            environment["AILOOP_SERVER__AUTH__TOKENS_FILE"] = "tokens"
        }
        server = try await RunningServer([], environment: environment, in: files.url)
        // The last line of the announcement.
        try await server.line("mock service answers")
    }

    /// The next line of the log that contains `text`.
    @discardableResult
    func line(_ text: String) async throws -> String { try await server.line(text) }

    func configure(_ text: String) throws { try write("config.yaml", text) }

    func write(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: directory.appending(path: name))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// The text of a file once it has `part` in it.
    func content(of name: String, with part: String) async throws -> String {
        try await waitFor {
            let text = (try? String(contentsOf: directory.appending(path: name), encoding: .utf8)) ?? ""
            return text.contains(part) ? text : nil
        }
    }

    func signal(_ number: Int32) { server.signal(number) }

    func connect(token: String? = nil) async throws -> RPCClient { try await server.connect(token: token) }

    /// Drains it, which must succeed.
    func end() async {
        signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }
}
