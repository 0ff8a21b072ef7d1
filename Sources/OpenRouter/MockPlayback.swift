import AILoop

/// The events of one made-up answer, one after the other.
struct MockPlayback {
    private var reasoning: Substring
    private var text: Substring
    private var fragments: [ToolCallFragment]
    private var nextFragment = 0
    private var ending: ModelEvent
    private let chunkBytes: Int
    private var chunksLeft: Int
    /// Whether the last event has been given.
    private(set) var isOver = false

    init(answer: MockAnswer, configuration: MockConfiguration, request: ModelRequest) {
        reasoning = answer.reasoning[...]
        text = answer.text[...]
        chunkBytes = answer.chunkBytes ?? configuration.chunkBytes
        fragments = answer.toolCalls.enumerated().flatMap { Self.fragments(of: $1, index: $0) }
        chunksLeft = answer.cutAfterChunks ?? .max
        ending = answer.failure.map(ModelEvent.failed) ?? .finished(Self.completion(of: answer, request: request))
        if answer.cutAfterChunks != nil {
            ending = .failed(
                ModelError(kind: .truncated, detail: "The mock service broke off, as told.", retryable: true))
        }
    }

    /// The next event; nil after the last one.
    mutating func next() -> ModelEvent? {
        guard !isOver else { return nil }
        guard chunksLeft > 0, let event = nextChunk() else {
            isOver = true
            return ending
        }
        chunksLeft -= 1
        return event
    }

    private mutating func nextChunk() -> ModelEvent? {
        if !reasoning.isEmpty { return .reasoning(Self.takeChunk(of: &reasoning, bytes: chunkBytes)) }
        if !text.isEmpty { return .text(Self.takeChunk(of: &text, bytes: chunkBytes)) }
        guard nextFragment < fragments.count else { return nil }
        defer { nextFragment += 1 }
        return .toolCallFragment(fragments[nextFragment])
    }

    /// Takes the next word with the spaces behind it, or as many whole characters as fit into `bytes`, one at least.
    private static func takeChunk(of text: inout Substring, bytes: Int) -> String {
        let end: Substring.Index
        if bytes > 0 {
            let utf8 = text.utf8
            var limit = utf8.index(utf8.startIndex, offsetBy: bytes, limitedBy: utf8.endIndex) ?? utf8.endIndex
            while limit < utf8.endIndex, utf8[limit] & 0xC0 == 0x80 { limit = utf8.index(before: limit) }
            end = limit > text.startIndex ? limit : text.unicodeScalars.index(after: text.startIndex)
        } else {
            let space = text.firstIndex(where: \.isWhitespace) ?? text.endIndex
            end = text[space...].firstIndex { !$0.isWhitespace } ?? text.endIndex
        }
        defer { text = text[end...] }
        return String(text[..<end])
    }

    /// As services stream a call: first its id and name, then the arguments in pieces.
    private static func fragments(of call: ToolCall, index: Int) -> [ToolCallFragment] {
        var fragments = [ToolCallFragment(index: index, id: call.id, name: call.name)]
        var rest = call.arguments[...]
        while !rest.isEmpty {
            fragments.append(ToolCallFragment(index: index, arguments: takeChunk(of: &rest, bytes: 8)))
        }
        return fragments
    }

    /// About four bytes of English make a token.
    private static func completion(of answer: MockAnswer, request: ModelRequest) -> ModelCompletion {
        let prompt = request.messages.reduce(0) { $0 + tokens(of: $1) }
        let written = (answer.text.utf8.count + answer.reasoning.utf8.count + 3) / 4
        let calls = answer.toolCalls.reduce(0) { $0 + ($1.name.utf8.count + $1.arguments.utf8.count + 3) / 4 }
        var seed = MockProse(prompt: "\(request.sessionID)/\(request.messages.count)")
        return ModelCompletion(
            finishReason: answer.toolCalls.isEmpty ? "stop" : "tool_calls",
            usage: TokenUsage(
                promptTokens: prompt, completionTokens: written + calls, totalTokens: prompt + written + calls,
                reasoningTokens: answer.reasoning.isEmpty ? nil : (answer.reasoning.utf8.count + 3) / 4, cost: 0),
            model: "mock", generationID: "mock-" + String(seed.next(), radix: 16))
    }

    private static func tokens(of message: ChatMessage) -> Int {
        switch message {
        case .system(let text), .user(let text), .tool(_, let text): (text.utf8.count + 3) / 4
        case .assistant(let answer): (answer.text.utf8.count + 3) / 4
        }
    }
}
