import JSON
import Testing

@testable import AILoop

@Suite struct ContextManagerTests {
    /// A text that costs, with its frame, exactly `tokens`.
    private static func text(_ letter: Character, tokens: Int) -> String {
        String(repeating: letter, count: (tokens - ContextBudget.tokensPerMessage) * ContextBudget.bytesPerToken)
    }

    private static func manager(
        requestTokens: Int, systemPrompt: String = "", maximumHistoryBytes: Int = 1 << 20
    ) -> ContextManager {
        ContextManager(
            systemPrompt: systemPrompt,
            budget: ContextBudget(maximumContextTokens: requestTokens, answerTokens: 0),
            maximumHistoryBytes: maximumHistoryBytes)
    }

    /// A turn of twenty tokens.
    private static func addTurn(_ letter: Character, to manager: inout ContextManager) {
        manager.beginTurn(userMessage: text(letter, tokens: 10))
        manager.append(AssistantMessage(text: text(letter, tokens: 10)))
        manager.endTurn(wasCutShort: false)
    }

    /// The first letters of a request's messages.
    private static func letters(_ messages: [ChatMessage]) -> String {
        String(
            messages.compactMap { message -> Character? in
                switch message {
                case .system(let text), .user(let text), .tool(_, let text): text.first
                case .assistant(let answer): answer.text.first ?? "-"
                }
            })
    }

    @Test("What fits exactly is sent whole; with one token less the oldest turn is left out")
    func budget() {
        for (tokens, expected) in [(50, "aabbc"), (49, "bbc"), (30, "bbc"), (29, "c"), (0, "c"), (-5, "c")] {
            var manager = Self.manager(requestTokens: tokens)
            Self.addTurn("a", to: &manager)
            Self.addTurn("b", to: &manager)
            manager.beginTurn(userMessage: Self.text("c", tokens: 10))
            #expect(Self.letters(manager.requestMessages) == expected)
            #expect(Self.letters(manager.history) == "aabbc")
        }
    }

    @Test("The system prompt and the tools count, and are always sent")
    func fixedParts() {
        let system = Self.text("s", tokens: 10)
        for (tokens, expected) in [(40, "saab"), (39, "sb"), (1, "sb")] {
            var manager = Self.manager(requestTokens: tokens, systemPrompt: system)
            Self.addTurn("a", to: &manager)
            manager.beginTurn(userMessage: Self.text("b", tokens: 10))
            #expect(Self.letters(manager.requestMessages) == expected)
        }
        let tool = ToolDefinition(name: "x", definition: ["name": "x"])
        let budget = ContextBudget(maximumContextTokens: 30, answerTokens: 0)
        var manager = ContextManager(systemPrompt: "", tools: [tool], budget: budget)
        Self.addTurn("a", to: &manager)
        manager.beginTurn(userMessage: Self.text("b", tokens: 10))
        #expect(Self.letters(manager.requestMessages) == "b")
    }

    @Test("A turn that does not fit is not jumped over for an older one that would")
    func noGaps() {
        var manager = Self.manager(requestTokens: 35)
        manager.beginTurn(userMessage: "a")
        manager.append(AssistantMessage(text: "a"))
        manager.endTurn(wasCutShort: false)
        manager.beginTurn(userMessage: Self.text("b", tokens: 30))
        manager.append(AssistantMessage(text: "b"))
        manager.endTurn(wasCutShort: false)
        manager.beginTurn(userMessage: Self.text("c", tokens: 10))
        #expect(Self.letters(manager.requestMessages) == "c")
    }

    @Test("Tool calls are left out together with their results, the oldest of the turn first, the newest never")
    func toolRounds() {
        func round(_ letter: Character, of manager: inout ContextManager) {
            let id = String(letter)
            // The answer costs 6 tokens (with id, name, arguments), the result 14.
            manager.append(
                AssistantMessage(text: "", toolCalls: [ToolCall(id: id, name: "n", arguments: "{}")]),
                results: [
                    ToolResult(
                        callID: id, toolName: "n", content: id + Self.text(letter, tokens: 13), outcome: .success)
                ])
        }
        // The user message costs 10 tokens, a round 20.
        for (tokens, expected) in [(70, "u-a-b-c"), (69, "u-b-c"), (50, "u-b-c"), (49, "u-c"), (0, "u-c")] {
            var manager = Self.manager(requestTokens: tokens)
            manager.beginTurn(userMessage: Self.text("u", tokens: 10))
            for letter in "abc" { round(letter, of: &manager) }
            #expect(Self.letters(manager.requestMessages) == expected)
            #expect(conversationFault(manager.requestMessages) == nil)
        }
    }

    @Test("Older turns are sent only where the whole of the last turn is")
    func lastTurnFirst() {
        var manager = Self.manager(requestTokens: 40)
        manager.beginTurn(userMessage: "a")
        manager.append(AssistantMessage(text: "a"))
        manager.endTurn(wasCutShort: false)
        manager.beginTurn(userMessage: Self.text("b", tokens: 10))
        for letter in "cd" {
            manager.append(
                AssistantMessage(text: String(letter), toolCalls: [ToolCall(id: "i", name: "n", arguments: "")]),
                results: [
                    ToolResult(callID: "i", toolName: "n", content: Self.text("r", tokens: 14), outcome: .success)
                ])
        }
        #expect(Self.letters(manager.requestMessages) == "bdr")
    }

    @Test("A turn without an answer is removed; one that was cut short is kept where there is text")
    func endings() {
        let call = ToolCall(id: "c", name: "n", arguments: "{}")
        let result = ToolResult(callID: "c", toolName: "n", content: "r", outcome: .success)
        let withText = AssistantMessage(text: "t", toolCalls: [call])
        let withoutText = AssistantMessage(text: "", toolCalls: [call])
        let cases: [(answers: [AssistantMessage], wasCutShort: Bool, count: Int)] = [
            ([], false, 0), ([], true, 0), ([withText], true, 3), ([withText], false, 3), ([withoutText], false, 3),
            ([withoutText], true, 0), ([withText, withoutText], true, 5),
        ]
        for (answers, wasCutShort, count) in cases {
            var manager = Self.manager(requestTokens: 1000)
            manager.beginTurn(userMessage: "u")
            for answer in answers { manager.append(answer, results: [result]) }
            manager.endTurn(wasCutShort: wasCutShort)
            #expect(manager.history.count == count, "\(answers) \(wasCutShort)")
        }
    }

    @Test("The history is kept to its limit in bytes; past it the oldest turns are forgotten, the last never")
    func historyLimit() {
        func turn(_ letter: String, _ manager: inout ContextManager) {
            manager.beginTurn(userMessage: letter)
            manager.append(AssistantMessage(text: String(repeating: letter, count: 9)))
            manager.endTurn(wasCutShort: false)
        }
        var manager = Self.manager(requestTokens: 1 << 20, maximumHistoryBytes: 40)
        for letter in ["a", "b", "c", "d"] { turn(letter, &manager) }
        #expect(Self.letters(manager.history) == "aabbccdd")
        turn("e", &manager)
        // A quarter is freed at once.
        #expect(Self.letters(manager.history) == "ccddee")
        var tiny = Self.manager(requestTokens: 1 << 20, maximumHistoryBytes: 0)
        turn("a", &tiny)
        turn("b", &tiny)
        #expect(Self.letters(tiny.history) == "bb")
    }

    @Test("Room is reserved for the answer: as told, else a quarter of the context up to the default")
    func reservedTokens() {
        #expect(ContextBudget(maximumContextTokens: 1000, answerTokens: 300).requestTokens == 700)
        #expect(ContextBudget(maximumContextTokens: 1000).requestTokens == 750)
        #expect(ContextBudget(maximumContextTokens: 4 * 4096).requestTokens == 3 * 4096)
        #expect(ContextBudget(maximumContextTokens: 100_000).requestTokens == 100_000 - 4096)
        #expect(ContextBudget(maximumContextTokens: 100, answerTokens: 300).requestTokens == -200)
        #expect(ContextBudget(maximumContextTokens: .min, answerTokens: .max).requestTokens == 0)
    }

    @Test("Tokens are estimated from all that a message carries")
    func estimate() {
        #expect(ContextBudget.tokens(of: .user("")) == 4)
        #expect(ContextBudget.tokens(of: .user("abc")) == 5)
        #expect(ContextBudget.tokens(of: .user("abcd")) == 6)
        #expect(ContextBudget.tokens(of: .system("日本")) == 6)
        #expect(ContextBudget.tokens(of: .tool(callID: "c", content: "ab")) == 5)
        let answer = AssistantMessage(
            text: "a", toolCalls: [ToolCall(id: "b", name: "c", arguments: "{}")], reasoningDetails: [])
        #expect(ContextBudget.tokens(of: .assistant(answer)) == 4 + 3)
    }

    @Test(
        "The size of a JSON value is that of its compact text",
        arguments: [
            #"null"#, #"true"#, #"12.5"#, #""abc""#,
        ])
    func jsonSize(text: String) throws {
        #expect(try JSONParser.parse(text).approximateByteCount == text.utf8.count)
    }

    @Test("A long conversation is sent and kept in bounded room")
    func longConversation() {
        var manager = Self.manager(requestTokens: 1000, maximumHistoryBytes: 100_000)
        for number in 0..<20_000 {
            manager.beginTurn(userMessage: "question \(number)")
            let messages = manager.requestMessages
            #expect(messages.last == .user("question \(number)"))
            #expect(messages.reduce(0) { $0 + ContextBudget.tokens(of: $1) } <= 1000)
            manager.append(AssistantMessage(text: "answer \(number)"))
            manager.endTurn(wasCutShort: false)
        }
        #expect(manager.history.reduce(0) { $0 + $1.byteCount } <= 100_000)
    }
}
