import Configuration
import HTTP1
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Batches, and answers that take their time.
@Suite(.timeLimit(.minutes(5))) struct BatchTests {
    private static let models: [ScriptStep] = .json(["data": [["id": "a/b"]]])

    /// The list of models comes when the gate opens; messages are answered at once.
    private static func script(_ gate: ScriptGate) -> ScriptedUpstream.Script {
        { $0.head.target == "/v1/models" ? [.wait(gate)] + models : .answer(["text"]) }
    }

    @Test func oneThatWaitsForTheServiceHoldsNothingElseBack() async throws {
        let gate = ScriptGate()
        try await withServer(script: Self.script(gate)) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            client.send([
                ["jsonrpc": "2.0", "id": 1, "method": "listModels"],
                ["jsonrpc": "2.0", "id": 2, "method": "startSession", "params": ["userId": "u"]],
            ])
            _ = try await client.say("go", in: session)
            #expect(try await client.answer() == "text")
            gate.open()
            let answers = try #require(try await client.nextMessage().array)
            #expect(answers.count == 2)
            #expect(answers.contains { $0["id"] == 1 && $0["result"]?["models"] == [["id": "a/b"]] })
            #expect(answers.contains { $0["id"] == 2 && $0["result"]?["status"] == 1 })
            #expect(try await client.notification("SessionStatusNotification")["status"] == 1)
        }
    }

    @Test func aClientThatIsGoneStartsNothingAnyMore() async throws {
        let gate = ScriptGate()
        try await withServer({ $0.server.eventLoops = 1 }, script: Self.script(gate)) { server in
            let client = try await TestClient.connect(to: server)
            client.send([
                ["jsonrpc": "2.0", "id": 1, "method": "listModels"],
                ["jsonrpc": "2.0", "id": 2, "method": "startSession", "params": ["userId": "u"]],
            ])
            _ = try await server.upstream.request(0)
            client.transport.abort()
            try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
            gate.open()
            // Asked for later, on the same loop: what the batch had to do is done then.
            let other = try await TestClient.connect(to: server)
            _ = try await other.call("listModels")
            #expect(server.metrics.value(of: .sessionsStarted) == 0)
        }
    }

    /// With two loops, one of the two lost sessions lives on another loop than the connection that attaches it.
    @Test func anAnswerThatIsStillAwaitedIsNotLostByAttaching() async throws {
        for number in 0..<2 {
            let gate = ScriptGate()
            try await withServer(script: Self.script(gate)) { server in
                var lost: [(sessionID: String, resumeToken: String)] = []
                for _ in 0..<2 {
                    let client = try await TestClient.connect(to: server)
                    lost.append(try await client.startSessionResult())
                    client.transport.abort()
                }
                let client = try await TestClient.connect(to: server)
                client.send(["jsonrpc": "2.0", "id": "models", "method": "listModels"])
                _ = try await server.upstream.request(0)
                let result = try await client.call(
                    "attachSession",
                    [
                        "sessionId": .string(lost[number].sessionID),
                        "resumeToken": .string(lost[number].resumeToken),
                    ])
                #expect(result["status"] == 1)
                gate.open()
                let answer = try await client.nextMessage()
                #expect(answer["id"] == "models")
                #expect(answer["result"]?["models"] == [["id": "a/b"]])
                _ = try await client.say("go", in: lost[number].sessionID)
                #expect(try await client.answer() == "text")
            }
        }
    }

    @Test(arguments: [1, 2, 3])
    func sessionsOfSeveralLoopsAreAttachedAtOnce(eventLoops: Int) async throws {
        try await withServer({ $0.server.eventLoops = eventLoops }, answering: ["one ", "two"]) { server in
            var lost: [(sessionID: String, resumeToken: String)] = []
            for _ in 0..<4 {
                let client = try await TestClient.connect(to: server)
                lost.append(try await client.startSessionResult())
                _ = try await client.say("go", in: lost[lost.count - 1].sessionID)
                #expect(try await client.answer() == "one two")
                client.transport.abort()
            }
            let client = try await TestClient.connect(to: server)
            let requests = lost.enumerated().map { index, session -> JSONValue in
                [
                    "jsonrpc": "2.0", "id": .number(JSONNumber(index)), "method": "attachSession",
                    "params": [
                        "sessionId": .string(session.sessionID), "resumeToken": .string(session.resumeToken),
                        "lastSeq": 2,
                    ],
                ]
            }
            client.send(.array(requests + [["jsonrpc": "2.0", "id": "e", "method": "echo"]]))
            let answers = try #require(try await client.nextMessage().array)
            #expect(answers.count == 5)
            #expect(answers.count { $0["result"]?["lastSeq"] == 4 } == 4)
            // What was missed follows the answer: of each session one chunk and the final one.
            var missed: [String: [String]] = [:]
            for _ in 0..<8 {
                let params = try await client.notification("AIMessageChunkNotification")
                missed[params["sessionId"]?.string ?? "", default: []].append(params["chunk"]?.string ?? "")
            }
            for (session, _) in lost {
                #expect(missed[session] == ["two", ""])
                _ = try await client.say("again", in: session)
                #expect(try await client.answer() == "one two")
            }
            // A batch for sessions that other loops have, too.
            let stops = lost.map { session -> JSONValue in
                [
                    "jsonrpc": "2.0", "id": 1, "method": "stopSession",
                    "params": ["sessionId": .string(session.sessionID)],
                ]
            }
            client.send(.array(stops))
            #expect(try await client.nextMessage().array?.count { $0["result"]?["status"] == 2 } == 4)
            for _ in lost { #expect(try await client.notification("SessionStatusNotification")["status"] == 2) }
            try await server.waitUntil { $0.value(of: .sessionsActive) == 0 }
        }
    }

    @Test func asManyRequestsAsAllowedAndOneMore() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            for (count, isTaken) in [(100, true), (101, false)] {
                client.send(
                    .array((0..<count).map { ["jsonrpc": "2.0", "id": .number(JSONNumber($0)), "method": "echo"] }))
                let answer = try await client.nextMessage()
                #expect((answer.array?.count == count) == isTaken)
                #expect((answer["error"]?["data"]?["kind"] == "batchTooLarge") == !isTaken)
            }
        }
    }
}
