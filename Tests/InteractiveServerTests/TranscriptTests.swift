import Configuration
import JSON
import Testing

/// What plays the examples of the API's document: it must not take a wrong one for right.
@Suite(.timeLimit(.minutes(5))) struct TranscriptTests {
    private static let id = "0b0e5c1e-8f7a-4c55-9d0a-1a2b3c4d5e6f"
    private static let otherID = "1b0e5c1e-8f7a-4c55-9d0a-1a2b3c4d5e6f"

    private func mismatch(_ expected: JSONValue, _ received: JSONValue) -> String? {
        var bindings = Bindings()
        return bindings.mismatch(expected, received)
    }

    @Test func stepsAreRead() throws {
        let transcript = try Transcript(
            """
            → {"a":
               1}
            ← {"b": 2}
            // On a second connection:
            → [{"c": 3}, … 3 times]
            ← close 1008: gone, and why
            """)
        #expect(
            transcript.steps == [
                .send("{\"a\":\n   1}"), .receive(["b": 2]), .happening(.secondConnection),
                .send(#"[{"c": 3},{"c": 3},{"c": 3}]"#), .close(code: 1008, reason: "gone, and why"),
            ])
    }

    @Test(arguments: ["{}", "← {", "← nothing", "// Something that nobody knows.", "→ [1, … many times]"])
    func whatIsNoTranscriptIsRefused(text: String) {
        #expect(throws: (any Error).self) { try Transcript(text) }
    }

    @Test func aPlaceholderMeansOneValue() {
        let id = JSONValue.string(Self.id)
        #expect(mismatch(["<aId>", "<aId>", "in <aId>"], [id, id, .string("in \(Self.id)")]) == nil)
        #expect(mismatch(["<aId>", "<aId>"], [id, .string(Self.otherID)]) != nil)
        #expect(mismatch(["<aId>", "<bId>"], [id, .string(Self.otherID)]) == nil)
        // Two names for one value, a value without the form of an id, a placeholder for something that is no string.
        #expect(mismatch(["<aId>", "<bId>"], [id, id]) != nil)
        #expect(mismatch(["<aId>"], ["short"]) != nil)
        #expect(mismatch(["<aToken>"], [id]) != nil)
        #expect(mismatch(["<aId>"], [5]) != nil)
        #expect(mismatch(["in <aId>"], [.string("in \(Self.id)")]) != nil)
    }

    @Test func messagesAreComparedWhole() {
        let message: JSONValue = ["a": 1, "b": ["x", nil, true]]
        #expect(mismatch(message, message) == nil)
        for other: JSONValue in [
            ["a": 2, "b": ["x", nil, true]], ["a": 1, "b": ["x", nil, false]], ["a": 1, "b": ["x", nil]],
            ["a": 1, "b": ["y", nil, true]], ["a": 1], ["b": ["x", nil, true], "a": 1],
            ["a": 1, "b": ["x", nil, true], "c": 1],
            ["a": .number(JSONNumber(validated: "1.0")), "b": ["x", nil, true]],
            [1],
        ] {
            #expect(mismatch(message, other) != nil, "\(other.jsonText)")
        }
    }

    @Test(arguments: [
        "→ {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"echo\"}",
        "→ {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"echo\"}\n← {\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": 1}",
        "→ {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"none\"}\n← {\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": null}",
        "// On a second connection:\n← close 1000: for no reason",
    ])
    func anExampleThatLeavesOutOrMakesUpSomethingFails(text: String) async throws {
        try await withServer(
            { $0.server.idleTimeout = text.contains("close") ? .milliseconds(100) : .zero }, answering: []
        ) {
            server in
            var player = try await TranscriptPlayer(server: server, setup: ExampleSetup())
            let transcript = try Transcript(text)
            var failure: (any Error)?
            do { try await player.play(transcript) } catch { failure = error }
            #expect(failure is TestFailure)
        }
    }

    @Test func anHTTPExampleIsComparedWhole() throws {
        let exchange = try HTTPTranscript("GET / HTTP/1.1\nHost: x\n\nHTTP/1.1 200 OK\nA: 1\n…\nB: 2\n\nbody\n")
        #expect(exchange.request == "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(exchange.mismatch(with: "HTTP/1.1 200 OK\r\nA: 1\r\nX: 9\r\nB: 2\r\n\r\nbody\n") == nil)
        for wrong in [
            "HTTP/1.1 404 OK\r\nA: 1\r\nB: 2\r\n\r\nbody\n", "HTTP/1.1 200 OK\r\nX: 1\r\nA: 1\r\nB: 2\r\n\r\nbody\n",
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nother\n", "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nbody\nmore",
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n", "",
        ] {
            #expect(exchange.mismatch(with: wrong) != nil, "\(wrong)")
        }
    }
}
