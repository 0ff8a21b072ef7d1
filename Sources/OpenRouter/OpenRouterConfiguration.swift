import HTTP1
package import JSON

/// Where the service is and how calls to it behave.
package struct OpenRouterConfiguration: Sendable {
    /// http or https, without the `/chat/completions` that is appended to it.
    package var baseURL: String
    /// Goes into the `Authorization` header and nowhere else. Empty: no such header.
    package var apiKey: String
    /// Sent as `HTTP-Referer`; empty: not sent.
    package var siteURL: String
    /// Sent as `X-Title`; empty: not sent.
    package var appName: String
    /// Provider routing; empty: not sent.
    package var provider: JSONObject
    package var dialect: ChatCompletionRequest.Dialect
    /// A call as a whole: waiting for its turn, attempts and the waits between them. Paused time does not count.
    package var timeout: Duration
    /// From an attempt's request to the head of its response; nil: as ``timeout``.
    package var firstByteTimeout: Duration?
    /// Between data of an answer; nil: as ``timeout``. Comments are no data.
    package var idleTimeout: Duration?
    package var retries: RetryPolicy

    /// Once the model has said that it is done, usage and the end of the stream are waited for no longer than this.
    package var finishGrace: Duration = .seconds(5)
    /// After the end of an answer its connection may take this long to become free for the next request.
    package var drainGrace: Duration = .seconds(1)

    /// - Parameter dialect: nil: told by the host.
    package init(
        baseURL: String = "https://openrouter.ai/api/v1", apiKey: String = "", siteURL: String = "",
        appName: String = "", provider: JSONObject = [:], dialect: ChatCompletionRequest.Dialect? = nil,
        timeout: Duration = .seconds(60), firstByteTimeout: Duration? = nil, idleTimeout: Duration? = nil,
        retries: RetryPolicy = RetryPolicy()
    ) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.siteURL = siteURL
        self.appName = appName
        self.provider = provider
        self.dialect = dialect ?? Self.dialect(of: baseURL)
        self.timeout = timeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.retries = retries
    }

    private static func dialect(of baseURL: String) -> ChatCompletionRequest.Dialect {
        guard let host = try? HTTPURL(baseURL).host.lowercased() else { return .openAI }
        return host == "openrouter.ai" || host.hasSuffix(".openrouter.ai") ? .openRouter : .openAI
    }

    /// The address of an endpoint: `path` begins with a slash.
    func url(_ path: String) -> String {
        var base = baseURL[...]
        while base.last == "/" { base.removeLast() }
        return base + path
    }

    /// The fields that every request carries.
    func headers(accept: String) -> HTTPHeaders {
        var headers = HTTPHeaders([("Accept", accept)])
        if !apiKey.isEmpty { headers.add("Authorization", "Bearer \(apiKey)") }
        if !siteURL.isEmpty { headers.add("HTTP-Referer", siteURL) }
        if !appName.isEmpty { headers.add("X-Title", appName) }
        return headers
    }
}
