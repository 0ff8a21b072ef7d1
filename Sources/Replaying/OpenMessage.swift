import JSON
import SessionProtocol

/// A message that was sent and has not ended.
struct OpenMessage {
    let command: ScriptCommand
    let message: ScriptMessage
    let sentAt: UInt64
    let deadline: UInt64
    /// nil until the server has accepted it.
    var id: String?
    var chunkCount = 0
    private(set) var result: MessageResult
    private var keptBytes = 0

    /// Text and tool calls of one answer.
    static let maximumAnswerBytes = 16 << 20

    init(_ command: ScriptCommand, _ message: ScriptMessage, sentAt: UInt64, timeout: UInt64) {
        self.command = command
        self.message = message
        self.sentAt = sentAt
        deadline = sentAt &+ timeout
        result = MessageResult(command: command, status: .ok)
    }

    /// False where the answer has become too large to be kept.
    mutating func add(chunk: String, now: UInt64) -> Bool {
        guard keep(chunk.utf8.count) else { return false }
        chunkCount += 1
        if result.timeToFirstChunk == nil, !chunk.isEmpty { result.timeToFirstChunk = now - sentAt }
        result.answer += chunk
        return true
    }

    /// False where the answer has become too large to be kept.
    mutating func add(_ call: ToolCallRecord) -> Bool {
        guard keep(call.name.utf8.count + JSONValue.object(call.arguments).encoded().count) else { return false }
        result.toolCalls.append(call)
        return true
    }

    mutating func add(_ usage: UsageReport) {
        // As many as there can be tool rounds, by any reason.
        guard result.usage.count < 1_000 else { return }
        result.usage.append(usage)
    }

    private mutating func keep(_ bytes: Int) -> Bool {
        keptBytes += bytes
        return keptBytes <= Self.maximumAnswerBytes
    }

    func ended(_ status: MessageResult.Status, now: UInt64) -> MessageResult {
        var result = result
        result.status = status
        result.duration = now - sentAt
        return result
    }

    /// The first expectation that the answer does not meet.
    var unmetExpectation: PlayFailure? {
        for expectation in message.expectations {
            guard let fault = expectation.fault(of: result.answer) else { continue }
            let shown = result.answer.isEmpty ? "the answer is empty" : "the answer is \(Self.excerpt(result.answer))"
            return PlayFailure(.expectation, fault, help: shown, expectation: expectation.span)
        }
        return nil
    }

    private static func excerpt(_ answer: String) -> String {
        let limit = 200
        let text = answer.prefix(limit).split(whereSeparator: \.isNewline).joined(separator: " ")
        return "`\(text)\(answer.dropFirst(limit).isEmpty ? "" : "…")`"
    }
}
