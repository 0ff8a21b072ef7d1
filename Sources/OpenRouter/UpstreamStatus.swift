import AILoop

/// What a status of the upstream means for the call: HTTP's, or the same number inside of a stream.
enum UpstreamStatus {
    static func kind(of status: Int) -> ModelError.Kind {
        switch status {
        case 401: .unauthorized
        case 402: .paymentRequired
        case 403: .forbidden
        case 404: .modelNotFound
        // The upstream's own time-out, not one of ours.
        case 408: .upstreamUnavailable
        case 429: .rateLimited
        case 400..<500: .badRequest
        case 500..<600: .upstreamUnavailable
        default: .malformedResponse
        }
    }

    /// Whether the same request may well succeed later.
    static func isRetryable(_ status: Int) -> Bool {
        switch status {
        case 408, 429, 500, 502, 503, 504, 520...529: true
        default: false
        }
    }

    /// The status that a textual `code`, `type` or `error_type` stands for, where it is one of the usual words.
    static func named(_ code: String) -> Int? {
        let code = code.lowercased()
        return names.first { code.contains($0.part) }?.status
    }

    /// Parts of such words, the more specific ones first.
    private static let names: [(part: String, status: Int)] = [
        ("insufficient_quota", 402), ("insufficient_credits", 402), ("payment", 402), ("billing", 402),
        ("rate_limit", 429), ("ratelimit", 429), ("too_many_requests", 429), ("resource_exhausted", 429),
        ("overloaded", 529), ("unavailable", 503), ("no_available", 503),
        ("timeout", 504), ("timed_out", 504), ("deadline", 504),
        ("api_key", 401), ("authentication", 401), ("unauthorized", 401), ("unauthenticated", 401),
        ("permission", 403), ("forbidden", 403), ("moderation", 403), ("content_policy", 403), ("guardrail", 403),
        ("not_found", 404), ("notfound", 404),
        ("too_large", 413), ("context_length", 400), ("invalid", 400), ("bad_request", 400), ("badrequest", 400),
        ("unprocessable", 422),
        ("bad_gateway", 502), ("network_error", 502), ("server_error", 500), ("internal", 500), ("api_error", 500),
    ]

    /// The number with its name, as a person reads it.
    static func described(_ status: Int) -> String {
        phrases[status].map { "\(status) (\($0))" } ?? String(status)
    }

    private static let phrases: [Int: String] = [
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 408: "Request Timeout", 412: "Precondition Failed", 413: "Content Too Large",
        415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout", 520: "Unknown Error", 521: "Web Server Is Down", 522: "Connection Timed Out",
        523: "Origin Is Unreachable", 524: "A Timeout Occurred", 529: "Overloaded",
    ]
}
