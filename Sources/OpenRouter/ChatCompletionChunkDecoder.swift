package import AILoop
import JSON

/// Decodes the payloads of one event stream of chat completions, one after the other, and keeps what they say about the
/// answer as a whole. Takes every shape in which OpenRouter and the compatible servers send chunks.
///
/// A pure value. No tree is built for a chunk of text: what is allocated is the text's own `String`.
package struct ChatCompletionChunkDecoder: Sendable {
    /// What a payload was.
    package enum Outcome: Sendable, Hashable {
        /// Nothing of the answer: a comment that a proxy made into data.
        case comment
        /// A part of the answer, also where it yields no event.
        case chunk
        /// `[DONE]`: nothing follows.
        case done
        /// The answer has failed; what came before stands.
        case failed(ModelError)
    }

    /// From the first `finish_reason` that says something.
    package internal(set) var finishReason: String?
    package internal(set) var nativeFinishReason: String?
    package internal(set) var usage: TokenUsage?
    package internal(set) var model: String?
    package internal(set) var generationID: String?
    /// Whether there was any choice to choose from: a stream without one is no answer.
    package internal(set) var hasChoices = false
    /// Whether any text, reasoning or tool call came.
    package internal(set) var hasContent = false
    /// Whether `reasoning_details` came: an empty list is told once only, for many services repeat it with every chunk.
    var hasReasoningDetails = false
    private var template = ChunkTemplate()
    private let errors: APIErrorDecoder

    package init(errors: APIErrorDecoder) {
        self.errors = errors
    }

    /// Decodes the data of one event, or a whole answer that came as one JSON text.
    ///
    /// - Parameters:
    ///   - isErrorEvent: whether the event is named `error`: then the payload is one, whatever its shape.
    ///   - events: what the payload yields is appended.
    package mutating func decode(
        _ payload: UnsafeRawBufferPointer, isErrorEvent: Bool = false, into events: inout [ModelEvent]
    ) -> Outcome {
        if isErrorEvent { return .failed(failure(in: payload)) }
        if let text = template.text(in: payload) {
            if !text.isEmpty { events.append(.text(text)) }
            return .chunk
        }
        var rest = Self.trimmed(payload)
        guard !rest.isEmpty, rest[0] != UInt8(ascii: ":") else { return .comment }
        while true {
            if Self.isDone(rest) { return .done }
            let countBefore = events.count
            var marks = Marks()
            do throws(JSONParseError) {
                try decodeChunk(rest, &marks, into: &events)
                if let failure = failure(marks, in: rest) { return .failed(failure) }
                if marks.hasDeltaText, events.count == countBefore + 1, case .text(let text) = events.last {
                    template.learn(rest, text: text)
                }
                return .chunk
            } catch {
                guard error.kind == .trailingCharacters, let next = Self.gluedFrame(rest, at: error.offset) else {
                    events.removeSubrange(countBefore...)
                    return .failed(Self.notJSON(error))
                }
                let first = UnsafeRawBufferPointer(rebasing: rest[..<error.offset])
                if let failure = failure(marks, in: first) { return .failed(failure) }
                rest = next
            }
        }
    }

    /// How the answer ended, as far as it is known.
    package var completion: ModelCompletion {
        ModelCompletion(finishReason: finishReason, usage: usage, model: model, generationID: generationID)
    }

    // MARK: Framing

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }), let end = bytes.lastIndex(where: { !isSpace($0) })
        else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: bytes[start...end])
    }

    private static func isDone(_ payload: UnsafeRawBufferPointer) -> Bool {
        payload.count == 6 && payload.elementsEqual("[DONE]".utf8)
    }

    /// Some servers lose the line feeds between two frames: `{…}data: {…}`.
    private static func gluedFrame(_ payload: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer? {
        var rest = payload[offset...]
        if rest.starts(with: "data:".utf8) {
            rest = rest.dropFirst("data:".utf8.count)
        } else if rest.first != UInt8(ascii: "{") {
            return nil
        }
        let frame = trimmed(UnsafeRawBufferPointer(rebasing: rest))
        return frame.isEmpty ? nil : frame
    }

    // MARK: Errors

    /// What a chunk holds besides the answer.
    struct Marks {
        var hasChoices = false
        /// An `error` that is not null, at the top or in the choice.
        var hasError = false
        /// Members that stand in bare errors and nowhere in chunks.
        var looksLikeError = false
        /// `finish_reason` is `error`.
        var finishedInError = false
        /// A delta has a `content` that is a string.
        var hasDeltaText = false
    }

    private func failure(_ marks: Marks, in payload: UnsafeRawBufferPointer) -> ModelError? {
        guard marks.hasError || marks.finishedInError || (marks.looksLikeError && !marks.hasChoices) else { return nil }
        return failure(in: payload)
    }

    /// Off the hot path: reads the payload as a tree, once more.
    private func failure(in payload: UnsafeRawBufferPointer) -> ModelError {
        guard let root = try? JSONParser.parse(payload) else {
            return errors.streamError(text: String(decoding: payload, as: UTF8.self))
        }
        if let error = root["error"], !error.isNull { return errors.streamError(root) }
        guard let choice = root["choices"]?.array?.first else { return errors.streamError(root) }
        var report = JSONObject()
        report["provider"] = root["provider"]
        report["error"] = choice["error"] ?? [:]
        return errors.streamError(.object(report))
    }

    /// What was not understood is not repeated: it may hold anything.
    private static func notJSON(_ error: JSONParseError) -> ModelError {
        ModelError(
            kind: .malformedResponse, detail: "The AI service sent a chunk that is not valid JSON: \(error).",
            retryable: true)
    }
}
