import Configuration
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Section 3 of the contract, where it speaks of every text, every message and every order: many cases, made at random from
/// seeds that are told.
@Suite(.timeLimit(.minutes(5))) struct OrderTests {
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    // MARK: Exact text

    /// Whatever is hard to carry: quotes, controls, combining marks, scalars beyond the first plane.
    private static let pieces = [
        "a", " ", "\n", "\r\n", "\t", "\"", "\\", "\u{0}", "\u{1F}", "\u{7F}", "é", "e\u{301}", "\u{301}", "ß", "中",
        "👋",
        "👩‍👩‍👧", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "data: ", ": ", "[DONE]", "</script>", "{}", "null",
    ]

    private static func texts(_ random: inout Seeded) -> [String] {
        (0..<Int.random(in: 1...12, using: &random)).map { _ in
            (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
    }

    /// The body of an answer, in the chunked coding.
    private static func body(_ texts: [String]) -> [UInt8] {
        let events = texts.map(ChatCompletionEvent.text) + [ChatCompletionEvent.finish(), ChatCompletionEvent.done]
        return events.flatMap { event in
            Array("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n".utf8)
        } + Array("0\r\n\r\n".utf8)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func textArrivesExactlyHoweverItIsCut(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let answers = (0..<3).map { _ in Self.texts(&random) }
        let bodies = answers.map(Self.body)
        let cuts = bodies.map { body in
            Set((0..<8).map { _ in Int.random(in: 1..<body.count, using: &random) }).sorted()
        }
        try await withServer(script: { request in
            let number = request.number
            let body: ScriptStep =
                number == 0 ? .sendByteByByte(bodies[number]) : .sendSplit(bodies[number], at: cuts[number])
            return [.eventStreamHead(), body]
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            var expected: [(messageID: String, text: String)] = []
            for texts in answers {
                let messageID = try await client.say("go", in: session)
                expected += (texts + [""]).map { (messageID, $0) }
            }
            for (index, (messageID, text)) in expected.enumerated() {
                let params = try await client.notification("AIMessageChunkNotification")
                // Bytes, since equal Swift strings may differ in them.
                #expect(params["chunk"]?.string.map { Array($0.utf8) } == Array(text.utf8))
                #expect(params["isFinal"]?.bool == text.isEmpty)
                #expect(params["messageId"]?.string == messageID)
                #expect(params["seq"]?.int == index + 2)
            }
        }
    }

    // MARK: One ending

    /// What the AI service does with the request of that number.
    private static func fate(_ number: Int) -> [ScriptStep] {
        switch number % 6 {
        case 0: .answer(["whole"])
        case 1: .json(status: 400, ["error": ["message": "refused"]])
        case 2:
            .eventStream([ChatCompletionEvent.text("half"), ChatCompletionEvent.error(code: 502, message: "broke")])
        case 3: .answer([])
        case 4: [.eventStreamHead(), .event(ChatCompletionEvent.text("cut")), .close]
        default: .eventStream(["data: no JSON\n\n"])
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func everyAcceptedMessageEndsExactlyOnce(seed: UInt64) async throws {
        let count = 40
        try await withServer(
            { $0.sessions.maximumQueuedMessages = count }, script: { Self.fate($0.number) }
        ) { server in
            var random = Seeded(state: seed)
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            var messageIDs: [String] = []
            for number in 0..<count {
                messageIDs.append(try await client.say("\(number)", in: session))
                guard Int.random(in: 0..<4, using: &random) == 0, let victim = messageIDs.randomElement(using: &random)
                else { continue }
                _ = try await client.call(
                    "cancelMessage", ["sessionId": .string(session), "messageId": .string(victim)])
            }
            var ended: [String] = []
            var seq = 1
            while ended.count < count {
                let message = try await client.nextMessage()
                let params = try #require(message["params"])
                seq += 1
                #expect(params["seq"]?.int == seq)
                let messageID = try #require(params["messageId"]?.string)
                #expect(!ended.contains(messageID), "something follows the end of a message")
                if params["isFinal"]?.bool == true || params["status"]?.int == 3 { ended.append(messageID) }
            }
            #expect(Set(ended) == Set(messageIDs))
            let history = try await client.call("getHistory", ["sessionId": .string(session)])
            let roles = try #require(history["messages"]?.array).map { $0["role"]?.string }
            #expect(!zip(roles, roles.dropFirst()).contains { $0 == "user" && $1 == "user" })
            client.send(["jsonrpc": "2.0", "id": "end", "method": "echo"])
            #expect(try await client.nextMessage()["id"] == "end")
        }
    }

    /// Many sessions on one connection, whose answers come a piece at a time in turn: each has its own, in order.
    @Test func sessionsOfOneConnectionKeepApart() async throws {
        try await withServer(script: { request in
            .answer((0..<20).map { "\(request.number)-\($0) " })
        }) { server in
            let client = try await TestClient.connect(to: server)
            var sessions: [String] = []
            for _ in 0..<8 { sessions.append(try await client.startSession()) }
            for session in sessions { _ = try await client.say("go", in: session) }
            var texts: [String: String] = [:]
            var seqs: [String: Int] = [:]
            var open = Set(sessions)
            while !open.isEmpty {
                let params = try await client.notification("AIMessageChunkNotification")
                let session = try #require(params["sessionId"]?.string)
                #expect(params["seq"]?.int == (seqs[session] ?? 1) + 1)
                seqs[session] = params["seq"]?.int
                texts[session, default: ""] += params["chunk"]?.string ?? ""
                if params["isFinal"] == true { open.remove(session) }
            }
            let expected = (0..<8).map { number in (0..<20).map { "\(number)-\($0) " }.joined() }
            #expect(texts.values.sorted() == expected.sorted())
        }
    }

    // MARK: Tools

    @Test func resultsGoToTheModelInTheOrderOfTheCalls() async throws {
        try await withServer(script: { request in
            request.number == 0
                ? .eventStream(
                    (0..<3).map { ChatCompletionEvent.toolCall(index: $0, id: "c\($0)", name: "f", arguments: "{}") }
                        + [ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done])
                : .answer(["done"])
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            // All are announced before any is answered; a tool that nobody has named is the client's, too.
            for number in 0..<3 {
                let call = try await client.notification("ToolCallNotification")
                #expect(call["toolCallId"]?.string == "c\(number)")
                #expect(call["executor"] == "client")
            }
            for number in (0..<3).reversed() {
                _ = try await client.call(
                    "provideToolResult",
                    [
                        "sessionId": .string(session), "toolCallId": .string("c\(number)"),
                        "result": .string("r\(number)"),
                    ])
            }
            #expect(try await client.answer() == "done")
            let results = try await server.messages(ofRequest: 1).filter { $0["role"] == "tool" }
            #expect(results.map { $0["tool_call_id"]?.string } == ["c0", "c1", "c2"])
            #expect(results.map { $0["content"]?.string } == ["r0", "r1", "r2"])
        }
    }

    @Test(arguments: ["", "[1]", "{\"a\":", "null", "\"text\"", "{}x"])
    func argumentsThatAreNoObjectAreToldToTheModelOnly(arguments: String) async throws {
        try await withServer(script: { request in
            request.number == 0
                ? .eventStream([
                    ChatCompletionEvent.toolCall(id: "c", name: "f", arguments: arguments),
                    ChatCompletionEvent.finish("tool_calls"), ChatCompletionEvent.done,
                ]) : .answer(["sorry"])
        }) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            // No arguments at all are an empty object.
            if arguments.isEmpty {
                #expect(try await client.notification("ToolCallNotification")["arguments"] == [:])
            } else {
                #expect(try await client.answer() == "sorry")
                let messages = try await server.messages(ofRequest: 1)
                #expect(messages.last?["role"] == "tool")
                #expect(messages.last?["content"]?.string?.contains("not a JSON object") == true)
            }
        }
    }

    @Test func samplingParametersGoToTheModelAsTheyAre() async throws {
        try await withServer(
            { $0.openRouter.params = ["temperature": 1, "top_p": .number(JSONNumber(validated: "0.50"))] },
            answering: ["x"]
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession([
                "params": ["temperature": .number(JSONNumber(validated: "0.20")), "reasoning": ["effort": "low"]]
            ])
            _ = try await client.say("go", in: session)
            _ = try await client.answer()
            let body = try JSONParser.parse(try await server.upstream.request(0).body)
            #expect(body["temperature"]?.jsonText == "0.20")
            #expect(body["top_p"]?.jsonText == "0.50")
            #expect(body["reasoning"] == ["effort": "low"])
        }
    }
}
