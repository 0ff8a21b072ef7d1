import AILoop
import EventLoops
import HTTP1
import HTTPClient
import JSON

/// `fetch_url`: a text from one of the hosts that are listed.
final class FetchTool: RunnableTool {
    /// How a name's addresses are found, and which of them may be connected to.
    struct Network: Sendable {
        var names: NameLookUp
        var isAllowed: @Sendable (SocketAddress) -> Bool

        static let publicInternet = Network(names: .system, isAllowed: { $0.isPublic })

        /// Names as the HTTP client is to find them: without any address that is not allowed. The addresses that are checked are
        /// those that are connected to.
        fileprivate var checkedNames: NameLookUp {
            NameLookUp { [names, isAllowed] name in
                names.addresses(name).flatMap { addresses in
                    let allowed = addresses.filter(isAllowed)
                    return allowed.isEmpty
                        ? .failure(NameError(message: FetchRun.privateAddress, isRefused: true)) : .success(allowed)
                }
            }
        }
    }

    let definition: ToolDefinition
    let policy: ToolPolicy
    let timeout: UInt64
    private let loop: EventLoop
    private let hosts: HostList
    private let network: Network
    private let maximumResultBytes: Int
    private let client: HTTPClient

    /// No proxy is used: what a name stands for must be known here.
    ///
    /// - Parameter lookUps: where names are looked up. What a model asks for shall not hold up the connections to its service.
    init(
        loop: EventLoop, definition: ToolDefinition, policy: ToolPolicy, timeout: UInt64, hosts: HostList,
        maximumResultBytes: Int, lookUps: BlockingCalls, network: Network = .publicInternet
    ) {
        self.loop = loop
        self.definition = definition
        self.policy = policy
        self.timeout = timeout
        self.hosts = hosts
        self.network = network
        self.maximumResultBytes = maximumResultBytes
        client = HTTPClient(
            loop: loop, limits: HTTPClientLimits(maximumConnectionsPerOrigin: 8, maximumIdlePerOrigin: 0),
            tellsRedirects: true, proxies: .none, names: network.checkedNames, lookUps: lookUps)
    }

    func start(
        _ arguments: JSONObject, for sessionID: String, report: @escaping (ToolRunNews) -> Void
    ) -> any RunningTool {
        report(.began)
        let run = FetchRun(
            client: client, hosts: hosts, isAllowed: network.isAllowed, maximumBytes: maximumResultBytes,
            report: { report(.ended($0)) })
        do throws(ToolFailure) {
            try run.get(arguments["url"]?.string ?? "")
        } catch {
            return EndedRun(.failure(error.message), loop: loop, report: report)
        }
        return run
    }
}

/// One fetch, its redirects included.
final class FetchRun: RunningTool {
    static let maximumRedirects = 5
    static let privateAddress = "it has no address in the public internet, and others are not fetched from"
    private static let redirects = [301, 302, 303, 307, 308]

    private let client: HTTPClient
    private let hosts: HostList
    private let isAllowed: @Sendable (SocketAddress) -> Bool
    private var report: ((ToolOutput) -> Void)?
    private var exchange: (any HTTPExchange)?
    private var url: HTTPURL?
    private var redirectCount = 0
    private var head: ResponseHead?
    private var body: BoundedOutput
    private var encoding = TextEncoding.utf8

    init(
        client: HTTPClient, hosts: HostList, isAllowed: @escaping @Sendable (SocketAddress) -> Bool, maximumBytes: Int,
        report: @escaping (ToolOutput) -> Void
    ) {
        self.client = client
        self.hosts = hosts
        self.isAllowed = isAllowed
        self.report = report
        body = BoundedOutput(limit: maximumBytes, keeping: .beginning)
    }

    func cancel() {
        report = nil
        exchange?.cancel()
        exchange = nil
    }

    /// - Throws: where this URL may not be fetched.
    func get(_ text: String) throws(ToolFailure) {
        let url: HTTPURL
        do throws(HTTPURLError) {
            url = try HTTPURL(text)
        } catch {
            throw ToolFailure(error.detail)
        }
        guard url.scheme == .http || url.scheme == .https else { throw ToolFailure("only http and https are fetched") }
        guard hosts.contains(url) else {
            throw ToolFailure("`\(url.hostField)` may not be fetched from. Allowed are \(hosts.text).")
        }
        if let address = SocketAddress(host: url.host, port: 0), !isAllowed(address) {
            throw ToolFailure("`\(url.host)`: \(Self.privateAddress)")
        }
        self.url = url
        let headers = HTTPHeaders([
            ("User-Agent", "ailoopctl"), ("Accept", "text/*, application/json;q=0.9, */*;q=0.1"),
            ("Accept-Encoding", "identity"),
        ])
        exchange = client.send(HTTPRequestMessage(method: "GET", url: text, headers: headers), receiver: self)
    }

    private func end(_ output: ToolOutput) {
        let report = report
        cancel()
        report?(output)
    }

    private func follow(_ location: String) {
        exchange?.cancel()
        redirectCount += 1
        guard redirectCount <= Self.maximumRedirects else {
            return end(.failure("the server redirects more than \(Self.maximumRedirects) times"))
        }
        do throws(ToolFailure) {
            try get(url?.resolving(location) ?? location)
        } catch {
            end(.failure("the server redirects to where it may not be followed: \(error.message)"))
        }
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
        guard Self.isText(type) else { return end(.failure("the answer is no text, but \(type)")) }
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
        if body.isFull { finished() }
    }

    func finished() {
        guard let head else { return }
        let status = "\(head.status) \(ResponseHead.usualReason(of: head.status))"
        let text = body.text(in: encoding)
        var output: ToolOutput =
            (200..<300).contains(head.status) ? .success(text) : .failure("the server answers \(status)\n\(text)")
        // What would have come is not known.
        if body.isFull { output.omission = .unknown }
        end(output)
    }

    func failed(_ error: HTTPTransportError) {
        end(.failure(error.detail))
    }
}
