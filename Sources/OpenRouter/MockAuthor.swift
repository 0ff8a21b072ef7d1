import AILoop
import JSON

/// What the built-in service is going to do for one call.
struct MockAnswer {
    var reasoning = ""
    var text = ""
    var toolCalls: [ToolCall] = []
    /// How the call ends, after what stands above; nil: well.
    var failure: ModelError?
    /// Silence before the first chunk beyond the configured one, in nanoseconds.
    var delay: UInt64 = 0
    /// The stream breaks off after so many chunks.
    var cutAfterChunks: Int?
    /// Overrides of the configured pace.
    var chunkInterval: UInt64?
    var chunkBytes: Int?
}

/// Decides what the built-in service answers to a conversation: by the script's rules, by the table of ``MockPrompt``, else
/// with prose.
struct MockAuthor {
    let configuration: MockConfiguration
    let request: ModelRequest

    func answer() -> MockAnswer {
        let message = lastUserMessage
        let rule = configuration.rules.first { $0.matches(message) }
        if case .tool = request.messages.last { return afterTools(rule) }
        if let rule { return scripted(rule) }
        if let (prompt, rest) = MockPrompt.find(message) { return act(prompt.act, rest: rest) }
        return MockAnswer(text: prose(message))
    }

    private var lastUserMessage: String {
        for case .user(let text) in request.messages.reversed() { return text }
        return ""
    }

    private func prose(_ message: String) -> String {
        var prose = MockProse(prompt: message)
        guard configuration.chunks > 0 else { return prose.paragraph(sentences: 4 + Int(prose.next() % 4)) }
        // As much as the configured chunks hold, to the byte where they are measured in bytes: the prose is ASCII.
        var text = ""
        if configuration.chunkBytes > 0 {
            let bytes = configuration.chunks * configuration.chunkBytes
            while text.utf8.count < bytes { text += prose.sentence() + " " }
            return String(decoding: text.utf8.prefix(bytes), as: UTF8.self)
        }
        var words = 0
        while words < configuration.chunks {
            let sentence = prose.sentence()
            for word in sentence.split(separator: " ").prefix(configuration.chunks - words) {
                text += text.isEmpty ? word : " " + word
                words += 1
            }
        }
        return text
    }

    // MARK: Script

    private func scripted(_ rule: MockRule) -> MockAnswer {
        var answer = paced(by: rule)
        answer.reasoning = rule.reasoning
        answer.text = rule.answer
        answer.failure = rule.failure.map { Self.error($0) }
        answer.cutAfterChunks = rule.cutAfterChunks
        if request.toolChoice != .none {
            answer.toolCalls = rule.toolCalls.enumerated().map { index, call in
                ToolCall(id: callID(index), name: call.name, arguments: call.arguments)
            }
        }
        return answer
    }

    private func paced(by rule: MockRule) -> MockAnswer {
        MockAnswer(
            delay: UInt64(max(rule.delayMilliseconds, 0)) * 1_000_000,
            chunkInterval: rule.chunkIntervalMilliseconds.map { UInt64(max($0, 0)) * 1_000_000 },
            chunkBytes: rule.chunkBytes)
    }

    static func error(_ failure: MockRule.Failure) -> ModelError {
        ModelError(
            kind: UpstreamStatus.kind(of: failure.status),
            detail:
                "The mock service answered with status \(UpstreamStatus.described(failure.status)): \(failure.message)",
            retryable: UpstreamStatus.isRetryable(failure.status), upstreamStatus: failure.status,
            retryAfterSeconds: failure.retryAfterSeconds)
    }

    // MARK: The table

    private func act(_ act: MockPrompt.Act, rest: String) -> MockAnswer {
        switch act {
        case .help: MockAnswer(text: Self.help)
        case .tool: toolCall(named: rest)
        case .markdown: MockAnswer(text: Self.markdown)
        case .long: MockAnswer(text: long)
        case .think: MockAnswer(reasoning: Self.thoughts, text: Self.thought)
        case .empty: MockAnswer()
        case .error: MockAnswer(failure: Self.error(MockRule.Failure(status: 503, message: "overloaded, as you asked")))
        case .rateLimit:
            MockAnswer(
                failure: Self.error(
                    MockRule.Failure(status: 429, message: "slow down, as you asked", retryAfterSeconds: 5)))
        case .cut:
            MockAnswer(
                text: "This answer is going to break off before it says what it had to say, because you asked for it.",
                cutAfterChunks: 8)
        case .timeout:
            MockAnswer(
                failure: ModelError(
                    kind: .timeout, detail: "The mock service kept silent, as you asked.", retryable: true),
                delay: configuration.silence.wholeNanoseconds)
        }
    }

    static var help: String {
        let rows = MockPrompt.all.map { "- `\($0.name)` \($0.summary)\n" }.joined()
        return
            "I am the built-in mock service: no model, no network, no key. I answer anything with made-up prose, and these "
            + "messages in a special way:\n\n\(rows)\nSet `ai_service: openrouter` and a key to talk to a real model."
    }

    private var long: String {
        var prose = MockProse(prompt: "a long answer to \(request.messages.count) messages")
        let paragraphs = (1...12).map { "\($0). " + prose.paragraph(sentences: 6) }
        return "You asked for it.\n\n" + paragraphs.joined(separator: "\n\n")
    }

    private static let thoughts =
        "The user wants to see me think. I have no model behind me, so I pretend: first the question, then the options, then "
        + "the answer that was planned all along."
    private static let thought =
        "I have thought about it, and the answer is the same as before: this is the mock service."

    private static let markdown = """
        # A short tour of Markdown

        Text can be **strong**, *stressed*, `code`, or a [link](https://example.com).

        1. First things first.
        2. Second things second:
           - with a detail,
           - and another one.

        | planet | moons |
        |---|---:|
        | Earth | 1 |
        | Mars | 2 |

        ```swift
        for moon in ["Phobos", "Deimos"] {
            print("Hello, \\(moon)!")
        }
        ```

        > That is all.

        """

    // MARK: Tools

    /// The same for the same place in the same conversation, and another one elsewhere in it.
    private func callID(_ index: Int) -> String {
        var prose = MockProse(prompt: "\(request.sessionID)/\(request.messages.count)/\(index)/\(lastUserMessage)")
        return "call_" + String(prose.next(), radix: 16)
    }

    private func toolCall(named name: String) -> MockAnswer {
        let wanted = request.tools.first { $0.name.lowercased() == name }
        guard request.toolChoice != .none, let tool = name.isEmpty ? request.tools.first : wanted else {
            return MockAnswer(text: noTool(named: name))
        }
        let arguments = MockArguments(prompt: lastUserMessage).text(for: tool)
        return MockAnswer(
            text: "Let me ask `\(tool.name)`. ",
            toolCalls: [ToolCall(id: callID(0), name: tool.name, arguments: arguments)])
    }

    private func noTool(named name: String) -> String {
        let names = request.tools.map { "`\($0.name)`" }.joined(separator: ", ")
        if request.tools.isEmpty {
            return
                "I would call a tool, but this session has none. A client brings its own in `sessionParams.tools` of "
                + "`startSession`; then ask me again."
        }
        return name.isEmpty
            ? "I may not call tools just now. This session has \(names)."
            : "This session has no tool `\(name)`. It has \(names)."
    }

    private func afterTools(_ rule: MockRule?) -> MockAnswer {
        var answer = rule.map(paced) ?? MockAnswer()
        answer.text = rule?.afterTools ?? toolReport
        return answer
    }

    /// What the tools of the last round answered.
    private var toolReport: String {
        var results: [(id: String, content: String)] = []
        var calls: [ToolCall] = []
        for message in request.messages.reversed() {
            if case .tool(let id, let content) = message {
                results.insert((id, content), at: 0)
            } else {
                if case .assistant(let answer) = message { calls = answer.toolCalls }
                break
            }
        }
        let lines = results.map { result in
            let name = calls.first { $0.id == result.id }?.name ?? "tool"
            let shown = result.content.count > 500 ? result.content.prefix(499) + "…" : result.content[...]
            return "`\(name)` answered: \(shown)"
        }
        return lines.joined(separator: "\n")
    }
}
