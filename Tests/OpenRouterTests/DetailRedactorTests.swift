import AILoop
import Testing

@testable import OpenRouter

@Suite struct DetailRedactorTests {
    private static let key = "key-with-another-shape-4711"

    @Test("the configured key is never shown, whole or in part")
    func configuredKey() {
        let redactor = DetailRedactor(key: Self.key)
        #expect(redactor.clean("bad key \(Self.key)!") == "bad key [redacted]!")
        #expect(redactor.clean("ends in \(Self.key.suffix(10))") == "ends in [redacted]")
        #expect(DetailRedactor(key: "abc").clean("x abc y") == "x [redacted] y")
    }

    @Test(
        "whatever looks like a key is not shown",
        arguments: [
            ("Incorrect API key: sk-proj-Ab12***********wxyz.", "Incorrect API key: [redacted]"),
            ("got 'sk-or-v1-abcdef0123'", "got '[redacted]'"), ("SK-ANT-12345", "[redacted]"),
            ("Authorization: Bearer eyJhbGciOi.x-y_z", "Authorization: Bearer [redacted]"),
        ])
    func shapes(_ text: String, _ shown: String) {
        #expect(DetailRedactor().clean(text) == shown)
    }

    @Test(
        "words that only contain such letters stay",
        arguments: ["disk-based task-runner-1234", "sk-x", "a bearer of news", "sk-"])
    func innocent(_ text: String) {
        #expect(DetailRedactor().clean(text) == text)
    }

    @Test("what was sent is not shown, whoever said it")
    func prompts() {
        let redactor = DetailRedactor(messages: [
            .system("You are the keeper of the treasure map."), .user("What is the secret recipe?"),
            .assistant(
                AssistantMessage(
                    text: "It needs cinnamon and patience.",
                    toolCalls: [ToolCall(id: "c", name: "f", arguments: #"{"bank":"account number 12345"}"#)])),
            .tool(callID: "c", content: "the balance is 1000 crowns"), .user("short"), .user("eightlen"),
        ])
        #expect(redactor.clean("flagged: What is the secret recipe? Sorry") == "flagged: … Sorry")
        #expect(redactor.clean("input 'keeper of the treasure map.' refused") == "input '…' refused")
        #expect(redactor.clean("It needs cinnamon and patience.") == "…")
        #expect(redactor.clean(#"bad {"bank":"account number 12345"}"#) == "bad …")
        #expect(redactor.clean("the balance is 1000 crowns") == "…")
        #expect(redactor.clean("short eightlen eightle") == "short … eightle")
    }

    @Test("a piece of a message is an echo from 24 bytes on")
    func window() {
        let message = "abcdefghijklmnopqrstuvwxyz0123456789"
        let redactor = DetailRedactor(messages: [.user(message)])
        #expect(redactor.clean("<" + message.prefix(23) + ">") == "<" + message.prefix(23) + ">")
        #expect(redactor.clean("<" + message.prefix(24) + ">") == "<…>")
    }

    @Test("characters of several bytes are replaced whole")
    func multibyte() {
        let redactor = DetailRedactor(messages: [.user("ありがとうございます")])
        #expect(redactor.clean("言った: ありがとうございます!") == "言った: …!")
    }

    @Test("line ends and control characters become spaces, and the length is bounded")
    func oneLine() {
        #expect(DetailRedactor().clean("\n a\r\n\tb\u{0}\u{7F}c \n") == "a b c")
        let limit = DetailRedactor.maximumCharacters
        #expect(DetailRedactor().clean(String(repeating: "é", count: limit)).count == limit)
        let long = DetailRedactor().clean(String(repeating: "é", count: limit + 1))
        #expect(long.count == limit)
        #expect(long.hasSuffix("é…"))
    }

    @Test("the key is found up to the end of what is looked at")
    func limit() {
        let redactor = DetailRedactor(key: Self.key)
        let padding = String(repeating: "-", count: 480)
        #expect(!redactor.clean(padding + Self.key).contains("key-with"))
        let far = String(repeating: "- ", count: DetailRedactor.maximumInputBytes)
        #expect(!redactor.clean(far + Self.key).contains("key-with"))
    }
}
