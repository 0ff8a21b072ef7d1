import Configuration
import InteractiveClient
import JSON
import ScriptedUpstream
import Testing

/// Sections 1 to 4 of the contract, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct WireContractTests {
    // MARK: Methods

    @Test func startSessionAnswersAnActiveSessionThenItsStatus() async throws {
        try await withServer(answering: ["hi"]) { server in
            let client = try await TestClient.connect(to: server)
            client.send(["jsonrpc": "2.0", "id": 1, "method": "startSession", "params": ["userId": "u"]])
            let response = try await client.nextMessage()
            let result = try #require(response["result"])
            let id = try #require(result["sessionId"]?.string)
            #expect(id.count == 36)
            #expect(result["status"] == 1)
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["sessionId"]?.string == id)
            #expect(status["status"] == 1)
            #expect(status["reason"]?.string?.hasPrefix("Session started") == true)
        }
    }

    @Test func anAnswerStreamsAfterItsAcceptanceAndEndsInOneEmptyFinalChunk() async throws {
        try await withServer(answering: ["Hel", "lo", " wörld 👋"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            client.send([
                "jsonrpc": "2.0", "id": "m", "method": "sendUserMessage",
                "params": ["sessionId": .string(session), "message": "hello"],
            ])
            let response = try await client.nextMessage()
            #expect(response["result"]?["status"] == 0)
            let messageID = try #require(response["result"]?["messageId"]?.string)
            for (chunk, isFinal) in [("Hel", false), ("lo", false), (" wörld 👋", false), ("", true)] {
                let params = try await client.notification("AIMessageChunkNotification")
                #expect(params["sessionId"]?.string == session)
                #expect(params["chunk"]?.string == chunk)
                #expect(params["isFinal"]?.bool == isFinal)
                #expect(params["messageId"]?.string == messageID)
            }
        }
    }

    @Test func aDeltaIsSentBeforeTheNextOneComes() async throws {
        let gate = ScriptGate()
        try await withServer(script: { _ in
            [
                .eventStreamHead(), .event(ChatCompletionEvent.text("first")), .wait(gate),
                .event(ChatCompletionEvent.text("second")), .event(ChatCompletionEvent.finish()),
                .event(ChatCompletionEvent.done), .endChunks,
            ]
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            let first = try await client.notification("AIMessageChunkNotification")
            #expect(first["chunk"]?.string == "first")
            gate.open()
            #expect(try await client.answer() == "second")
        }
    }

    @Test func anEmptyAnswerHasOneFinalChunk() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("say nothing", in: session)
            #expect(try await client.answer() == "")
        }
    }

    @Test func stopSessionAnswersStoppedForAnySession() async throws {
        try await withServer(answering: ["x"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            #expect(try await client.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
            let status = try await client.notification("SessionStatusNotification")
            #expect(status["status"] == 2)
            // A second stop, an unknown session: the same answer, and no notification before the echo's answer.
            #expect(try await client.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
            #expect(try await client.call("stopSession", ["sessionId": "nonsense"])["status"] == 2)
            client.send(["jsonrpc": "2.0", "id": "e", "method": "echo", "params": ["message": "still here"]])
            #expect(try await client.nextMessage()["result"] == "still here")
        }
    }

    @Test func stoppingEndsTheRunningAnswerAtOnceAndClosesTheUpstream() async throws {
        try await withServer(script: { _ in .beginning(["begin"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            _ = try await client.notification("AIMessageChunkNotification")
            #expect(try await client.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
            #expect(try await client.notification("SessionStatusNotification")["status"] == 2)
            let end = try await server.upstream.request(0).ended.wait()
            #expect(end != .server)
            // No chunk follows.
            client.send(["jsonrpc": "2.0", "id": "e", "method": "echo", "params": 1])
            #expect(try await client.nextMessage()["id"] == "e")
        }
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"message":"hi"}}"#, #""hi""#),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"message":{"a":[1,2.50,null]}}}"#,
            #"{"a":[1,2.50,null]}"#
        ),
        (#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"other":true}}"#, #"{"other":true}"#),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"echo","params":[1,1e400,12345678901234567890]}"#,
            "[1,1e400,12345678901234567890]"
        ),
        (#"{"jsonrpc":"2.0","id":1,"method":"echo"}"#, "null"),
    ])
    func echoAnswersWhatItGets(request: String, result: String) async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            client.send(text: request)
            #expect(try await client.nextMessage()["result"]?.jsonText == result)
        }
    }

    // MARK: Order and history

    @Test func theWholeHistoryIsSentInOrder() async throws {
        try await withServer(script: { .answer(["answer \($0.number)"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession(["context": "We are at sea.", "language": "German"])
            for number in 0..<3 {
                _ = try await client.say("question \(number)", in: session)
                #expect(try await client.answer() == "answer \(number)")
            }
            let messages = try await server.messages(ofRequest: 2)
            #expect(
                messages.map { $0["role"]?.string } == ["system", "user", "assistant", "user", "assistant", "user"])
            let system = try #require(messages[0]["content"]?.string)
            #expect(system.hasPrefix("Be brief."))
            #expect(system.contains("We are at sea.") && system.contains("German"))
            #expect(
                messages[1...].map { $0["content"]?.string } == [
                    "question 0", "answer 0", "question 1", "answer 1", "question 2",
                ])
        }
    }

    @Test func theSessionsModelOverridesTheConfiguredOne() async throws {
        try await withServer(answering: ["x"]) { server in
            let client = try await TestClient.connect(to: server)
            for (params, model) in [(nil, "test/model"), (["model": "other/one"] as JSONValue, "other/one")]
                .enumerated().map(\.element)
            {
                let session = try await client.startSession(params)
                _ = try await client.say("go", in: session)
                _ = try await client.answer()
                let number = server.upstream.requestCount - 1
                let body = try JSONParser.parse(try await server.upstream.request(number).body)
                #expect(body["model"]?.string == model)
            }
        }
    }

    @Test func messagesSentMeanwhileWaitTheirTurnUpToTheLimit() async throws {
        let gate = ScriptGate()
        try await withServer(
            { $0.sessions.maximumQueuedMessages = 2 },
            script: { request in
                request.number == 0
                    ? [
                        .eventStreamHead(), .wait(gate), .event(ChatCompletionEvent.text("0")),
                        .event(ChatCompletionEvent.done), .endChunks,
                    ]
                    : .answer(["\(request.number)"])
            }
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            for number in 0..<3 { _ = try await client.say("\(number)", in: session) }
            let error = try await client.error(
                of: "sendUserMessage", ["sessionId": .string(session), "message": "one too many"])
            #expect(error["code"] == -32000)
            #expect(error["data"]?["kind"]?.string == "limitReached")
            gate.open()
            for number in 0..<3 { #expect(try await client.answer() == "\(number)") }
        }
    }

    @Test func sessionsOfOneConnectionDoNotWaitForEachOther() async throws {
        try await withServer(script: { $0.number == 0 ? .beginning([]) : .answer(["quick"]) }) { server in
            let client = try await TestClient.connect(to: server)
            let slow = try await client.startSession()
            let quick = try await client.startSession()
            _ = try await client.say("wait", in: slow)
            _ = try await server.upstream.request(0)
            _ = try await client.say("go", in: quick)
            #expect(try await client.answer() == "quick")
        }
    }

    @Test func notificationsAreNumberedWithinTheirSession() async throws {
        try await withServer(answering: ["a", "b"]) { server in
            let client = try await TestClient.connect(to: server)
            client.send(["jsonrpc": "2.0", "id": 1, "method": "startSession", "params": ["userId": "u"]])
            let session = try #require(try await client.nextMessage()["result"]?["sessionId"]?.string)
            #expect(try await client.notification("SessionStatusNotification")["seq"] == 1)
            _ = try await client.say("go", in: session)
            for seq in [2, 3, 4] {
                let params = try await client.notification("AIMessageChunkNotification")
                #expect(params["seq"]?.int == seq)
            }
        }
    }

    // MARK: Errors

    @Test(arguments: [
        ("not json", -32700, "null"), ("[1,", -32700, "null"),
        (String(repeating: "[", count: 513) + String(repeating: "]", count: 513), -32700, "null"),
        (String(repeating: "[", count: 500_000), -32700, "null"),
        (String(repeating: #"{"a":"#, count: 150_000), -32700, "null"),
        ("1", -32600, "null"), ("[]", -32600, "null"), (#""text""#, -32600, "null"),
        (#"{"id":7,"method":"echo"}"#, -32600, "7"),
        (#"{"jsonrpc":"1.0","id":7,"method":"echo"}"#, -32600, "7"),
        (#"{"jsonrpc":"2.0","id":"a"}"#, -32600, #""a""#),
        (#"{"jsonrpc":"2.0","id":7,"method":5}"#, -32600, "7"),
        (#"{"jsonrpc":"2.0","id":true,"method":"echo"}"#, -32600, "null"),
        (#"{"jsonrpc":"2.0","id":{},"method":"echo"}"#, -32600, "null"),
        (#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601, "1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"startSession"}"#, -32602, "1"),
        (#"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":5}}"#, -32602, "1"),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":"u","sessionParams":{"model":1}}}"#,
            -32602, "1"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"sendUserMessage","params":{"sessionId":"no","message":"m"}}"#, -32602,
            "1"
        ),
        (#"{"jsonrpc":"2.0","id":1,"method":"stopSession","params":{}}"#, -32602, "1"),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"provideToolResult","params":{"sessionId":"no","toolCallId":"c","result":"r"}}"#,
            -32602, "1"
        ),
    ])
    func badRequestsGetTheContractsErrors(request: String, code: Int, id: String) async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            client.send(text: request)
            let response = try await client.nextMessage()
            #expect(response["error"]?["code"]?.int == code)
            #expect(response["id"]?.jsonText == id)
            let words = [
                -32700: "Parse error", -32600: "Invalid Request", -32601: "Method not found", -32602: "Invalid params",
            ]
            #expect(response["error"]?["message"]?.string?.hasPrefix(words[code] ?? "?") == true)
            #expect(response["error"]?["data"]?["kind"]?.string?.isEmpty == false)
            #expect(response["error"]?["data"]?["detail"]?.string?.isEmpty == false)
            // The connection lives on.
            #expect(try await client.call("echo", ["message": 1]) == 1)
        }
    }

    @Test func aStoppedSessionIsUnknownToEveryMethod() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let (session, token) = try await client.startSessionResult()
            _ = try await client.call("stopSession", ["sessionId": .string(session)])
            _ = try await client.notification("SessionStatusNotification")
            for method in [
                "sendUserMessage", "provideToolResult", "cancelMessage", "pauseSession", "resumeSession", "getHistory",
                "attachSession",
            ] {
                let error = try await client.error(
                    of: method,
                    [
                        "sessionId": .string(session), "message": "m", "toolCallId": "c", "result": "r",
                        "resumeToken": .string(token),
                    ])
                #expect(error["code"] == -32602, "\(method)")
                #expect(error["data"]?["kind"] == "sessionNotFound", "\(method)")
            }
        }
    }

    @Test func depth512IsTaken() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            let nested = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
            client.send(text: #"{"jsonrpc":"2.0","id":1,"method":"echo","params":\#(nested)}"#)
            #expect(try await client.nextMessage()["result"]?.jsonText == nested)
        }
    }

    @Test func aMessageThatIsNoStringIsAnErrorAndAStatusAndTheSessionLives() async throws {
        try await withServer(answering: ["fine"]) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            for params: JSONValue in [
                ["sessionId": .string(session)], ["sessionId": .string(session), "message": 5],
                ["sessionId": .string(session), "message": nil], ["sessionId": .string(session), "message": ["text"]],
            ] {
                client.send(["jsonrpc": "2.0", "id": "bad", "method": "sendUserMessage", "params": params])
                let response = try await client.nextMessage()
                #expect(response["error"]?["code"] == -32602)
                #expect(response["error"]?["data"]?["param"] == "message")
                let status = try await client.notification("SessionStatusNotification")
                #expect(status["status"] == 3)
                #expect(status["reason"]?.string?.hasPrefix("Error") == true)
            }
            _ = try await client.say("now a real one", in: session)
            #expect(try await client.answer() == "fine")
        }
    }

    @Test func aRequestWithoutIDIsCarriedOutAndNotAnswered() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            client.send(["jsonrpc": "2.0", "method": "startSession", "params": ["userId": "u"]])
            #expect(try await client.notification("SessionStatusNotification")["status"] == 1)
            client.send(["jsonrpc": "2.0", "method": "nope"])
            client.send(["jsonrpc": "2.0", "method": "startSession", "params": 5])
            #expect(try await client.call("echo", ["message": "next"]) == "next")
        }
    }

    @Test func aBatchIsAnsweredAsOneBeforeWhatItCauses() async throws {
        try await withServer(answering: []) { server in
            let client = try await TestClient.connect(to: server)
            client.send([
                ["jsonrpc": "2.0", "id": 1, "method": "startSession", "params": ["userId": "u"]],
                ["jsonrpc": "2.0", "method": "echo", "params": 1],
                5,
                ["jsonrpc": "2.0", "id": 2, "method": "echo", "params": ["message": "two"]],
            ])
            let answer = try #require(try await client.nextMessage().array)
            #expect(answer.count == 3)
            #expect(answer.contains { $0["id"] == 1 && $0["result"]?["status"] == 1 })
            #expect(answer.contains { $0["id"] == 2 && $0["result"] == "two" })
            #expect(answer.contains { $0["id"] == .null && $0["error"]?["code"] == -32600 })
            #expect(try await client.notification("SessionStatusNotification")["status"] == 1)
            // A batch of notifications only is answered by nothing.
            client.send([["jsonrpc": "2.0", "method": "echo", "params": 1]])
            #expect(try await client.call("echo", ["message": "after"]) == "after")
        }
    }

    @Test func onlyTheOwnConnectionMayTouchASession() async throws {
        try await withServer(answering: ["x"]) { server in
            let owner = try await TestClient.connect(to: server)
            let session = try await owner.startSession()
            // Two more connections: one on each event loop.
            for _ in 0..<2 {
                let stranger = try await TestClient.connect(to: server)
                for method in ["sendUserMessage", "pauseSession", "getHistory", "cancelMessage"] {
                    let error = try await stranger.error(
                        of: method, ["sessionId": .string(session), "message": "let me in"])
                    #expect(error["code"] == -32602)
                    #expect(error["data"]?["kind"] == "notSessionOwner")
                }
                #expect(try await stranger.call("stopSession", ["sessionId": .string(session)])["status"] == 2)
            }
            _ = try await owner.say("still mine", in: session)
            #expect(try await owner.answer() == "x")
        }
    }
}
