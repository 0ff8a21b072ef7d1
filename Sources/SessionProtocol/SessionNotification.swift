package import JSON

/// A notification as a client takes it.
package struct SessionNotification: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case status(SessionStatus, reason: String?, error: AnswerError?)
        case chunk(String, isFinal: Bool)
        case reasoningChunk(String)
        case toolCall(
            id: String, name: String, arguments: JSONObject, executor: ToolExecutor, needsApproval: Bool = false)
        case toolResult(id: String, name: String, result: String, isError: Bool, durationMilliseconds: Int)
        case usage(UsageReport)
    }

    package var sessionID: String
    /// nil from servers that do not count, and where the session was attached elsewhere.
    package var seq: Int?
    package var messageID: String?
    package var content: Content

    package init(sessionID: String, seq: Int?, messageID: String?, content: Content) {
        self.sessionID = sessionID
        self.seq = seq
        self.messageID = messageID
        self.content = content
    }

    /// nil where the method is none that is known, or its params are not what they must be.
    package init?(method: String, params: JSONValue?) {
        guard let method = SessionNotificationMethod(rawValue: method), let params,
            let sessionID = params["sessionId"]?.string, let content = Content(method, params)
        else { return nil }
        self.init(
            sessionID: sessionID, seq: params["seq"]?.int, messageID: params["messageId"]?.string, content: content)
    }
}

extension SessionNotification.Content {
    fileprivate init?(_ method: SessionNotificationMethod, _ params: JSONValue) {
        switch method {
        case .sessionStatus:
            guard let status = params["status"]?.int.flatMap(SessionStatus.init) else { return nil }
            self = .status(
                status, reason: params["reason"]?.string, error: params["error"].flatMap { AnswerError($0) })
        case .messageChunk:
            guard let chunk = params["chunk"]?.string, let isFinal = params["isFinal"]?.bool else { return nil }
            self = .chunk(chunk, isFinal: isFinal)
        case .reasoningChunk:
            guard let chunk = params["chunk"]?.string else { return nil }
            self = .reasoningChunk(chunk)
        case .toolCall:
            guard let id = params["toolCallId"]?.string, let name = params["toolName"]?.string,
                let arguments = params["arguments"]?.object
            else { return nil }
            // Servers that run no tools do not say who does.
            let executor = params["executor"]?.string.flatMap(ToolExecutor.init) ?? .client
            let needsApproval = params["needsApproval"]?.bool ?? false
            self = .toolCall(
                id: id, name: name, arguments: arguments, executor: executor, needsApproval: needsApproval)
        case .toolResult:
            guard let id = params["toolCallId"]?.string, let name = params["toolName"]?.string,
                let result = params["result"]?.string, let isError = params["isError"]?.bool,
                let duration = params["durationMs"]?.int
            else { return nil }
            self = .toolResult(id: id, name: name, result: result, isError: isError, durationMilliseconds: duration)
        case .usage:
            guard let usage = UsageReport(params) else { return nil }
            self = .usage(usage)
        }
    }
}
