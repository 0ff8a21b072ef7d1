import Diagnostics
import JSON
import JSONRPC
import SessionProtocol

/// What the server says: answers to requests, and notifications of the session.
extension ScriptPlayer {
    mutating func receive(_ message: [UInt8]) {
        let replies: [JSONRPCReply]
        do throws(JSONRPCReplyError) {
            replies = try JSONRPCReply.decode(message)
        } catch {
            return abandon(PlayFailure(.malformedReply, "the server sent something that is \(error)"))
        }
        for reply in replies {
            switch reply {
            case .response(let response): receive(response)
            case .notification(let method, let params):
                guard let notification = SessionNotification(method: method, params: params) else { continue }
                receive(notification)
            }
        }
    }

    // MARK: Answers

    private mutating func receive(_ response: JSONRPCResponse) {
        switch phase {
        case .awaitingRefusal where response.id == .null: refused(response)
        case .calling(let id, let purpose, _) where response.id == .number(JSONNumber(id)):
            switch response.outcome {
            case .success(let result): succeeded(purpose, result)
            case .failure(let error): failed(purpose, error)
            }
        case .leaving(let id, _) where response.id == .number(JSONNumber(id)): end()
        default: break
        }
    }

    private mutating func succeeded(_ purpose: Purpose, _ result: JSONValue) {
        switch purpose {
        case .startSession:
            guard let id = result["sessionId"]?.string else {
                return abandon(PlayFailure(.malformedReply, "the server started a session without `sessionId`"))
            }
            session = LiveSession(id: id, resumeToken: result["resumeToken"]?.string)
            // Where a message asked for it, that is still to come.
            if case .startSession = script.commands[next].action { pass() } else { phase = .between }
        case .sendMessage:
            phase = .between
            guard let last = open.indices.last else { return }
            open[last].id = result["messageId"]?.string
        case .toolResult(let call):
            toolCalls.removeAll { $0.id == call.id }
            if case .provideToolResult(let value, _, _) = script.commands[next].action {
                tell(.toolResult(name: call.name, value))
            }
            pass()
        case .stopPrevious:
            session = nil
            phase = .between
        case .stopSession:
            session = nil
            pass()
        case .attach:
            tell(.reconnected)
            pass()
        }
    }

    private mutating func failed(_ purpose: Purpose, _ error: JSONRPCError) {
        let detail = error.detail ?? error.message
        let failure = PlayFailure(
            .refused, "the server refused `\(purpose.method)` with \(error.code.rawValue): \(detail)")
        switch purpose {
        case .sendMessage:
            phase = .between
            if let message = open.last { fail(message, failure) }
        // Without a session there is nothing to go on with.
        case .startSession, .attach: abandon(failure)
        case .toolResult, .stopSession, .stopPrevious: fail(script.commands[next], failure)
        }
    }

    private mutating func refused(_ response: JSONRPCResponse) {
        switch response.outcome {
        case .failure(let error) where error.code == .parseError: pass()
        case .failure(let error):
            fail(
                script.commands[next],
                PlayFailure(.refused, "the server answered \(error.code.rawValue) instead of -32700: \(error.message)"))
        case .success:
            fail(script.commands[next], PlayFailure(.refused, "the server answered with a result"))
        }
    }

    // MARK: Notifications

    private mutating func receive(_ notification: SessionNotification) {
        guard let session, notification.sessionID == session.id else { return }
        if case .leaving = phase { return }
        if let seq = notification.seq {
            guard seq == session.lastSeq + 1 else { return outOfSequence(seq, after: session.lastSeq) }
            self.session?.lastSeq = seq
        }
        let index = open.firstIndex { $0.id == notification.messageID || notification.messageID == nil }
        switch notification.content {
        case .status(.stopped, let reason, _):
            self.session = nil
            abandon(PlayFailure(.session, "the session has ended\(reason.map { ": \($0)" } ?? "")"))
        case .status(.error, let reason, let error):
            guard let index else { return }
            let detail = error?.detail ?? reason ?? "the server gave no reason"
            fail(open[index], PlayFailure(.answer, detail.hasSuffix(".") ? String(detail.dropLast()) : detail))
        case .status, .reasoningChunk, .toolResult: break
        case .chunk(_, isFinal: true):
            if let index { finish(open[index]) }
        case .chunk(let text, isFinal: false):
            guard let index else { return }
            tell(.chunk(text))
            if !open[index].add(chunk: text, now: now) { failTooLong(open[index]) }
        case .toolCall(let id, let name, let arguments, let executor, _):
            guard let index else { return }
            let record = ToolCallRecord(name: name, arguments: arguments, executor: executor)
            tell(.toolCall(record))
            if executor == .client { toolCalls.append(ToolCall(id: id, name: name, line: open[index].command.line)) }
            if !open[index].add(record) { failTooLong(open[index]) }
        case .usage(let usage):
            if let index { open[index].add(usage) }
        }
    }

    private mutating func failTooLong(_ message: OpenMessage) {
        let limit = "\(OpenMessage.maximumAnswerBytes >> 20) MiB"
        fail(message, PlayFailure(.answer, "the answer is larger than \(limit)"), cancelling: true)
    }

    private mutating func outOfSequence(_ seq: Int, after last: Int) {
        let what =
            seq <= last
            ? "notification \(seq) of the session came again, after \(last)"
            : "notification \(seq) of the session came after \(last): \(seq - last - 1) are lost"
        session?.lastSeq = max(seq, last)
        abandon(PlayFailure(.sequence, what))
    }

    // MARK: Messages that would never end

    /// Fails a message that would never end; true where there was one.
    mutating func failHopeless() -> Bool {
        if failUnanswerableCall() { return true }
        guard !isConnected, let message = open.first else { return false }
        fail(
            message,
            PlayFailure(
                .connection, "the script closes the connection before the answer has ended",
                help: "put `reconnect` behind `disconnect`"))
        return true
    }

    // MARK: Tool calls

    /// Whether the command names the call, or any.
    static func fits(_ command: ScriptCommand, _ call: ToolCall) -> Bool {
        guard case .provideToolResult(_, let id, let name) = command.action else { return false }
        return (id == nil || id == call.id) && (name == nil || name == call.name)
    }

    mutating func provide(_ result: JSONValue, _ command: ScriptCommand) {
        guard let session, let toolCall = toolCalls.first(where: { Self.fits(command, $0) }) else {
            return fail(
                command, PlayFailure(.toolCall, "the answer has ended, and no tool call waits for this result"))
        }
        call(
            "provideToolResult",
            ["sessionId": .string(session.id), "toolCallId": .string(toolCall.id), "result": result],
            .toolResult(toolCall))
    }

    /// Fails the message of a tool call that none of the results fits which the script gives next: it would never end. True where
    /// there was one.
    private mutating func failUnanswerableCall() -> Bool {
        let given = script.commands[next...].prefix { command in
            if case .provideToolResult = command.action { true } else { false }
        }
        let unanswerable = toolCalls.first { call in !given.contains { Self.fits($0, call) } }
        guard let call = unanswerable, let message = open.first(where: { $0.command.line == call.line }) else {
            return false
        }
        let failure = PlayFailure(
            .toolCall, "the model called \(quotedForDisplay(call.name)), and the script has no result for it",
            help: #"put {"command": "provideToolResult", "toolName": …, "result": …} behind the message"#)
        fail(message, failure, cancelling: true)
        return true
    }
}
