import Configuration
import Foundation
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import TestSupport
import Testing

/// Tools that the server really runs, end to end: a real client, a real server, a scripted upstream.
@Suite(.timeLimit(.minutes(2))) struct ServerToolTests {
    /// The first answer calls tools, the others say something.
    static func script(_ calls: [(id: String, name: String, arguments: String)]) -> ScriptedUpstream.Script {
        { request in
            guard request.number == 0 else { return .answer(["done"]) }
            let events = calls.enumerated().map { index, call in
                ChatCompletionEvent.toolCall(index: index, id: call.id, name: call.name, arguments: call.arguments)
            }
            return .eventStream(events + [ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done])
        }
    }

    static func shell(_ name: String, _ script: String, policy: Settings.Tools.Policy = .allow)
        -> Settings.Tools.Command
    {
        Settings.Tools.Command(name: name, command: ["sh", "-c", script], policy: policy)
    }

    /// What the model was told about its calls.
    static func results(_ server: TestServer, request: Int = 1) async throws -> [String] {
        try await server.messages(ofRequest: request).filter { $0["role"] == "tool" }.map {
            $0["content"]?.string ?? ""
        }
    }

    private static let all: JSONValue = ["capabilities": ["toolResults", "toolApproval"]]

    @Test func aBuiltInToolIsOfferedAnnouncedRunAndTold() async throws {
        let script = Self.script([("c1", "calculate", #"{"expression":"6*7"}"#)])
        try await withServer({ $0.tools.builtin = [.currentTime, .calculate] }, script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.all)
            let messageID = try await client.say("what?", in: session)
            let call = try await client.notification("ToolCallNotification")
            #expect(call["executor"] == "server" && call["toolName"] == "calculate")
            #expect(call["arguments"] == ["expression": "6*7"] && call["needsApproval"] == nil)
            let result = try await client.notification("ToolResultNotification")
            #expect(result["toolCallId"] == "c1" && result["toolName"] == "calculate" && result["result"] == "42")
            #expect(result["isError"] == false && result["durationMs"]?.int != nil)
            #expect(result["messageId"]?.string == messageID)
            #expect(result["seq"]?.int == call["seq"]?.int.map { $0 + 1 })
            #expect(try await client.answer() == "done")
            #expect(try await Self.results(server) == ["42"])
            let body = try JSONParser.parse(try await server.upstream.request(0).body)
            let names = body["tools"]?.array?.map { $0["function"]?["name"]?.string }
            #expect(names == ["current_time", "calculate"])
            let metrics = server.metrics.prometheusText()
            #expect(metrics.contains(#"ailoop_tool_results_total{tool="calculate",outcome="success"} 1"#))
            #expect(metrics.contains(#"ailoop_tool_calls_total{executor="server"} 1"#))
            #expect(metrics.contains("ailoop_tool_run_seconds_count 1"))
        }
    }

    @Test func resultsAreToldToThoseWhoAskOnly() async throws {
        let script = Self.script([("c1", "calculate", #"{"expression":"1"}"#)])
        try await withServer({ $0.tools.builtin = [.calculate] }, script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("what?", in: session)
            _ = try await client.notification("ToolCallNotification")
            #expect(try await client.answer() == "done")
        }
    }

    @Test func serverAndClientToolsMixInOneAnswer() async throws {
        let script = Self.script([
            ("c1", "get_weather", "{}"), ("c2", "calculate", #"{"expression":"2+2"}"#), ("c3", "get_weather", "{}"),
        ])
        try await withServer({ $0.tools.builtin = [.calculate] }, script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession([
                "tools": [SessionControlTests.weatherTool], "capabilities": ["toolResults"],
            ])
            _ = try await client.say("what?", in: session)
            var executors: [String?] = []
            for _ in 0..<3 {
                executors.append(try await client.notification("ToolCallNotification")["executor"]?.string)
            }
            #expect(executors == ["client", "server", "client"])
            #expect(try await client.notification("ToolResultNotification")["toolCallId"] == "c2")
            // Only the client's calls are the client's to answer.
            func provide(_ id: String, _ result: String) -> JSONValue {
                ["sessionId": .string(session), "toolCallId": .string(id), "result": .string(result)]
            }
            let error = try await client.error(of: "provideToolResult", provide("c2", "5"))
            #expect(error["data"]?["kind"] == "unknownToolCall")
            _ = try await client.call("provideToolResult", provide("c3", "rain"))
            _ = try await client.call("provideToolResult", provide("c1", "sun"))
            #expect(try await client.answer() == "done")
            #expect(try await Self.results(server) == ["sun", "4", "rain"])
        }
    }

    @Test func callsOfOneAnswerRunInParallel() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        // Each waits for the other: one after the other they would never end.
        let meet = { (mine: String, other: String) in
            "touch \(mine); while [ ! -e \(other) ]; do sleep 0.01; done; echo \(mine)"
        }
        let script = Self.script([("c1", "left", "{}"), ("c2", "right", "{}")])
        try await withServer(
            { settings in
                settings.tools.workspace = directory.path
                settings.tools.commands = [Self.shell("left", meet("a", "b")), Self.shell("right", meet("b", "a"))]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.notification("ToolCallNotification")
            #expect(try await client.answer() == "done")
            #expect(try await Self.results(server) == ["a\n", "b\n"])
        }
    }

    @Test func filesOfTheWorkspaceAreReadAndNothingElse() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try directory.write("a.txt", "alpha\n")
        let script = Self.script([
            ("c1", "read_file", #"{"path":"a.txt"}"#), ("c2", "read_file", #"{"path":"../../etc/passwd"}"#),
            ("c3", "search_text", #"{"pattern":"al.ha"}"#),
        ])
        try await withServer(
            { settings in
                settings.tools.workspace = directory.path
                settings.tools.builtin = [.readFile, .searchText]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            for _ in 0..<3 { _ = try await client.notification("ToolCallNotification") }
            #expect(try await client.answer() == "done")
            let results = try await Self.results(server)
            #expect(results[0] == "1\talpha\n" && results[2] == "a.txt:1: alpha")
            #expect(results[1].hasPrefix("Error: `../../etc/passwd` leads up"))
        }
    }

    // MARK: What is not run

    @Test func unknownToolsAndUnfitArgumentsAreToldToTheModelOnly() async throws {
        let script = Self.script([
            ("c1", "no_such_tool", "{}"), ("c2", "calculate", "{\"expression\":"),
            ("c3", "calculate", #"{"expression":7}"#),
            ("c4", "calculate", #"{"expression":"7"}"#),
        ])
        try await withServer({ $0.tools.builtin = [.calculate] }, script: script) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.all)
            _ = try await client.say("go", in: session)
            #expect(try await client.notification("ToolCallNotification")["toolCallId"] == "c4")
            #expect(try await client.notification("ToolResultNotification")["toolCallId"] == "c4")
            #expect(try await client.answer() == "done")
            let results = try await Self.results(server)
            #expect(
                results[0]
                    == "Error: there is no tool `no_such_tool`, so nothing was called. The tools are `calculate`.")
            #expect(results[1].hasPrefix("Error: the arguments were not a JSON object"))
            #expect(results[2].hasSuffix("\n- `expression` must be a string, not a number"))
            #expect(results[3] == "7")
            #expect(server.metrics.prometheusText().contains(#"{tool="",outcome="invalid"} 3"#))
        }
    }

    @Test func aDeniedToolIsNotOfferedAndNotRun() async throws {
        let script = Self.script([("c1", "calculate", #"{"expression":"7"}"#)])
        try await withServer(
            { settings in
                settings.tools.builtin = [.calculate, .currentTime]
                settings.tools.policies = ["calculate": .deny]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == "done")
            #expect(
                try await Self.results(server) == [
                    "Error: the tool `calculate` is not allowed here, so it was not called."
                ])
            let body = try JSONParser.parse(try await server.upstream.request(0).body)
            #expect(body["tools"]?.array?.count == 1)
        }
    }

    @Test func aClientsToolCannotHaveTheNameOfAServersTool() async throws {
        try await withServer({ $0.tools.builtin = [.calculate] }, answering: ["x"]) { server in
            let client = try await TestClient.connect(to: server)
            let tool: JSONValue = ["type": "function", "function": ["name": "calculate"]]
            let error = try await client.error(
                of: "startSession",
                ["userId": "u", "sessionParams": ["tools": [SessionControlTests.weatherTool, tool]]])
            #expect(error["code"] == -32602)
            #expect(error["data"]?["param"] == "sessionParams.tools[1].function.name")
        }
    }

    /// Streams that upstreams really send, each of which must run its tool once.
    static let oddStreams: [[String]] = [
        // Two finish chunks.
        [
            ChatCompletionEvent.toolCall(id: "c1", name: "count", arguments: "{}"),
            ChatCompletionEvent.finish("tool_calls"),
            ChatCompletionEvent.finish("tool_calls"),
        ],
        // The whole call twice.
        [
            ChatCompletionEvent.toolCall(id: "c1", name: "count", arguments: ""),
            ChatCompletionEvent.toolCall(id: "c1", name: "count", arguments: "{}"), ChatCompletionEvent.finish("stop"),
        ],
        // No id, and no index.
        [
            ChatCompletionEvent.delta(["tool_calls": [["index": 0, "function": ["name": "count", "arguments": ""]]]]),
            ChatCompletionEvent.delta(["tool_calls": [["index": 0, "function": ["arguments": "{}"]]]]),
            ChatCompletionEvent.finish("tool_calls"),
        ],
        [
            ChatCompletionEvent.delta(["tool_calls": [["id": "c1", "function": ["name": "count", "arguments": "{}"]]]]),
            ChatCompletionEvent.finish("tool_calls"),
        ],
    ]

    @Test(arguments: oddStreams.indices)
    func oddStreamsRunAToolOnce(stream: Int) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try await withServer(
            { settings in
                settings.tools.workspace = directory.path
                settings.tools.commands = [Self.shell("count", "echo ran >> runs; echo counted")]
            },
            script: { request in
                request.number == 0
                    ? .eventStream(Self.oddStreams[stream] + [ChatCompletionEvent.done]) : .answer(["done"])
            }
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            #expect(try await client.answer() == "done")
            #expect(try await Self.results(server) == ["counted\n"])
            #expect(try String(contentsOfFile: directory.path + "/runs", encoding: .utf8) == "ran\n")
        }
    }

    @Test func aRunawayEndsAfterTheLastRound() async throws {
        let calls: ScriptedUpstream.Script = { request in
            let body = try? JSONParser.parse(request.body)
            if body?["tool_choice"]?.string == "none" { return .answer(["enough"]) }
            return .eventStream([
                ChatCompletionEvent.toolCall(id: "c", name: "calculate", arguments: #"{"expression":"1"}"#),
                ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done,
            ])
        }
        try await withServer(
            { settings in
                settings.tools.builtin = [.calculate]
                settings.aiLoop.maximumToolRounds = 3
            }, script: calls
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            // The model's ids are all the same; ours are not.
            var ids: Set<String> = []
            for _ in 0..<3 {
                ids.insert(try await client.notification("ToolCallNotification")["toolCallId"]?.string ?? "")
            }
            #expect(ids.count == 3)
            #expect(try await client.answer() == "enough")
            #expect(server.upstream.requestCount == 4)
        }
    }

    // MARK: Cancel and stop

    @Test(arguments: ["cancelMessage", "stopSession"])
    func cancelAndStopEndARunningTool(method: String) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let script = Self.script([("c1", "slow", "{}")])
        try await withServer(
            { settings in
                settings.tools.workspace = directory.path
                settings.tools.commands = [Self.shell("slow", "echo $$ > pid.new; mv pid.new pid; exec sleep 600")]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.all)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            let pid = try await processID(in: directory)
            _ = try await client.call(method, ["sessionId": .string(session)])
            let next = try await client.nextMessage()
            #expect(
                next["method"]?.string
                    == (method == "stopSession" ? "SessionStatusNotification" : "AIMessageChunkNotification"))
            try await wait { kill(pid, 0) != 0 }
        }
    }

    private func processID(in directory: TemporaryDirectory) async throws -> pid_t {
        try await waitFor {
            (try? String(contentsOfFile: directory.path + "/pid", encoding: .utf8)).flatMap { pid_t($0.dropLast()) }
        }
    }

    @Test func aToolThatTakesTooLongIsToldToTheModel() async throws {
        let script = Self.script([("c1", "slow", "{}")])
        try await withServer(
            { settings in
                settings.tools.timeout = .milliseconds(200)
                settings.tools.commands = [Self.shell("slow", "exec sleep 600")]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.all)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            #expect(try await client.notification("ToolResultNotification")["isError"] == true)
            #expect(try await client.answer() == "done")
            #expect(try await Self.results(server)[0].hasPrefix("Error: the tool did not finish in time"))
        }
    }
}

/// A directory that is removed when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/ailoopctl-server-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw TestFailure("no temporary directory") }
        path = String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}
