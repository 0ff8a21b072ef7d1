import AILoop
import HTTP1
import JSON
import ServerSentEvents

/// Reads one HTTP response as an answer: an event stream, one JSON text, or the body of an error. A pure value.
struct AnswerReader {
    /// Bounds of what is kept in memory of a response.
    struct Limits {
        var maximumEventBytes = 8 * 1024 * 1024
        /// Of an answer that is one JSON text.
        var maximumWholeBytes = 8 * 1024 * 1024
    }

    enum Progress {
        /// Nothing came that belongs to the answer.
        case alive
        /// The answer grew.
        case data
        /// Nothing more is to be read.
        case ended(Result<ModelCompletion, ModelError>)
    }

    private enum Form {
        /// Before the first byte that is no white space.
        case unknown
        case events
        case whole([UInt8])
        case failed([UInt8])
    }

    private let head: ResponseHead
    private let limits: Limits
    private let errors: APIErrorDecoder
    private var form: Form
    private var parser: EventStreamParser
    private var decoder: ChatCompletionChunkDecoder

    init(_ head: ResponseHead, limits: Limits = Limits(), errors: APIErrorDecoder) {
        self.head = head
        self.limits = limits
        self.errors = errors
        form = (200..<300).contains(head.status) ? .unknown : .failed([])
        parser = EventStreamParser(maximumEventBytes: limits.maximumEventBytes)
        decoder = ChatCompletionChunkDecoder(errors: errors)
    }

    /// Whether the model has said that it is done: what may still come is usage and `[DONE]`.
    var hasFinishReason: Bool { decoder.finishReason != nil }

    /// Takes bytes of the body; what they yield is appended to `events`.
    mutating func read(_ bytes: UnsafeRawBufferPointer, into events: inout [ModelEvent]) -> Progress {
        if case .events = form { return readEvents(bytes, into: &events) }
        return readOther(bytes, into: &events)
    }

    /// The response is over. `isWhole` is false where the connection broke.
    mutating func end(isWhole: Bool, into events: inout [ModelEvent]) -> Result<ModelCompletion, ModelError> {
        switch form {
        case .failed(let body):
            return .failure(errors.responseError(head, body: body))
        case .whole(let body):
            return isWhole ? wholeAnswer(body, into: &events) : .failure(CallError.truncated)
        case .events:
            if isWhole, case .ended(let result) = finishEvents(into: &events) { return result }
            return hasFinishReason ? completed : .failure(CallError.truncated)
        case .unknown:
            return .failure(CallError.truncated)
        }
    }

    // MARK: Event streams

    private mutating func readEvents(_ bytes: UnsafeRawBufferPointer, into events: inout [ModelEvent]) -> Progress {
        var progress = Progress.alive
        Self.feed(bytes, &parser, &decoder, &events, &progress)
        return concluded(progress)
    }

    /// A block at the end that no empty line closed counts where it is whole; what is cut in the middle is not malformed
    /// but truncated.
    private mutating func finishEvents(into events: inout [ModelEvent]) -> Progress {
        var progress = Progress.alive
        Self.finish(&parser, &decoder, &events, &progress)
        if case .ended(.failure(let error)) = progress, error.kind == .malformedResponse { return .alive }
        return concluded(progress)
    }

    private static func feed(
        _ bytes: UnsafeRawBufferPointer, _ parser: inout EventStreamParser, _ decoder: inout ChatCompletionChunkDecoder,
        _ events: inout [ModelEvent], _ progress: inout Progress
    ) {
        parser.feed(bytes) { take($0, &decoder, &events, &progress) }
    }

    private static func finish(
        _ parser: inout EventStreamParser, _ decoder: inout ChatCompletionChunkDecoder, _ events: inout [ModelEvent],
        _ progress: inout Progress
    ) {
        parser.finish { take($0, &decoder, &events, &progress) }
    }

    private static func take(
        _ event: EventStreamEvent, _ decoder: inout ChatCompletionChunkDecoder, _ events: inout [ModelEvent],
        _ progress: inout Progress
    ) {
        if case .ended = progress { return }
        switch event {
        case .message(let message):
            switch decoder.decode(message.data, isErrorEvent: message.type == "error", into: &events) {
            case .chunk: progress = .data
            case .comment: break
            case .done: progress = .ended(.success(decoder.completion))
            case .failed(let error): progress = .ended(.failure(error))
            }
        case .overflow: progress = .ended(.failure(tooLarge))
        case .comment, .retry: break
        }
    }

    private func concluded(_ progress: Progress) -> Progress {
        if case .ended(.success) = progress { .ended(completed) } else { progress }
    }

    /// The end of a stream that ended as it should, unless it says otherwise between the lines.
    private var completed: Result<ModelCompletion, ModelError> {
        guard decoder.hasChoices else {
            return .failure(
                ModelError(
                    kind: .malformedResponse, detail: "The AI service ended the stream without an answer.",
                    retryable: true))
        }
        // Some services end with "stop" and nothing said where their own connection broke.
        if !decoder.hasContent, decoder.usage == nil, let reason = decoder.nativeFinishReason,
            reason.lowercased().hasSuffix("error")
        {
            return .failure(errors.streamError(["error": ["message": .string(reason), "type": .string(reason)]]))
        }
        return .success(decoder.completion)
    }

    // MARK: Other bodies

    /// The form is told by the first byte, whatever `Content-Type` says: neither JSON nor HTML can begin an event stream.
    private mutating func readOther(_ bytes: UnsafeRawBufferPointer, into events: inout [ModelEvent]) -> Progress {
        switch form {
        case .unknown:
            guard let start = bytes.firstIndex(where: { !Self.isPadding($0) }) else { return .alive }
            switch bytes[start] {
            case UInt8(ascii: "{"): form = .whole([])
            case UInt8(ascii: "<"): form = .failed([])
            default: form = .events
            }
            return read(UnsafeRawBufferPointer(rebasing: bytes[start...]), into: &events)
        case .whole(var body):
            form = .unknown
            body.append(contentsOf: bytes)
            guard body.count <= limits.maximumWholeBytes else { return .ended(.failure(Self.tooLarge)) }
            form = .whole(body)
            return .data
        case .failed(var body):
            form = .unknown
            body.append(contentsOf: bytes.prefix(APIErrorDecoder.maximumBodyBytes - body.count))
            form = .failed(body)
            guard body.count == APIErrorDecoder.maximumBodyBytes else { return .data }
            return .ended(.failure(errors.responseError(head, body: body)))
        case .events:
            return readEvents(bytes, into: &events)
        }
    }

    /// White space, and the bytes of a byte order mark.
    private static func isPadding(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF: true
        default: false
        }
    }

    private mutating func wholeAnswer(
        _ body: [UInt8], into events: inout [ModelEvent]
    ) -> Result<ModelCompletion, ModelError> {
        let outcome = body.withUnsafeBytes { decoder.decode($0, into: &events) }
        if case .failed(let error) = outcome { return .failure(error) }
        return completed
    }

    // MARK: Errors

    private static let tooLarge = ModelError(
        kind: .malformedResponse, detail: "The AI service sent more at once than is read of an answer.",
        retryable: false)
}
