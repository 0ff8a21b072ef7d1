import AILoop
import HTTP1
import JSON
import Testing

@testable import OpenRouter

@Suite struct APIErrorDecoderTests {
    private let now = 1_767_225_600.0

    private func error(
        _ status: Int, _ fields: [(String, String)] = [], _ body: String, key: String = "",
        messages: [ChatMessage] = []
    ) -> ModelError {
        let decoder = APIErrorDecoder(redactor: DetailRedactor(key: key, messages: messages), unixTime: now)
        return decoder.responseError(ResponseHead(status: status, headers: HTTPHeaders(fields)), body: Array(body.utf8))
    }

    @Test(
        "a status decides the kind and whether to try again",
        arguments: [
            (400, .badRequest, false), (401, .unauthorized, false), (402, .paymentRequired, false),
            (403, .forbidden, false), (404, .modelNotFound, false), (408, .upstreamUnavailable, true),
            (412, .badRequest, false), (413, .badRequest, false), (422, .badRequest, false), (429, .rateLimited, true),
            (500, .upstreamUnavailable, true), (501, .upstreamUnavailable, false), (502, .upstreamUnavailable, true),
            (503, .upstreamUnavailable, true), (504, .upstreamUnavailable, true), (524, .upstreamUnavailable, true),
            (529, .upstreamUnavailable, true), (302, .malformedResponse, false),
        ] as [(Int, ModelError.Kind, Bool)])
    func kinds(_ status: Int, _ kind: ModelError.Kind, _ retryable: Bool) {
        let found = error(status, #"{"error":{"message":"Well."}}"#)
        #expect(found.kind == kind)
        #expect(found.retryable == retryable)
        #expect(found.upstreamStatus == status)
        #expect(found.detail.hasSuffix(": Well."))
        #expect(found.detail.contains(String(status)))
    }

    private func error(_ status: Int, _ body: String) -> ModelError { error(status, [], body) }

    @Test("a code may be a number, a numeric string, a word, or missing")
    func codes() {
        #expect(error(400, #"{"error":{"code":402,"message":"m"}}"#).kind == .paymentRequired)
        #expect(error(400, #"{"error":{"code":"429","message":"m"}}"#).kind == .rateLimited)
        #expect(error(400, #"{"error":{"code":"context_length_exceeded","message":"m"}}"#).kind == .badRequest)
        #expect(error(503, #"{"error":{"http_status":529,"error_type":"x","message":"m"}}"#).upstreamStatus == 529)
        #expect(error(500, #"{"error":{"code":-32000,"message":"m"}}"#).upstreamStatus == 500)
        #expect(error(500, #"{"error":{"code":1,"status":"INTERNAL","message":"m"}}"#).upstreamStatus == 500)
    }

    @Test("spent credits are no rate limit, though the status says so")
    func quota() {
        let found = error(429, #"{"error":{"code":"insufficient_quota","message":"m"}}"#)
        #expect(found.kind == .paymentRequired)
        #expect(!found.retryable)
        #expect(found.upstreamStatus == 429)
    }

    @Test(
        "the provider's own words are shown in place of the general ones",
        arguments: [
            (#"{"error":{"message":"Quota for project exceeded"}}"#, "Quota for project exceeded"),
            (#"plain words"#, "plain words"), (#"{"message":"m2"}"#, "m2"),
            (#"[{"error":{"code":429,"message":"m3","status":"RESOURCE_EXHAUSTED"}}]"#, "m3"),
            ("<html><title>504 Gateway</title></html>", "a web page, \"504 Gateway\""),
            (#"{"detail":[{"loc":["body"],"msg":"too long","input":"prompt"}]}"#, "too long"),
        ])
    func raw(_ raw: String, _ shown: String) {
        let body: JSONValue = [
            "error": [
                "message": "Provider returned error", "code": 502,
                "metadata": ["raw": .string(raw), "provider_name": "Acme"],
            ]
        ]
        #expect(
            error(502, body.jsonText).detail
                == "The AI service answered with status 502 (Bad Gateway): \(shown) [provider: Acme]")
    }

    @Test("where the provider's words are missing, or the message says more, the message is shown")
    func noRaw() {
        let general = #"{"error":{"message":"Provider returned error","metadata":{"raw":"","provider_name":"Acme"}}}"#
        #expect(error(502, general).detail.hasSuffix(": Provider returned error [provider: Acme]"))
        let precise = #"{"error":{"message":"Model is down","metadata":{"raw":"{\"error\":\"x\"}"}}}"#
        #expect(error(502, precise).detail.hasSuffix(": Model is down"))
    }

    @Test("moderation tells its reasons, and nothing of what was written")
    func moderation() {
        let found = error(
            403,
            #"{"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["violence","hate"],"#
                + #""flagged_input":"the hidden words","provider_name":"Acme","model_slug":"m"}}}"#)
        #expect(found.kind == .forbidden)
        #expect(found.detail.hasSuffix(": Your input was flagged [provider: Acme] [reasons: violence, hate]"))
        #expect(!found.detail.contains("hidden"))
    }

    @Test("a guardrail tells which patterns it found")
    func guardrail() {
        let found = error(
            403, #"{"error":{"code":403,"message":"Blocked by a guardrail","metadata":{"patterns":["email","phone"]}}}"#
        )
        #expect(found.kind == .forbidden)
        #expect(!found.retryable)
        #expect(found.detail.hasSuffix(": Blocked by a guardrail [reasons: email, phone]"))
    }

    @Test("availability decides about retrying and about when")
    func availability() {
        let found = error(
            503,
            #"{"error":{"http_status":503,"error_type":"unavailable","message":"m","availability":{"code":"no_provider","#
                + #""retryable":false,"retry_after":12}}}"#)
        #expect(!found.retryable)
        #expect(found.retryAfterSeconds == 12)
        #expect(error(404, #"{"error":{"message":"m","availability":{"retryable":true}}}"#).retryable)
    }

    @Test("providers that failed before are named")
    func previousErrors() {
        let found = error(
            502,
            #"{"error":{"message":"m","metadata":{"provider_name":"C","previous_errors":[{"provider":"A","code":429,"status":429},"#
                + #"{"provider":"B","code":"timeout"},{"code":500}]}}}"#)
        #expect(found.detail.hasSuffix(": m [provider: C] [failed before: A 429, B timeout, 500]"))
    }

    @Test("as many reasons and attempts are listed as the limit says")
    func listLimits() {
        let limit = UpstreamErrorReport.maximumListed
        let reasons = JSONValue.array((1...limit + 1).map { .string("r\($0)") })
        let report = UpstreamErrorReport(["error": ["metadata": ["reasons": reasons, "previous_errors": reasons]]])
        #expect(report.reasons.last == "r\(limit)")
        #expect(report.attempts.isEmpty)
    }

    @Test(
        "Retry-After is understood in seconds and as a date, by the upstream's clock where it is told",
        arguments: [
            ([("Retry-After", "7")], 7), ([("retry-after", "0.5")], 0.5), ([("Retry-After", "-3")], 0),
            ([("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT")], 30),
            ([("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"), ("Date", "Thu, 01 Jan 2026 00:00:20 GMT")], 10),
            ([("Retry-After", "Wed, 31 Dec 2025 00:00:30 GMT")], 0), ([("Retry-After", "soon")], nil),
            ([("Retry-After", "nan")], nil), ([("X-RateLimit-Reset", "1767225642000")], 42),
            ([("X-RateLimit-Reset", "1767225642000"), ("Retry-After", "3")], 3),
            ([("X-RateLimit-Reset", "1767225500000")], nil), ([], nil),
        ] as [([(String, String)], Double?)])
    func retryAfter(_ fields: [(String, String)], _ seconds: Double?) {
        #expect(error(429, fields, "{}").retryAfterSeconds == seconds)
    }

    @Test("a reset that is told in the body counts for rate limits alone")
    func resetInBody() {
        let body = #"{"error":{"code":429,"message":"m","metadata":{"headers":{"X-RateLimit-Reset":"1767225610000"}}}}"#
        #expect(error(429, body).retryAfterSeconds == 10)
        #expect(error(503, [("X-RateLimit-Reset", "1767225642000")], "").retryAfterSeconds == nil)
        let copied = #"{"error":{"code":503,"message":"m","metadata":{"headers":{"retry-after":"4"}}}}"#
        #expect(error(503, copied).retryAfterSeconds == 4)
    }

    @Test("bodies that are no JSON are shown as far as they are words")
    func otherBodies() {
        #expect(error(502, "upstream connect error").detail.hasSuffix(": upstream connect error"))
        #expect(error(502, "").detail == "The AI service answered with status 502 (Bad Gateway)")
        #expect(error(401, "").detail.hasSuffix(": the API key is wrong or missing"))
        #expect(error(502, "<html><body><h1>Oops</h1></body></html>").detail.hasSuffix(": a web page, \"Oops\""))
        #expect(error(502, "<html><body>nothing").detail.hasSuffix(": a web page"))
        #expect(
            error(500, #"{"error":{"message":"cut off, with what was wri"#).detail.hasSuffix("Internal Server Error)"))
        #expect(error(500, "\"just text\"").detail.hasSuffix(": just text"))
        #expect(error(500, #"{"error":true,"message":"both"}"#).detail.hasSuffix(": both"))
        #expect(error(599, "\u{0}\u{1}").detail == "The AI service answered with status 599")
    }

    @Test("neither key nor prompt is shown, wherever the upstream repeats them")
    func secrets() {
        let key = "sk-or-v1-0123456789abcdef"
        let prompt = "a private matter of some length"
        for body in [
            #"{"error":{"message":"key \#(key) and \#(prompt)"}}"#,
            #"{"error":{"message":"Provider returned error","metadata":{"raw":"{\"message\":\"\#(key) \#(prompt)\"}"}}}"#,
            #"{"error":{"message":"m","metadata":{"provider_name":"\#(key)","reasons":["\#(prompt)"]}}}"#,
            #"{"error":{"message":"m","metadata":{"previous_errors":[{"provider":"\#(prompt)"},{"code":"\#(key)"}]}}}"#,
            "<title>\(key) \(prompt)</title>", "\(key) \(prompt)",
        ] {
            let found = error(400, [], body, key: key, messages: [.user(prompt)])
            #expect(!found.detail.contains("0123456789abcdef"), "\(found.detail)")
            #expect(!found.detail.contains("private"), "\(found.detail)")
        }
    }

    @Test(
        "inside of a stream a word stands for a status",
        arguments: [
            ("rate_limit_exceeded", 429), ("server_error", 500), ("overloaded_error", 529), ("invalid_api_key", 401),
            ("insufficient_quota", 402), ("model_not_found", 404), ("invalid_request_error", 400),
            ("request_timeout", 504), ("content_policy_violation", 403), ("something_else", nil),
        ] as [(String, Int?)])
    func words(_ code: String, _ status: Int?) {
        let decoder = APIErrorDecoder(redactor: DetailRedactor(), unixTime: now)
        #expect(decoder.streamError(["error": ["code": .string(code), "message": "m"]]).upstreamStatus == status)
    }
}
