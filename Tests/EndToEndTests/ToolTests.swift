import Foundation
import InteractiveClient
import JSON
import Testing

/// Tools as a person has them: a configuration file, `serve`, and the mock service that asks for them.
@Suite(.timeLimit(.minutes(3))) struct ToolTests {
    private static let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]

    /// What a session's tools answer to the mock's calls of these names.
    private func results(of tools: [String], configuration: String) async throws -> [String] {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = try directory.write("tools.yaml", "ai_service: mock\n" + configuration)
        let server = try await RunningServer(["--config", file], environment: Self.quick)
        let client = try await server.connect()
        let session = try #require(
            try await client.call(
                "startSession", ["userId": "u", "sessionParams": ["capabilities": ["toolResults"]]])["sessionId"])
        var results: [String] = []
        var events = client.events.makeAsyncIterator()
        for (index, tool) in tools.enumerated() {
            // An MCP server may come later than the server listens: it is not offered until then.
            while results.count == index {
                _ = try await client.call(
                    "sendUserMessage", ["sessionId": session, "message": .string("tool \(tool)")])
                var isOver = false
                while !isOver, let event = await events.next() {
                    guard case .notification(let method, let params) = event else { continue }
                    switch method {
                    case "ToolCallNotification": #expect(params?["executor"] == "server")
                    case "ToolResultNotification":
                        #expect(params?["isError"] == false, "\(params?.jsonText ?? "")")
                        results.append(params?["result"]?.string ?? "")
                    case "SessionStatusNotification": if params?["status"] == 3 { isOver = true }
                    default: isOver = params?["isFinal"] == true
                    }
                }
                if results.count == index { try await Task.sleep(for: .milliseconds(100)) }
            }
        }
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
        return results
    }

    @Test func theMockAsksForTheTimeAndForACommand() async throws {
        let results = try await results(
            of: ["current_time", "greet"],
            configuration: """
                tools:
                  builtin: [current_time]
                  commands:
                    - name: greet
                      description: Greets somebody.
                      parameters: {type: object, properties: {name: {type: string}}, required: [name]}
                      command: [sh, -c, 'read line; echo "got $line from $PLACE"']
                      env: {PLACE: here}
                """)
        #expect(results.count == 2)
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        #expect(results.first?.hasPrefix("\(year)-") == true)
        #expect(results.last == "got {\"name\":\"Ada\"} from here\n")
    }

    @Test func theLogSaysWhatTheServerRanAndNotWhatWasSaid() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let log = directory.url.appending(path: "log").path
        _ = try await results(
            of: ["greet"],
            configuration: """
                tools:
                  commands:
                    - name: greet
                      parameters: {type: object, properties: {name: {type: string}}, required: [name]}
                      command: [sh, -c, 'read line; echo "got $line"']
                logging: {format: json, file: \(log)}
                """)
        let text = try String(contentsOfFile: log, encoding: .utf8)
        let lines = try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        let run = try #require(lines.first { $0["message"] == "ai_loop.tool_call.result_processed" })
        #expect(run["level"] == "info" && run["tool"] == "greet" && run["executor"] == "server")
        #expect(run["outcome"] == "success" && run["bytes"] == 19, "\(run.jsonText)")
        #expect(run["duration_ms"]?.int != nil && run["call"]?.string != nil && run["session"]?.string != nil)
        #expect(run["message_id"]?.string != nil)
        #expect(!text.contains("Ada") && !text.contains("got"))
    }

    @Test(
        .enabled(
            if: MCPServers.areInstalled, "the MCP servers are not installed: run `bash .ci/install-mcp-servers`"))
    func theMockAsksARealMCPServer() async throws {
        let results = try await results(
            of: ["time__get_current_time"],
            configuration: """
                tools:
                  mcp_servers:
                    time: {command: [\(MCPServers.folder)/bin/mcp-server-time]}
                """)
        #expect(results.count == 1)
        #expect(results.first?.contains("\"timezone\": \"UTC\"") == true, "\(results)")
    }

    @Test func aWorkspaceThatIsNotThereIsToldAtItsPlace() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = try directory.write(
            "tools.yaml", "ai_service: mock\ntools:\n  builtin: [read_file]\n  workspace: /no/such/place\n")
        let result = try await BuiltProgram(name: "ailoopctl").run(["serve", "--port", "0", "--config", file])
        #expect(result.status == 78)
        #expect(result.errors.contains("error[AL061]: there is no directory `/no/such/place`\n"))
    }
}

/// What `.ci/install-mcp-servers` installs.
enum MCPServers {
    static let folder =
        ProcessInfo.processInfo.environment["AILOOP_MCP_SERVERS"]
        ?? NSHomeDirectory() + "/.cache/ailoopctl/mcp-servers"
    static let areInstalled = FileManager.default.fileExists(atPath: folder + "/packages")
}
