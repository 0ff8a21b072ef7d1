import EventLoops
import Foundation
import HTTP1
import InteractiveClient
import JSON
import TLSPeer
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
        _ = try await server.line("the configuration is invalid; what was in force stays so")
        let client = try await server.connect()
        #expect(try await prompt(of: try await startSession(by: client), by: client) == "first")

        try server.configure("ai_service: mock\nai_loop: {system_prompt: third}\n")
        server.signal(SIGHUP)
        _ = try await server.line("configuration reloaded")
        #expect(try await prompt(of: try await startSession(by: client), by: client) == "third")
        await server.end()
    }

    @Test("where the log is text, what is wrong looks as it does at the start")
    func invalidForPeople() async throws {
        let server = try await WatchedServer("ai_service: mock\nlogging: {format: text}\n")
        try server.configure("ai_service: mock\nserver: {prot: 1, port: 70000}\nlogging: {format: text}\n")
        server.signal(SIGHUP)
        _ = try await server.line("error[AL020]: unknown key `prot` in `server`")
        _ = try await server.line(" --> config.yaml:2:10")
        _ = try await server.line("error[AL031]")
        _ = try await server.line("config.yaml: 2 errors")
        _ = try await server.line("the configuration is invalid; what was in force stays so")
        await server.end()
    }

    @Test("a file that is gone is a fault, and no wish for defaults")
    func missingFile() async throws {
        let server = try await WatchedServer("ai_service: mock\nai_loop: {system_prompt: first}\n")
        try FileManager.default.removeItem(at: server.directory.appending(path: "config.yaml"))
        server.signal(SIGHUP)
        #expect(try await server.line("there is no such file").contains("\"code\":\"AL001\""))
        _ = try await server.line("what was in force stays so")
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
    let directory: URL
    private let process: Process
    private let address: String
    private let lines: AsyncStream<String>

    init(_ configuration: String, tokens: String? = nil) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ailoopctl-reload-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(configuration.utf8).write(to: directory.appending(path: "config.yaml"))
        var environment = ["PATH": "/usr/bin:/bin"]
        if let tokens {
            let file = directory.appending(path: "tokens")
            try Data(tokens.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            environment["AILOOP_SERVER__AUTH__TOKENS_FILE"] = "tokens"
        }
        let process = Process()
        process.executableURL = URL(filePath: BuiltProgram(name: "ailoopctl").path)
        process.arguments = ["serve", "--port", "0"]
        process.environment = environment
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        let (lines, sink) = AsyncStream<String>.makeStream()
        Self.read(pipe.fileHandleForReading, into: sink)
        try process.runAlone()
        self.process = process
        self.lines = lines
        let announcement = try await Self.line("listening on ws://", of: lines)
        let start = try #require(announcement.range(of: "ws://"))
        address = String(announcement[start.upperBound...].prefix { $0 != "/" })
        // The last line of the announcement.
        _ = try await Self.line("mock service answers", of: lines)
    }

    private static func read(_ handle: FileHandle, into sink: AsyncStream<String>.Continuation) {
        Thread.detachNewThread {
            var rest = ""
            while true {
                let data = handle.availableData
                guard !data.isEmpty else { return sink.finish() }
                rest += String(decoding: data, as: UTF8.self)
                while let end = rest.firstIndex(of: "\n") {
                    sink.yield(String(rest[..<end]))
                    rest = String(rest[rest.index(after: end)...])
                }
            }
        }
    }

    /// The next line of standard error that contains `text`.
    func line(_ text: String) async throws -> String { try await Self.line(text, of: lines) }

    private static func line(_ text: String, of lines: AsyncStream<String>) async throws -> String {
        for await line in lines where line.contains(text) { return line }
        throw ServerFailure(text: "it ended without saying \(text)")
    }

    func configure(_ text: String) throws { try write("config.yaml", text) }

    func write(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: directory.appending(path: name))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// The text of a file once it has `part` in it. The server is asked things meanwhile, which gives it the time.
    func content(of name: String, with part: String) async throws -> String {
        let client = try await connect()
        while true {
            let text = (try? String(contentsOf: directory.appending(path: name), encoding: .utf8)) ?? ""
            if text.contains(part) { return text }
            _ = try await client.call("getServerInfo")
        }
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    func connect(token: String? = nil) async throws -> RPCClient {
        let loop = try EventLoop(name: "client")
        loop.start()
        let client = RPCClient()
        client.use(
            await WebSocketTransport.open(
                try HTTPURL("ws://\(address)/ws"), options: WebSocketTransport.Options(token: token), loop: loop,
                onEvent: { client.receive($0) }))
        try await client.waitUntilOpen()
        return client
    }

    /// Drains it, which must succeed.
    func end() async {
        signal(SIGTERM)
        await process.waitForExit()
        #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: directory)
    }
}
