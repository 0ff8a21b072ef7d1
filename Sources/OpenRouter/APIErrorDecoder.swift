package import AILoop
package import HTTP1
package import JSON

/// Turns what an upstream says about a failure into a ``ModelError``: bodies of responses that are not 2xx, and errors
/// inside of a stream. No detail carries the key or text of the conversation (see ``DetailRedactor``).
package struct APIErrorDecoder: Sendable {
    /// No more than this much of a failed response is read.
    package static let maximumBodyBytes = 64 * 1024

    private let redactor: DetailRedactor
    private let unixTime: Double

    /// - Parameter unixTime: now, to reckon from where the upstream names a date.
    package init(redactor: DetailRedactor, unixTime: Double) {
        self.redactor = redactor
        self.unixTime = unixTime
    }

    /// The error that a response is which is no answer.
    ///
    /// - Parameter body: as much of it as was read.
    package func responseError(_ head: ResponseHead, body: [UInt8]) -> ModelError {
        let text = String(decoding: body.prefix(Self.maximumBodyBytes), as: UTF8.self)
        let json = try? JSONParser.parse(body)
        var report = UpstreamErrorReport(json ?? .null)
        if json == nil || json?.string != nil { report.message = json?.string ?? ErrorPage.message(of: text) }
        report.retryAfterSeconds = retryAfter(head.headers) ?? report.retryAfterSeconds
        if let reset = head.headers.first("X-RateLimit-Reset").flatMap(Double.init) {
            report.rateLimitResetMilliseconds = reset
        }
        // A body may name another status than the response: that one is what the upstream means.
        let status = report.status ?? head.status
        return error(report, status: status, prefix: "The AI service answered with status")
    }

    /// The error that arrived inside of a response of status 200, as the payload of an event or as the whole body.
    package func streamError(_ payload: JSONValue) -> ModelError {
        let report = UpstreamErrorReport(payload)
        let status = report.status ?? report.codes.lazy.compactMap(UpstreamStatus.named).first
        return error(report, status: status, prefix: "The AI service ended the answer with an error,")
    }

    /// The same, where the payload is no JSON.
    package func streamError(text: String) -> ModelError {
        streamError(["message": .string(ErrorPage.message(of: text) ?? "")])
    }

    private func error(_ report: UpstreamErrorReport, status: Int?, prefix: String) -> ModelError {
        // OpenAI reports spent credits as 429, where waiting does not help.
        let isQuota = report.codes.contains { $0.lowercased().contains("insufficient_quota") }
        let kind = isQuota ? .paymentRequired : status.map(UpstreamStatus.kind) ?? .upstreamUnavailable
        let retryable = !isQuota && (report.retryable ?? status.map(UpstreamStatus.isRetryable) ?? true)
        return ModelError(
            kind: kind, detail: sentence(report, status: status, prefix: prefix), retryable: retryable,
            upstreamStatus: status, retryAfterSeconds: retryAfter(report, status: status))
    }

    private func sentence(_ report: UpstreamErrorReport, status: Int?, prefix: String) -> String {
        var sentence = prefix
        if let status { sentence += " \(UpstreamStatus.described(status))" }
        if sentence.last == "," { sentence.removeLast() }
        if let message = report.message.map(redactor.clean), !message.isEmpty {
            sentence += ": \(message)"
        } else if let hint = status.flatMap(Self.hint) {
            sentence += ": \(hint)"
        }
        let notes = [
            ("provider", report.provider ?? ""), ("reasons", report.reasons.joined(separator: ", ")),
            ("failed before", report.attempts.joined(separator: ", ")),
        ]
        for (name, note) in notes where !note.isEmpty { sentence += " [\(name): \(redactor.clean(note))]" }
        return sentence
    }

    /// What to look at where the upstream does not say.
    private static func hint(_ status: Int) -> String? {
        switch status {
        case 401: "the API key is wrong or missing"
        case 402: "the credits are used up"
        case 404: "no such model or address; check the model's name and the base URL"
        case 429: "too many requests"
        default: nil
        }
    }

    // MARK: When to come back

    private func retryAfter(_ report: UpstreamErrorReport, status: Int?) -> Double? {
        if let seconds = report.retryAfterSeconds { return seconds }
        // Only a limit that was hit makes its reset a time to wait for.
        guard status == 429, let reset = report.rateLimitResetMilliseconds else { return nil }
        let seconds = reset / 1000 - unixTime
        return seconds > 0 ? seconds : nil
    }

    /// `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), reckoned from the upstream's own clock where it tells it.
    private func retryAfter(_ headers: HTTPHeaders) -> Double? {
        guard let text = headers.first("Retry-After") else { return nil }
        if let seconds = Double(text), seconds.isFinite { return max(seconds, 0) }
        let year = HTTPDate.year(of: unixTime)
        guard let date = HTTPDate.parse(text, currentYear: year) else { return nil }
        let now = headers.first("Date").flatMap { HTTPDate.parse($0, currentYear: year) } ?? unixTime
        return max(date - now, 0)
    }
}
