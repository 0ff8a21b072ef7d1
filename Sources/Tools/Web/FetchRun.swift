import AILoop
import EventLoops
import HTTP1
import HTTPClient

/// One fetch, from its turn to its end, its redirects included.
final class FetchRun: RunningTool {
    static let maximumRedirects = 5
    private static let redirects = [301, 302, 303, 307, 308]

    private let fetch: FetchBody
    private var report: ((ToolRunNews) -> Void)?
    private var ticket: FairPlaces.Ticket?
    private var hasBegun = false
    private var exchange: (any HTTPExchange)?
    private var url: HTTPURL
    private var redirectCount = 0
    private var head: ResponseHead?
    private var body: BoundedOutput
    private var encoding = TextEncoding.utf8

    /// - Parameter url: what `text` says; it may be fetched.
    init(
        _ fetch: FetchBody, _ text: String, _ url: HTTPURL, _ request: ToolRequest,
        report: @escaping (ToolRunNews) -> Void
    ) {
        self.fetch = fetch
        self.url = url
        self.report = report
        body = BoundedOutput(limit: request.maximumResultBytes, keeping: .beginning)
        let bound = LoopBound(self, loop: fetch.loop)
        ticket = fetch.places.take(for: request.sessionID) { ticket in bound.submit { $0.begin(ticket, text) } }
        if ticket == nil { bound.submit { $0.end(.failure("too many fetches wait; try again later")) } }
    }

    func cancel() {
        report = nil
        exchange?.cancel()
        exchange = nil
        guard let ticket, hasBegun || fetch.places.withdraw(ticket) else { return }
        self.ticket = nil
        if hasBegun { fetch.places.release(ticket) }
    }

    /// The run holds its place from here on, until its end.
    private func begin(_ ticket: FairPlaces.Ticket, _ text: String) {
        guard let report else { return fetch.places.release(ticket) }
        hasBegun = true
        report(.began)
        get(text)
    }

    private func get(_ text: String) {
        let headers = HTTPHeaders([
            ("User-Agent", "ailoopctl"), ("Accept", "text/*, application/json;q=0.9, */*;q=0.1"),
            ("Accept-Encoding", "identity"),
        ])
        exchange = fetch.client.send(HTTPRequestMessage(method: "GET", url: text, headers: headers), receiver: self)
    }

    private func end(_ output: ToolOutput) {
        let report = report
        cancel()
        report?(.ended(output))
    }

    private func follow(_ location: String) {
        exchange?.cancel()
        redirectCount += 1
        guard redirectCount <= Self.maximumRedirects else {
            return end(.failure("the server redirects more than \(Self.maximumRedirects) times"))
        }
        let text = url.resolving(location)
        do throws(ToolFailure) {
            url = try fetch.url(text)
            get(text)
        } catch {
            end(.failure("the server redirects to where it may not be followed: \(error.message)"))
        }
    }

    private static func isSuccess(_ head: ResponseHead) -> Bool { (200..<300).contains(head.status) }

    private static func answer(_ head: ResponseHead) -> String {
        "the server answers \(head.status) \(ResponseHead.usualReason(of: head.status))"
    }

    /// Whether it is worth showing to a model.
    private static func isText(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return type.isEmpty || type.hasPrefix("text/") || type.hasSuffix("json") || type.hasSuffix("xml")
            || ["application/javascript", "application/yaml", "application/x-yaml", "application/toml"].contains(type)
    }
}

extension FetchRun: HTTPResponseReceiver {
    func received(head: ResponseHead) {
        if Self.redirects.contains(head.status), let location = head.headers.first("Location") {
            return follow(location)
        }
        self.head = head
        let type = head.headers.first("Content-Type") ?? ""
        guard Self.isText(type) else {
            return end(
                .failure(Self.isSuccess(head) ? "the answer is no text, but \(type)" : "\(Self.answer(head)) (\(type))")
            )
        }
        guard let encoding = TextEncoding(contentType: type) else {
            return end(.failure("the answer is in an encoding that cannot be read: \(type)"))
        }
        self.encoding = encoding
        let coding = head.headers.first("Content-Encoding")?.lowercased() ?? "identity"
        if coding != "identity" {
            end(.failure("the answer is compressed (\(coding)), though that was not asked for"))
        }
    }

    func received(body bytes: UnsafeRawBufferPointer) {
        guard report != nil else { return }
        body.append(bytes)
        // The rest would only be thrown away.
        if body.isCut { finished() }
    }

    func finished() {
        guard let head else { return }
        let text = encoding.text(body.bytes, isCut: body.isCut)
        var output: ToolOutput =
            Self.isSuccess(head) ? .success(text) : .failure("\(Self.answer(head))\n\(text)")
        // What would have come is not known.
        if body.isCut { output.omission = .unknown }
        end(output)
    }

    func failed(_ error: HTTPTransportError) {
        end(.failure(error.detail))
    }
}
