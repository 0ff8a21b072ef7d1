import AILoop
import JSON

/// The shapes inside of a chunk. Members that are not known, or not of the expected kind, are passed over.
extension ChatCompletionChunkDecoder {
    /// What a choice adds to the answer, collected so that events come in one order whatever that of the members.
    private struct Delta {
        var index = 0
        var text: String?
        var refusal: String?
        /// `reasoning`, or `reasoning_content` as some servers call it: the first that says something.
        var reasoning: String?
        var reasoningDetails: [JSONValue]?
        var toolCalls: [ToolCallFragment] = []
        var finishReason: String?
        var nativeFinishReason: String?
        var hasDelta = false
        /// Where a whole message stands beside, or in place of, a delta.
        var message: JSONCursor?
    }

    mutating func decodeChunk(
        _ payload: UnsafeRawBufferPointer, _ marks: inout Marks, into events: inout [ModelEvent]
    ) throws(JSONParseError) {
        try withJSONCursor(over: payload) { (cursor) throws(JSONParseError) in
            guard try cursor.peekKind() == .object else { return try cursor.skipValue() }
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                try readMember(name, &cursor, &marks, &events)
            }
        }
    }

    private mutating func readMember(
        _ name: JSONName, _ cursor: inout JSONCursor, _ marks: inout Marks, _ events: inout [ModelEvent]
    ) throws(JSONParseError) {
        switch name {
        case "choices":
            guard try cursor.peekKind() == .array else { return }
            marks.hasChoices = true
            try cursor.readArray { (cursor) throws(JSONParseError) in
                try readChoice(&cursor, &marks, &events)
            }
        case "id": if generationID == nil { generationID = try Self.nonEmptyText(&cursor) }
        case "model": if model == nil { model = try Self.nonEmptyText(&cursor) }
        case "usage": if try cursor.peekKind() == .object { readUsage(try cursor.readValue()) }
        case "error": if try cursor.peekKind() != .null { marks.hasError = true }
        case "message", "detail", "details": marks.looksLikeError = true
        case "object": if try Self.nonEmptyText(&cursor) == "error" { marks.looksLikeError = true }
        default: break
        }
    }

    // MARK: Choices

    private mutating func readChoice(
        _ cursor: inout JSONCursor, _ marks: inout Marks, _ events: inout [ModelEvent]
    ) throws(JSONParseError) {
        guard try cursor.peekKind() == .object else { return }
        var delta = Delta()
        var hasError = false
        try cursor.readObject { (name, cursor) throws(JSONParseError) in
            switch name {
            case "delta":
                guard try cursor.peekKind() == .object else { return }
                delta.hasDelta = true
                try Self.readDelta(&cursor, &delta)
            case "index": delta.index = try Self.integer(&cursor) ?? 0
            case "finish_reason": delta.finishReason = try Self.nonEmptyText(&cursor)
            case "native_finish_reason": delta.nativeFinishReason = try Self.nonEmptyText(&cursor)
            case "error": hasError = try cursor.peekKind() != .null
            case "message": if try cursor.peekKind() == .object { delta.message = cursor }
            default: break
            }
        }
        // Where several answers were asked for, the first one is the answer.
        guard delta.index == 0 else { return }
        hasChoices = true
        if delta.hasDelta, delta.text != nil { marks.hasDeltaText = true }
        // A whole message stands alone, or repeats what the deltas said.
        if var message = delta.message, !delta.hasDelta, !hasContent {
            try Self.readDelta(&message, &delta, isWhole: true)
        }
        append(delta, to: &events)
        if hasError { marks.hasError = true }
        if let reason = delta.nativeFinishReason { nativeFinishReason = reason }
        if delta.finishReason == "error" { marks.finishedInError = true }
        if finishReason == nil { finishReason = delta.finishReason }
    }

    private mutating func append(_ delta: Delta, to events: inout [ModelEvent]) {
        let countBefore = events.count
        if let reasoning = delta.reasoning ?? delta.reasoningDetails.flatMap(Self.readableText) {
            events.append(.reasoning(reasoning))
        }
        if let details = delta.reasoningDetails, !details.isEmpty || !hasReasoningDetails {
            hasReasoningDetails = true
            events.append(.reasoningDetails(details))
        }
        if let text = delta.text { events.append(.text(text)) }
        // A model that refuses says so here in place of the content.
        if let refusal = delta.refusal { events.append(.text(refusal)) }
        for fragment in delta.toolCalls { events.append(.toolCallFragment(fragment)) }
        if events.count > countBefore { hasContent = true }
    }

    private static func readDelta(
        _ cursor: inout JSONCursor, _ delta: inout Delta, isWhole: Bool = false
    ) throws(JSONParseError) {
        try cursor.readObject { (name, cursor) throws(JSONParseError) in
            switch name {
            case "content": try readContent(&cursor, &delta)
            case "reasoning", "reasoning_content":
                if delta.reasoning == nil { delta.reasoning = try nonEmptyText(&cursor) }
            case "reasoning_details":
                if try cursor.peekKind() == .array { delta.reasoningDetails = try cursor.readValue().array }
            case "refusal": delta.refusal = try nonEmptyText(&cursor)
            case "tool_calls":
                guard try cursor.peekKind() == .array else { return }
                try cursor.readArray { (cursor) throws(JSONParseError) in
                    guard try cursor.peekKind() == .object else { return }
                    var fragment = try readToolCall(&cursor)
                    // The calls of a whole message need no index: each is one.
                    if isWhole, fragment.index == nil { fragment.index = delta.toolCalls.count }
                    delta.toolCalls.append(fragment)
                }
            default: break
            }
        }
    }

    /// Text, or a list of typed parts, among which may be thinking.
    private static func readContent(_ cursor: inout JSONCursor, _ delta: inout Delta) throws(JSONParseError) {
        guard try cursor.peekKind() == .array else {
            delta.text = try nonEmptyText(&cursor)
            return
        }
        for part in try cursor.readValue().array ?? [] {
            if let text = part["text"]?.string, !text.isEmpty {
                delta.text = (delta.text ?? "") + text
            } else if let thinking = part["thinking"] {
                let texts = thinking.array?.compactMap { $0["text"]?.string } ?? [thinking.string ?? ""]
                let text = texts.joined()
                if !text.isEmpty { delta.reasoning = (delta.reasoning ?? "") + text }
            }
        }
    }

    /// What may be shown of details that come without `reasoning`: never what is encrypted.
    private static func readableText(of details: [JSONValue]) -> String? {
        let texts = details.compactMap { $0["text"]?.string ?? $0["summary"]?.string }
        let text = texts.joined()
        return text.isEmpty ? nil : text
    }

    // MARK: Tool calls

    private static func readToolCall(_ cursor: inout JSONCursor) throws(JSONParseError) -> ToolCallFragment {
        var fragment = ToolCallFragment()
        try cursor.readObject { (name, cursor) throws(JSONParseError) in
            switch name {
            case "index": fragment.index = try integer(&cursor)
            case "id": fragment.id = try nonEmptyText(&cursor)
            case "function":
                guard try cursor.peekKind() == .object else { return }
                try cursor.readObject { (name, cursor) throws(JSONParseError) in
                    switch name {
                    case "name": fragment.name = try nonEmptyText(&cursor)
                    case "arguments": fragment.arguments = try arguments(&cursor)
                    default: break
                    }
                }
            default: break
            }
        }
        return fragment
    }

    /// A piece of JSON text, or the arguments themselves as an object.
    private static func arguments(_ cursor: inout JSONCursor) throws(JSONParseError) -> String {
        switch try cursor.peekKind() {
        case .null: ""
        case .string: try cursor.readString()
        case .object, .array, .number, .bool: try cursor.readValue().jsonText
        }
    }

    // MARK: Usage

    /// Details and cost may be missing or null.
    private mutating func readUsage(_ value: JSONValue) {
        let prompt = value["prompt_tokens"]?.int
        let completion = value["completion_tokens"]?.int
        guard prompt != nil || completion != nil else { return }
        usage = TokenUsage(
            promptTokens: prompt ?? 0, completionTokens: completion ?? 0,
            totalTokens: value["total_tokens"]?.int ?? (prompt ?? 0) &+ (completion ?? 0),
            cachedTokens: value["prompt_tokens_details"]?["cached_tokens"]?.int
                ?? value["prompt_cache_hit_tokens"]?.int,
            reasoningTokens: value["completion_tokens_details"]?["reasoning_tokens"]?.int,
            cost: value["cost"]?.double ?? value["cost"]?.string.flatMap { Double($0) })
    }

    // MARK: Kinds

    /// nil where another kind of value stands here, or nothing in the text.
    private static func nonEmptyText(_ cursor: inout JSONCursor) throws(JSONParseError) -> String? {
        guard try cursor.peekKind() == .string else { return nil }
        let text = try cursor.readString()
        return text.isEmpty ? nil : text
    }

    private static func integer(_ cursor: inout JSONCursor) throws(JSONParseError) -> Int? {
        guard try cursor.peekKind() == .number else { return nil }
        return try cursor.readNumber().int
    }
}
