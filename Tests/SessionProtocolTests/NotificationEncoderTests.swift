import JSON
import SessionProtocol
import Testing

/// What the encoder writes, letter by letter, and that a client reads the same from it.
@Suite struct NotificationEncoderTests {
    private func text(_ write: (inout NotificationEncoder, inout [UInt8]) -> Void) -> String {
        var encoder = NotificationEncoder(sessionID: "s-1")
        var output: [UInt8] = []
        write(&encoder, &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func decoded(_ text: String) throws -> SessionNotification? {
        let message = try JSONParser.parse(Array(text.utf8))
        #expect(message["jsonrpc"] == "2.0")
        #expect(message["id"] == nil)
        return SessionNotification(method: try #require(message["method"]?.string), params: message["params"])
    }

    @Test func aChunk() throws {
        let text = text { $0.appendChunk("Hel\"lo\n", isFinal: false, messageID: "m", seq: 7, to: &$1) }
        #expect(
            text
                == #"{"jsonrpc":"2.0","method":"AIMessageChunkNotification","params":{"sessionId":"s-1","chunk":"Hel\"lo\n","isFinal":false,"seq":7,"messageId":"m"}}"#
        )
        #expect(
            try decoded(text)
                == SessionNotification(
                    sessionID: "s-1", seq: 7, messageID: "m", content: .chunk("Hel\"lo\n", isFinal: false)))
    }

    @Test func theFinalChunk() throws {
        let text = text { $0.appendChunk("", isFinal: true, messageID: "m", seq: 8, to: &$1) }
        #expect(
            try decoded(text)
                == SessionNotification(sessionID: "s-1", seq: 8, messageID: "m", content: .chunk("", isFinal: true)))
    }

    /// What is laid out once must not leak from one message into the next.
    @Test func chunksOfSeveralMessagesInTurn() throws {
        var encoder = NotificationEncoder(sessionID: "quo\"ted")
        for (seq, messageID) in ["a", "b", "b", "a\\", "a"].enumerated() {
            var output: [UInt8] = []
            encoder.appendChunk("t\(seq)", isFinal: false, messageID: messageID, seq: seq, to: &output)
            #expect(
                try decoded(String(decoding: output, as: UTF8.self))
                    == SessionNotification(
                        sessionID: "quo\"ted", seq: seq, messageID: messageID,
                        content: .chunk("t\(seq)", isFinal: false)))
        }
    }

    @Test func itAppendsToWhatIsThere() {
        var encoder = NotificationEncoder(sessionID: "s")
        var output = Array("before".utf8)
        encoder.appendChunk("x", isFinal: false, messageID: "m", seq: 1, to: &output)
        #expect(String(decoding: output, as: UTF8.self).hasPrefix(#"before{"jsonrpc""#))
    }

    @Test func aReasoningChunk() throws {
        let text = text { $0.appendReasoningChunk("hm", messageID: "m", seq: 2, to: &$1) }
        #expect(
            text
                == #"{"jsonrpc":"2.0","method":"AIReasoningChunkNotification","params":{"sessionId":"s-1","chunk":"hm","seq":2,"messageId":"m"}}"#
        )
        #expect(
            try decoded(text)
                == SessionNotification(sessionID: "s-1", seq: 2, messageID: "m", content: .reasoningChunk("hm")))
    }

    @Test func aStatusWithAndWithoutWhatIsOptional() throws {
        let started = text { $0.appendStatus(.active, reason: "Session started", seq: 1, to: &$1) }
        #expect(
            started
                == #"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"sessionId":"s-1","status":1,"reason":"Session started","seq":1}}"#
        )
        let elsewhere = text { $0.appendStatus(.stopped, reason: nil, seq: nil, to: &$1) }
        #expect(
            elsewhere
                == #"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"sessionId":"s-1","status":2}}"#)
        #expect(
            try decoded(elsewhere)
                == SessionNotification(
                    sessionID: "s-1", seq: nil, messageID: nil, content: .status(.stopped, reason: nil, error: nil)))
    }

    @Test(arguments: AnswerErrorKind.allCases)
    func aStatusWithAnError(kind: AnswerErrorKind) throws {
        for isFull in [true, false] {
            let error = AnswerError(
                kind: kind, detail: "It broke.", retryable: isFull, upstreamStatus: isFull ? 503 : nil,
                retryAfterSeconds: isFull ? 1.5 : nil, messageID: isFull ? "m" : nil)
            let text = text {
                $0.appendStatus(.error, reason: "Error: It broke.", error: error, messageID: "m", seq: 3, to: &$1)
            }
            #expect(
                try decoded(text)
                    == SessionNotification(
                        sessionID: "s-1", seq: 3, messageID: "m",
                        content: .status(.error, reason: "Error: It broke.", error: error)))
        }
    }

    /// Names that no number can be written of are left out, not written as something that is no JSON.
    @Test func anErrorWithoutAFiniteWait() {
        let error = AnswerError(kind: .rateLimited, detail: "d", retryable: true, retryAfterSeconds: .infinity)
        #expect(error.json == ["kind": "rateLimited", "detail": "d", "retryable": true])
    }

    @Test(arguments: ToolExecutor.allCases)
    func aToolCall(executor: ToolExecutor) throws {
        let arguments: JSONObject = ["city": "Paris", "days": 2, "exact": .number(JSONNumber(validated: "1.50"))]
        let text = text {
            $0.appendToolCall(
                id: "c", name: "f", arguments: arguments, executor: executor, messageID: "m", seq: 4, to: &$1)
        }
        #expect(
            text.contains(#""arguments":{"city":"Paris","days":2,"exact":1.50},"executor":"\#(executor.rawValue)""#))
        #expect(
            try decoded(text)
                == SessionNotification(
                    sessionID: "s-1", seq: 4, messageID: "m",
                    content: .toolCall(id: "c", name: "f", arguments: arguments, executor: executor)))
    }

    @Test func aToolCallThatNeedsApprovalSaysSo() throws {
        let text = text {
            $0.appendToolCall(
                id: "c", name: "f", arguments: [:], executor: .server, needsApproval: true, messageID: "m", seq: 4,
                to: &$1)
        }
        let content = SessionNotification.Content.toolCall(
            id: "c", name: "f", arguments: [:], executor: .server, needsApproval: true)
        #expect(
            try decoded(text) == SessionNotification(sessionID: "s-1", seq: 4, messageID: "m", content: content))
    }

    @Test func aToolResult() throws {
        let text = text {
            $0.appendToolResult(
                id: "c", name: "f", result: "4\n2", isError: true, durationMilliseconds: 17, messageID: "m", seq: 5,
                to: &$1)
        }
        let content = SessionNotification.Content.toolResult(
            id: "c", name: "f", result: "4\n2", isError: true, durationMilliseconds: 17)
        #expect(
            try decoded(text) == SessionNotification(sessionID: "s-1", seq: 5, messageID: "m", content: content))
    }

    @Test func usageWithAndWithoutWhatIsOptional() throws {
        let reports = [
            UsageReport(
                promptTokens: 3, completionTokens: 4, totalTokens: 7, cachedTokens: 1, reasoningTokens: 2, cost: 0.25,
                model: "a/b", generationID: "g"),
            UsageReport(promptTokens: 0, completionTokens: 0, totalTokens: 0, model: ""),
        ]
        for report in reports {
            let text = text { $0.appendUsage(report, messageID: "m", seq: 5, to: &$1) }
            #expect(
                try decoded(text)
                    == SessionNotification(sessionID: "s-1", seq: 5, messageID: "m", content: .usage(report)))
        }
    }

    // MARK: What a client does with what it does not know

    @Test(arguments: [
        ("Unheard", #"{"sessionId":"s"}"#), ("SessionStatusNotification", #"{"status":1}"#),
        ("SessionStatusNotification", #"{"sessionId":"s","status":9}"#),
        ("AIMessageChunkNotification", #"{"sessionId":"s","chunk":"x"}"#),
        ("AIMessageChunkNotification", #"{"sessionId":"s","chunk":5,"isFinal":true}"#),
        ("AIReasoningChunkNotification", #"{"sessionId":"s"}"#),
        ("ToolCallNotification", #"{"sessionId":"s","toolCallId":"c","toolName":"f","arguments":"{}"}"#),
        ("UsageNotification", #"{"sessionId":"s","promptTokens":1,"completionTokens":2,"model":"m"}"#),
        ("UsageNotification", "[]"),
        ("ToolResultNotification", #"{"sessionId":"s","toolCallId":"c","toolName":"f","result":"r","isError":false}"#),
    ])
    func whatIsNoNotificationIsNone(method: String, params: String) throws {
        #expect(SessionNotification(method: method, params: try JSONParser.parse(Array(params.utf8))) == nil)
        #expect(SessionNotification(method: method, params: nil) == nil)
    }

    @Test func anOlderServersToolCallIsTheClients() throws {
        let params: JSONValue = ["sessionId": "s", "toolCallId": "c", "toolName": "f", "arguments": [:]]
        #expect(
            SessionNotification(method: "ToolCallNotification", params: params)?.content
                == .toolCall(id: "c", name: "f", arguments: [:], executor: .client))
    }

    @Test func anErrorKindOfALaterServerIsOther() {
        let error = AnswerError(["kind": "of tomorrow", "detail": "d", "retryable": false])
        #expect(error?.kind == .other)
        #expect(AnswerError(["kind": "timeout", "detail": "d"]) == nil)
    }
}
