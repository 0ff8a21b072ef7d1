package import JSON

/// Why a message has no answer: `error` of a status 3.
package struct AnswerError: Sendable, Hashable {
    package var kind: AnswerErrorKind
    /// A sentence for a person.
    package var detail: String
    package var retryable: Bool
    /// HTTP status of the AI service.
    package var upstreamStatus: Int?
    package var retryAfterSeconds: Double?
    package var messageID: String?

    package init(
        kind: AnswerErrorKind, detail: String, retryable: Bool, upstreamStatus: Int? = nil,
        retryAfterSeconds: Double? = nil, messageID: String? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.retryable = retryable
        self.upstreamStatus = upstreamStatus
        self.retryAfterSeconds = retryAfterSeconds
        self.messageID = messageID
    }

    /// nil where it is no such object; kinds that a later server adds count as ``AnswerErrorKind/other``.
    package init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.string, let detail = value["detail"]?.string,
            let retryable = value["retryable"]?.bool
        else { return nil }
        self.init(
            kind: AnswerErrorKind(rawValue: kind) ?? .other, detail: detail, retryable: retryable,
            upstreamStatus: value["upstreamStatus"]?.int, retryAfterSeconds: value["retryAfterSeconds"]?.double,
            messageID: value["messageId"]?.string)
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "detail": .string(detail), "retryable": .bool(retryable),
        ]
        object["upstreamStatus"] = upstreamStatus.map { .number(JSONNumber($0)) }
        object["retryAfterSeconds"] = retryAfterSeconds.flatMap { JSONNumber($0) }.map { .number($0) }
        object["messageId"] = messageID.map { .string($0) }
        return .object(object)
    }
}

/// `error.kind` of a status 3: a closed list. ``other`` is never sent: see ``AnswerError/init(_:)``.
package enum AnswerErrorKind: String, Sendable, Hashable, CaseIterable {
    case timeout, unauthorized, paymentRequired, forbidden, modelNotFound, badRequest, rateLimited
    case upstreamUnavailable, connectionFailed, truncated, malformedResponse, limitReached, other

    /// For the reference.
    package var summary: String {
        switch self {
        case .timeout: "no first byte, no next byte, or no end in time"
        case .unauthorized: "the AI service refuses the server's key"
        case .paymentRequired: "the credits at the AI service are used up"
        case .forbidden: "moderation, a guardrail, or a missing permission"
        case .modelNotFound: "there is no such model"
        case .badRequest: "the AI service does not take the request: parameters, context length"
        case .rateLimited: "the AI service limits the rate"
        case .upstreamUnavailable: "the AI service is broken or overloaded"
        case .connectionFailed: "the AI service cannot be reached"
        case .truncated: "the answer broke off in the middle"
        case .malformedResponse: "what the AI service sent is no answer"
        case .limitReached: "a limit of the server ended the answer"
        case .other: "not sent by this server; what a client makes of a kind that it does not know"
        }
    }
}
