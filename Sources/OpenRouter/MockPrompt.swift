/// The messages that the built-in service answers in character, to show off the product. One table: the `help` answer and
/// the README are renderings of it.
package struct MockPrompt: Sendable, Hashable {
    package enum Act: Sendable, Hashable, CaseIterable {
        case help, tool, error, rateLimit, cut, timeout, long, markdown, think, empty
    }

    package let act: Act
    /// What to type.
    package let name: String
    /// Other wordings that are taken too.
    package let aliases: [String]
    /// What happens then, as part of a list.
    package let summary: String

    package static let all: [MockPrompt] = [
        MockPrompt(
            act: .help, name: "help", aliases: ["what can you do"], summary: "lists these prompts"),
        MockPrompt(
            act: .tool, name: "tool", aliases: ["call a tool", "use a tool"],
            summary: "calls one of the session's tools and reports its answer; `tool NAME` names it"),
        MockPrompt(
            act: .markdown, name: "markdown", aliases: ["answer in markdown", "show me markdown"],
            summary: "answers with a heading, a list, a table and code"),
        MockPrompt(
            act: .long, name: "long", aliases: ["long answer", "a long answer", "tell me a long story"],
            summary: "answers at length, for trying cancel and pause"),
        MockPrompt(
            act: .think, name: "think", aliases: ["think first", "reason"],
            summary: "reasons before it answers (seen with the capability `reasoning`)"),
        MockPrompt(
            act: .empty, name: "empty", aliases: ["say nothing"], summary: "answers without any text"),
        MockPrompt(
            act: .error, name: "error", aliases: ["fail", "an error", "show me an error"],
            summary: "fails before the first word, as an overloaded service does (status 503)"),
        MockPrompt(
            act: .rateLimit, name: "rate limit", aliases: ["429"],
            summary: "is refused with status 429 and a time to wait"),
        MockPrompt(
            act: .cut, name: "cut", aliases: ["break off"], summary: "breaks off in the middle of the answer"),
        MockPrompt(
            act: .timeout, name: "timeout", aliases: ["time out", "hang"],
            summary: "stays silent until the call times out"),
    ]

    /// The prompt that `message` is, whatever its case and closing punctuation, with what follows its name.
    static func find(_ message: String) -> (prompt: MockPrompt, rest: String)? {
        var words = message.lowercased().split { $0.isWhitespace }.joined(separator: " ")[...]
        while let last = words.last, ".!?".contains(last) { words.removeLast() }
        if let prompt = all.first(where: { $0.name == words || $0.aliases.contains(String(words)) }) {
            return (prompt, "")
        }
        guard words.hasPrefix("tool "), let prompt = all.first(where: { $0.act == .tool }) else { return nil }
        return (prompt, String(words.dropFirst("tool ".count)))
    }
}
