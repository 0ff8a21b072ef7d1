package import JSON

/// Writes the notifications of one session as JSON text, at the end of a buffer of the caller's.
///
/// Chunks are many: what is the same in all of them is laid out once for the session and once for the message, and no JSON
/// tree is built. Nothing is kept for a session that never streamed.
package struct NotificationEncoder: Sendable {
    private let sessionID: String
    /// From the first brace to where the text of a chunk stands.
    private var chunkStart: [UInt8] = []
    /// `,"messageId":"…"}}` of the message that wrote last.
    private var messageEnd: [UInt8] = []
    private var messageID = ""

    package init(sessionID: String) {
        self.sessionID = sessionID
    }

    package mutating func appendChunk(
        _ text: String, isFinal: Bool, messageID: String, seq: Int, to output: inout [UInt8]
    ) {
        if chunkStart.isEmpty {
            appendStart(.messageChunk, to: &chunkStart)
            chunkStart.append(contentsOf: Self.chunkName)
        }
        output.append(contentsOf: chunkStart)
        JSONText.append(text, to: &output)
        output.append(contentsOf: isFinal ? Self.finalName : Self.notFinalName)
        JSONText.append(seq, to: &output)
        appendEnd(messageID: messageID, to: &output)
    }

    package mutating func appendReasoningChunk(
        _ text: String, messageID: String, seq: Int, to output: inout [UInt8]
    ) {
        appendStart(.reasoningChunk, to: &output)
        output.append(contentsOf: Self.chunkName)
        JSONText.append(text, to: &output)
        output.append(contentsOf: Self.seqName)
        JSONText.append(seq, to: &output)
        appendEnd(messageID: messageID, to: &output)
    }

    /// - Parameter seq: nil for a status that is no event of the session.
    package func appendStatus(
        _ status: SessionStatus, reason: String?, error: AnswerError? = nil, messageID: String? = nil, seq: Int?,
        to output: inout [UInt8]
    ) {
        var params: JSONObject = ["status": status.json]
        params["reason"] = reason.map { .string($0) }
        params["error"] = error?.json
        append(.sessionStatus, params, messageID: messageID, seq: seq, to: &output)
    }

    package func appendToolCall(
        id: String, name: String, arguments: JSONObject, executor: ToolExecutor, needsApproval: Bool = false,
        messageID: String, seq: Int, to output: inout [UInt8]
    ) {
        var params: JSONObject = [
            "toolCallId": .string(id), "toolName": .string(name), "arguments": .object(arguments),
            "executor": .string(executor.rawValue),
        ]
        if needsApproval { params["needsApproval"] = true }
        append(.toolCall, params, messageID: messageID, seq: seq, to: &output)
    }

    package func appendToolResult(
        id: String, name: String, result: String, isError: Bool, durationMilliseconds: Int, messageID: String, seq: Int,
        to output: inout [UInt8]
    ) {
        let params: JSONObject = [
            "toolCallId": .string(id), "toolName": .string(name), "result": .string(result), "isError": .bool(isError),
            "durationMs": .number(JSONNumber(durationMilliseconds)),
        ]
        append(.toolResult, params, messageID: messageID, seq: seq, to: &output)
    }

    package func appendUsage(_ usage: UsageReport, messageID: String, seq: Int, to output: inout [UInt8]) {
        append(.usage, usage.members, messageID: messageID, seq: seq, to: &output)
    }

    // MARK: Layout

    /// `{"jsonrpc":"2.0","method":"…","params":{"sessionId":"…"`
    private func appendStart(_ method: SessionNotificationMethod, to output: inout [UInt8]) {
        output.append(contentsOf: #"{"jsonrpc":"2.0","method":""#.utf8)
        output.append(contentsOf: method.rawValue.utf8)
        output.append(contentsOf: #"","params":{"sessionId":"#.utf8)
        JSONText.append(sessionID, to: &output)
    }

    private mutating func appendEnd(messageID: String, to output: inout [UInt8]) {
        if messageEnd.isEmpty || messageID != self.messageID {
            self.messageID = messageID
            messageEnd = Array(#","messageId":"#.utf8)
            JSONText.append(messageID, to: &messageEnd)
            messageEnd.append(contentsOf: "}}".utf8)
        }
        output.append(contentsOf: messageEnd)
    }

    private func append(
        _ method: SessionNotificationMethod, _ params: JSONObject, messageID: String?, seq: Int?,
        to output: inout [UInt8]
    ) {
        appendStart(method, to: &output)
        var members = params
        members["seq"] = seq.map { .number(JSONNumber($0)) }
        members["messageId"] = messageID.map { .string($0) }
        for member in members.members {
            output.append(UInt8(ascii: ","))
            JSONText.append(member.name, to: &output)
            output.append(UInt8(ascii: ":"))
            output.append(contentsOf: member.value.encoded())
        }
        output.append(contentsOf: "}}".utf8)
    }

    private static let chunkName = Array(#","chunk":"#.utf8)
    private static let seqName = Array(#","seq":"#.utf8)
    private static let finalName = Array(#","isFinal":true,"seq":"#.utf8)
    private static let notFinalName = Array(#","isFinal":false,"seq":"#.utf8)
}
