import Configuration
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Tools that ask: approved, refused, waited for over a lost connection.
@Suite(.timeLimit(.minutes(2))) struct ToolApprovalTests {
    private static let asking: JSONValue = ["capabilities": ["toolApproval", "toolResults"]]

    private func withAskingServer(
        _ configure: (inout Settings) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        let script = ServerToolTests.script([("c1", "calculate", #"{"expression":"6*7"}"#)])
        try await withServer(
            { settings in
                settings.tools.builtin = [.calculate]
                settings.tools.policies = ["calculate": .ask]
                configure(&settings)
            }, script: script, body)
    }

    private func approve(_ session: String, _ approve: Bool, id: String = "c1", reason: String? = nil) -> JSONValue {
        var params: JSONObject = [
            "sessionId": .string(session), "toolCallId": .string(id), "approve": .bool(approve),
        ]
        params["reason"] = reason.map { .string($0) }
        return .object(params)
    }

    @Test func anApprovedCallRuns() async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.asking)
            _ = try await client.say("go", in: session)
            let call = try await client.notification("ToolCallNotification")
            #expect(call["executor"] == "server" && call["needsApproval"] == true)
            #expect(try await client.call("approveToolCall", approve(session, true))["status"] == 0)
            #expect(try await client.notification("ToolResultNotification")["result"] == "42")
            #expect(try await client.answer() == "done")
            // Once.
            let again = try await client.error(of: "approveToolCall", approve(session, true))
            #expect(again["code"] == -32602 && again["data"]?["kind"] == "unknownToolCall")
        }
    }

    @Test func aRefusedCallDoesNotRunAndTheModelIsToldWhy() async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.asking)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.call("approveToolCall", approve(session, false, reason: "too dear"))
            let result = try await client.notification("ToolResultNotification")
            #expect(result["isError"] == true && result["durationMs"] == 0)
            #expect(try await client.answer() == "done")
            let results = try await ServerToolTests.results(server)
            #expect(
                results == ["Error: the user did not approve this call, so it was not carried out. Reason: too dear"])
            #expect(server.metrics.prometheusText().contains(#"{tool="calculate",outcome="refused"} 1"#))
        }
    }

    @Test func whereNobodyCanBeAskedItIsRefused() async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            let call = try await client.notification("ToolCallNotification")
            #expect(call["executor"] == "server" && call["needsApproval"] == nil)
            #expect(try await client.answer() == "done")
            #expect(try await ServerToolTests.results(server)[0].contains("needs a person's approval"))
        }
    }

    @Test func anApprovalThatDoesNotComeIsARefusal() async throws {
        try await withAskingServer({ $0.tools.approvalTimeout = .milliseconds(50) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.asking)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.notification("ToolResultNotification")
            #expect(try await client.answer() == "done")
            #expect(try await ServerToolTests.results(server)[0].contains("nobody approved this call in time"))
        }
    }

    @Test func badParamsAndOthersSessionsAreRefused() async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.asking)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            let missing = try await client.error(
                of: "approveToolCall", ["sessionId": .string(session), "toolCallId": "c1"])
            #expect(missing["data"]?["param"] == "approve")
            let mistyped = try await client.error(
                of: "approveToolCall", ["sessionId": .string(session), "toolCallId": "c1", "approve": "yes"])
            #expect(mistyped["data"]?["param"] == "approve")
            let unknown = try await client.error(of: "approveToolCall", approve(session, true, id: "c9"))
            #expect(unknown["data"]?["kind"] == "unknownToolCall")
            let other = try await TestClient.connect(to: server)
            let foreign = try await other.error(of: "approveToolCall", approve(session, true))
            #expect(foreign["data"]?["kind"] == "notSessionOwner")
        }
    }

    /// With the number of the last notification seen, before and after the question; and without.
    @Test(arguments: [1, 2, nil] as [Int?])
    func aWaitingApprovalSurvivesAReconnectAndIsSentAgain(lastSeq: Int?) async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult(Self.asking)
            _ = try await client.say("go", in: session)
            #expect(try await client.notification("ToolCallNotification")["seq"] == 2)
            client.transport.abort()
            let other = try await TestClient.connect(to: server)
            var params: JSONObject = ["sessionId": .string(session), "resumeToken": .string(token)]
            params["lastSeq"] = lastSeq.map { .number(JSONNumber($0)) }
            _ = try await other.call("attachSession", .object(params))
            let call = try await other.notification("ToolCallNotification")
            #expect(call["toolCallId"] == "c1" && call["needsApproval"] == true)
            #expect(call["arguments"] == ["expression": "6*7"])
            // Sent again, it is another notification; what was missed comes as it was.
            #expect(call["seq"]?.int == (lastSeq == 1 ? 2 : 3))
            _ = try await other.call("approveToolCall", approve(session, true))
            #expect(try await other.notification("ToolResultNotification")["result"] == "42")
            #expect(try await other.answer() == "done")
        }
    }

    @Test func anApprovalThatWasGivenIsNotAskedForAgain() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let script = ServerToolTests.script([("c1", "slow", "{}")])
        try await withServer(
            { settings in
                settings.tools.workspace = directory.path
                settings.tools.commands = [
                    ServerToolTests.shell("slow", "while [ ! -e go ]; do sleep 0.01; done; echo went", policy: .ask)
                ]
            }, script: script
        ) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult(Self.asking)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.call("approveToolCall", approve(session, true))
            client.transport.abort()
            let other = try await TestClient.connect(to: server)
            _ = try await other.call(
                "attachSession", ["sessionId": .string(session), "resumeToken": .string(token)])
            try directory.write("go", "")
            #expect(try await other.notification("ToolResultNotification")["result"] == "went\n")
            #expect(try await other.answer() == "done")
        }
    }

    @Test func cancelEndsTheWaitingForApproval() async throws {
        try await withAskingServer { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(Self.asking)
            _ = try await client.say("go", in: session)
            _ = try await client.notification("ToolCallNotification")
            _ = try await client.call("cancelMessage", ["sessionId": .string(session)])
            #expect(try await client.answer() == "")
            let late = try await client.error(of: "approveToolCall", approve(session, true))
            #expect(late["data"]?["kind"] == "unknownToolCall")
        }
    }
}
