import JSON

/// What an upstream says about a failure, collected from whichever of the usual shapes it chose.
///
/// `flagged_input` and everything else that repeats the request is not looked at.
struct UpstreamErrorReport {
    /// 400…599, as a number or a numeric string.
    var status: Int?
    /// Textual `code`, `type`, `status` and `error_type`, in the order in which they are looked at.
    var codes: [String] = []
    var message: String?
    var provider: String?
    /// Why moderation refused, or what a guardrail found.
    var reasons: [String] = []
    /// Providers that were tried before, with their status.
    var attempts: [String] = []
    var retryable: Bool?
    var retryAfterSeconds: Double?
    /// `X-RateLimit-Reset` among the header fields that OpenRouter copies into `metadata`: milliseconds since 1970.
    var rateLimitResetMilliseconds: Double?

    /// No more than this many reasons and attempts are kept.
    static let maximumListed = 8
    private static let maximumMessageDepth = 4

    init(_ payload: JSONValue) {
        // Google answers with an array of one error.
        let root = payload.array?.first ?? payload
        provider = root["provider"]?.string
        switch root["error"] {
        case .string(let text): message = text
        case .object(let error): read(.object(error))
        default: break
        }
        let isWrapped = root["error"]?.object != nil
        if !isWrapped || (status == nil && codes.isEmpty) { readCodes(of: root) }
        if message == nil { message = Self.message(in: isWrapped ? root["message"] : root) }
    }

    private mutating func read(_ error: JSONValue) {
        readCodes(of: error)
        let metadata = error["metadata"]
        if let type = metadata?["error_type"]?.string { codes.append(type) }
        provider = metadata?["provider_name"]?.string ?? provider
        message = Self.message(in: error)
        if let cause = metadata?["raw"].flatMap(Self.cause), message.map(Self.isGeneric) ?? true { message = cause }
        let listed = metadata?["reasons"]?.array ?? metadata?["patterns"]?.array ?? []
        reasons = listed.prefix(Self.maximumListed).compactMap(\.string)
        let previous = metadata?["previous_errors"] ?? error["previous_errors"]
        attempts = (previous?.array ?? []).prefix(Self.maximumListed).compactMap(Self.attempt)
        readRetry(error, metadata: metadata)
    }

    private mutating func readCodes(of error: JSONValue) {
        for name in ["code", "http_status", "status", "status_code", "statusCode", "type", "error_type"] {
            guard let value = error[name] else { continue }
            if let number = value.int ?? value.string.flatMap({ Int($0) }) {
                if status == nil, (400...599).contains(number) { status = number }
            } else if let text = value.string, !text.isEmpty {
                codes.append(text)
            }
        }
    }

    private mutating func readRetry(_ error: JSONValue, metadata: JSONValue?) {
        let availability = error["availability"]
        if let code = availability?["code"]?.string { codes.append(code) }
        retryable = availability?["retryable"]?.bool ?? error["retryable"]?.bool
        let headers = metadata?["headers"]?.object
        retryAfterSeconds =
            Self.seconds(availability?["retry_after"]) ?? Self.seconds(error["retry_after"])
            ?? Self.seconds(metadata?["retry_after"]) ?? Self.seconds(Self.field("retry-after", of: headers))
        rateLimitResetMilliseconds = Self.seconds(Self.field("x-ratelimit-reset", of: headers))
    }

    private static func field(_ name: String, of headers: JSONObject?) -> JSONValue? {
        headers?.members.first { $0.name.lowercased() == name }?.value
    }

    private static func seconds(_ value: JSONValue?) -> Double? {
        guard let number = value?.double ?? value?.string.flatMap({ Double($0) }), number.isFinite, number >= 0 else {
            return nil
        }
        return number
    }

    /// `Provider returned error` says nothing; the provider's own words are in `metadata.raw`.
    private static func isGeneric(_ message: String) -> Bool {
        message.lowercased().hasPrefix("provider returned error")
    }

    /// The message inside of `metadata.raw`: an object, JSON text, a web page, or plain words.
    private static func cause(_ raw: JSONValue) -> String? {
        guard let text = raw.string else { return message(in: raw) }
        guard !text.isEmpty else { return nil }
        return ErrorPage.message(of: text)
    }

    private static func attempt(_ value: JSONValue) -> String? {
        let status = value["status"]?.int ?? value["code"]?.int
        let reason = status.map(String.init) ?? value["code"]?.string
        guard let provider = value["provider"]?.string ?? value["provider_name"]?.string else { return reason }
        return reason.map { "\(provider) \($0)" } ?? provider
    }

    /// The first sentence for a person that can be found in `value`.
    static func message(in value: JSONValue?, depth: Int = 0) -> String? {
        guard let value, depth < maximumMessageDepth else { return nil }
        switch value {
        case .string(let text):
            return text.isEmpty ? nil : text
        case .array(let elements):
            // Validators list what they found: [{"loc": […], "msg": "…", "input": the request's text}].
            let found = elements.prefix(3).compactMap { message(in: $0, depth: depth + 1) }
            return found.isEmpty ? nil : found.joined(separator: "; ")
        case .object(let object):
            for name in ["message", "msg", "detail", "details", "error_description", "error", "title"] {
                if let found = message(in: object[name], depth: depth + 1) { return found }
            }
            return nil
        case .null, .bool, .number:
            return nil
        }
    }
}
