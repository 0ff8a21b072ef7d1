package import JSON
package import SessionProtocol

/// What is shown of a conversation, in the order of its happening.
package enum ChatEvent: Sendable, Hashable {
    /// A session has begun; an answer by `model` will be.
    case session(id: String, model: String)
    case text(String)
    case reasoning(String)
    case toolCall(
        id: String, name: String, arguments: JSONObject, executor: ToolExecutor, needsApproval: Bool = false)
    /// The server's run of a call has ended, or was refused.
    case toolResult(id: String, run: ToolRun, result: String)
    /// The connection is lost; it is tried to have it back.
    case reconnecting(attempt: Int, of: Int, reason: String)
    case reconnected
    /// An answer has ended.
    case done(ChatEnding)
    /// Words for the person.
    case said(String)
    /// As ``said(_:)``, where something went wrong.
    case failed(String)
}

/// How an answer ended.
package struct ChatEnding: Sendable, Hashable {
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It is whole.
        case stop
        case cancelled
        /// The AI service, the server or this program failed.
        case error
        /// The connection to the server is lost for good.
        case disconnected
    }

    package var reason: Reason
    package var usage: MessageUsage?
    /// With ``Reason/error`` and ``Reason/disconnected``.
    package var error: ChatFailure?

    package init(_ reason: Reason, usage: MessageUsage? = nil, error: ChatFailure? = nil) {
        self.reason = reason
        self.usage = usage
        self.error = error
    }
}

/// Why there is no whole answer.
package struct ChatFailure: Sendable, Hashable {
    /// A word for programs: one of the API's error kinds, or of ``Kind``.
    package var kind: String
    /// A sentence for a person.
    package var detail: String
    /// HTTP status of the AI service.
    package var upstreamStatus: Int?
    package var retryAfterSeconds: Double?

    /// The kinds that this program adds.
    package enum Kind: String, Sendable, CaseIterable {
        case unreachable, disconnected, sessionEnded, toolUnanswered, configuration, unreadableInput, unreadableFile,
            usage
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind.rawValue
        self.detail = detail
    }

    init(kind: String, detail: String) {
        self.kind = kind
        self.detail = detail
    }

    init(_ error: AnswerError) {
        kind = error.kind.rawValue
        detail = error.detail
        upstreamStatus = error.upstreamStatus
        retryAfterSeconds = error.retryAfterSeconds
    }
}

/// What one message used, over all of its model calls.
package struct MessageUsage: Sendable, Hashable {
    package var modelCalls = 0
    package var promptTokens = 0
    package var completionTokens = 0
    package var totalTokens = 0
    package var cachedTokens: Int?
    package var reasoningTokens: Int?
    /// US dollars.
    package var cost: Double?
    /// The model that answered last.
    package var model = ""

    package init() {}

    package mutating func add(_ report: UsageReport) {
        modelCalls += 1
        promptTokens &+= report.promptTokens
        completionTokens &+= report.completionTokens
        totalTokens &+= report.totalTokens
        cachedTokens = Self.sum(cachedTokens, report.cachedTokens)
        reasoningTokens = Self.sum(reasoningTokens, report.reasoningTokens)
        if let cost = report.cost { self.cost = (self.cost ?? 0) + cost }
        model = report.model
    }

    package mutating func add(_ other: MessageUsage) {
        modelCalls += other.modelCalls
        promptTokens &+= other.promptTokens
        completionTokens &+= other.completionTokens
        totalTokens &+= other.totalTokens
        cachedTokens = Self.sum(cachedTokens, other.cachedTokens)
        reasoningTokens = Self.sum(reasoningTokens, other.reasoningTokens)
        if let cost = other.cost { self.cost = (self.cost ?? 0) + cost }
        model = other.model
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        right.map { (left ?? 0) &+ $0 } ?? left
    }
}

extension ChatEvent {
    /// One line of `--json`; nil for what is for people only.
    package var json: JSONValue? {
        switch self {
        case .session(let id, let model):
            ["event": "session", "sessionId": .string(id), "model": .string(model)]
        case .text(let text): ["event": "chunk", "text": .string(text)]
        case .reasoning(let text): ["event": "reasoning", "text": .string(text)]
        case .toolCall(let id, let name, let arguments, let executor, let needsApproval):
            [
                "event": "toolCall", "toolCallId": .string(id), "name": .string(name), "arguments": .object(arguments),
                "executor": .string(executor.rawValue), "needsApproval": .bool(needsApproval),
            ]
        case .toolResult(let id, let run, let result):
            [
                "event": "toolResult", "toolCallId": .string(id), "name": .string(run.name), "result": .string(result),
                "isError": .bool(run.isError), "durationMs": .number(JSONNumber(run.durationMilliseconds)),
            ]
        case .reconnecting(let attempt, let count, let reason):
            [
                "event": "reconnecting", "attempt": .number(JSONNumber(attempt)),
                "maximumAttempts": .number(JSONNumber(count)), "reason": .string(reason),
            ]
        case .reconnected: ["event": "reconnected"]
        case .done(let ending): ending.json
        case .said, .failed: nil
        }
    }
}

extension ChatEnding {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "event": "done", "reason": .string(reason.rawValue), "usage": usage.map { $0.json } ?? .null,
        ]
        if let error {
            var members: JSONObject = ["kind": .string(error.kind), "detail": .string(error.detail)]
            members["upstreamStatus"] = error.upstreamStatus.map { .number(JSONNumber($0)) }
            members["retryAfterSeconds"] = error.retryAfterSeconds.flatMap { JSONNumber($0) }.map { .number($0) }
            object["error"] = .object(members)
        }
        return .object(object)
    }
}

extension MessageUsage {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "modelCalls": .number(JSONNumber(modelCalls)), "promptTokens": .number(JSONNumber(promptTokens)),
            "completionTokens": .number(JSONNumber(completionTokens)), "totalTokens": .number(JSONNumber(totalTokens)),
        ]
        object["cachedTokens"] = cachedTokens.map { .number(JSONNumber($0)) }
        object["reasoningTokens"] = reasoningTokens.map { .number(JSONNumber($0)) }
        object["cost"] = cost.flatMap { JSONNumber($0) }.map { .number($0) }
        object["model"] = .string(model)
        return .object(object)
    }

    /// For a person: `120 + 300 = 420 tokens, $0.0012`.
    var phrase: String {
        let tokens = "\(promptTokens) + \(completionTokens) = \(totalTokens) tokens"
        return cost.map { "\(tokens), \(Self.dollars($0))" } ?? tokens
    }

    /// To the millionth, as prices of tokens are.
    private static func dollars(_ amount: Double) -> String {
        guard let millionths = Int(exactly: (amount * 1e6).rounded()), millionths >= 0 else { return "$\(amount)" }
        let fraction = String(millionths % 1_000_000)
        return "$\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}
