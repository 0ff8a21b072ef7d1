package import EventLoops
package import HTTP1
package import TLS
import Wire

/// HTTP/1.1 over pooled connections of one event loop, with TLS and proxies.
///
/// Redirects are not followed: what is sent here (keys, conversations) is for the server that was named. They fail, unless
/// the client is made to hand them on.
///
/// Isolation: lives on its loop. Each loop has its own client, so that a response crosses no thread.
package final class HTTPClient: HTTPTransport {
    private let context: ClientContext
    private let proxies: ProxySettings
    private var pools: [Origin: OriginPool] = [:]
    private var idleTimer: TimerID?

    /// On the loop.
    ///
    /// - Parameters:
    ///   - tellsRedirects: whether a redirect comes as a response like any other, for a caller that follows it with care.
    ///   - proxies: which requests go by way of a proxy.
    ///   - trust: whose certificates https servers must have.
    ///   - names: how names become addresses; called on another thread.
    ///   - lookUps: whose threads those are.
    package init(
        loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits(), tellsRedirects: Bool = false,
        proxies: ProxySettings = .ofProcess, trust: TLSTrust = .ofProcess, names: NameLookUp = .system,
        lookUps: BlockingCalls = .shared
    ) {
        context = ClientContext(
            loop: loop, limits: limits, tellsRedirects: tellsRedirects, trust: trust, names: names, lookUps: lookUps)
        self.proxies = proxies
    }

    /// Open connections, those being opened included.
    package var connectionCount: Int { pools.values.reduce(0) { $0 + $1.connectionCount } }
    /// Open connections without a request.
    package var idleConnectionCount: Int { pools.values.reduce(0) { $0 + $1.idleCount } }
    /// Requests that wait for a connection.
    package var waitingRequestCount: Int { pools.values.reduce(0) { $0 + $1.waitingCount } }

    package func send(_ request: HTTPRequestMessage, receiver: any HTTPResponseReceiver) -> any HTTPExchange {
        do throws(HTTPTransportError) {
            let url = try Self.url(request.url)
            let origin = Origin(url)
            let proxy = try proxies.proxy(for: origin)
            let exchange = ClientExchange(
                method: request.method, head: try Self.head(of: request, url, proxy), body: request.body,
                receiver: receiver)
            pool(for: origin, proxy).add(exchange)
            armIdleTimer()
            return exchange
        } catch {
            let exchange = ClientExchange(method: request.method, head: [], body: [], receiver: receiver)
            exchange.failLater(error, on: context.loop)
            return exchange
        }
    }

    /// Closes the connections that have no request.
    package func closeIdleConnections() {
        for pool in pools.values { _ = pool.closeIdle(since: .max) }
    }

    // MARK: Requests

    private static func url(_ text: String) throws(HTTPTransportError) -> HTTPURL {
        let url: HTTPURL
        do throws(HTTPURLError) {
            url = try HTTPURL(text)
        } catch {
            throw HTTPTransportError(kind: .invalidRequest, detail: error.detail)
        }
        guard url.scheme == .http || url.scheme == .https else {
            throw HTTPTransportError(kind: .invalidRequest, detail: "The URL's scheme is neither http nor https.")
        }
        return url
    }

    private static func head(
        of request: HTTPRequestMessage, _ url: HTTPURL, _ proxy: Proxy?
    ) throws(HTTPTransportError) -> [UInt8] {
        // RFC 9112 §3.2.2: a proxy that is to pass the request on gets the whole URL.
        let isForProxy = proxy != nil && !url.isSecure
        var head = RequestHead(method: request.method, target: isForProxy ? url.origin + url.target : url.target)
        head.headers.add("Host", url.hostField)
        head.headers.fields += request.headers.fields
        if isForProxy, let authorization = proxy?.authorization {
            head.headers.add("Proxy-Authorization", authorization)
        }
        // RFC 9110 §8.6: not where a method without a body has none.
        if !request.body.isEmpty || !["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"].contains(request.method) {
            head.headers.add("Content-Length", String(request.body.count))
        }
        var output = ByteQueue()
        do throws(HTTPHeadError) {
            try head.append(to: &output)
        } catch {
            throw HTTPTransportError(kind: .invalidRequest, detail: error.detail)
        }
        return output.bytes
    }

    // MARK: Connections

    private func pool(for origin: Origin, _ proxy: Proxy?) -> OriginPool {
        if let pool = pools[origin] { return pool }
        let pool = OriginPool(origin: origin, proxy: proxy, context: context) { [weak self] in
            self?.pools[origin] = nil
        }
        pools[origin] = pool
        return pool
    }

    /// One timer for all idle connections; it runs as long as there are connections.
    private func armIdleTimer(after nanoseconds: UInt64? = nil) {
        guard idleTimer == nil else { return }
        idleTimer = context.loop.schedule(after: nanoseconds ?? context.limits.idleNanoseconds) { [weak self] in
            self?.closeExpired()
        }
    }

    private func closeExpired() {
        idleTimer = nil
        let now = context.loop.now
        let limit = context.limits.idleNanoseconds
        let oldest = pools.values.compactMap { $0.closeIdle(since: now >= limit ? now - limit : 0) }.min()
        guard !pools.isEmpty else { return }
        armIdleTimer(after: oldest.map { $0 + limit - now } ?? limit)
    }
}
