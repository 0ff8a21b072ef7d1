import HTTP1
import TLS

/// The sentences of ``HTTPTransportError``: what failed, with which server, and what to do.
enum TransportFailure {
    static func unresolved(_ host: String, _ error: NameError, _ proxy: Proxy?) -> HTTPTransportError {
        if error.isRefused {
            return HTTPTransportError(kind: .unresolvedHost, detail: "The name \(host) is not used: \(error.message).")
        }
        return HTTPTransportError(
            kind: .unresolvedHost,
            detail: """
                The name \(host) could not be resolved: \(error.message). \
                Check \(proxy?.variable ?? "the address") and this machine's DNS.
                """)
    }

    /// - Parameter attempts: each address with what became of it.
    static func unreachable(_ target: String, attempts: [String], _ proxy: Proxy?) -> HTTPTransportError {
        HTTPTransportError(
            kind: .connectionRefused,
            detail: """
                No connection to \(target): \(attempts.joined(separator: "; ")). \
                Check \(proxy?.variable ?? "the address"), and that the server runs.
                """)
    }

    static func connectTimeout(_ target: String, seconds: Double) -> HTTPTransportError {
        HTTPTransportError(
            kind: .connectTimeout,
            detail: """
                No connection to \(target) within \(format(seconds)) s. \
                Check the address, the network and whether a proxy is needed.
                """)
    }

    static func tls(_ error: TLSError) -> HTTPTransportError {
        let kind: HTTPTransportError.Kind =
            switch error.kind {
            case .libraryUnavailable, .trustUnusable: .tlsUnavailable
            case .certificateRefused: .certificateRefused
            case .handshakeFailed: .tlsHandshakeFailed
            case .connectionBroken: .connectionLost
            }
        return HTTPTransportError(kind: kind, detail: error.detail)
    }

    static func broken(_ origin: Origin, _ message: String) -> HTTPTransportError {
        HTTPTransportError(kind: .connectionLost, detail: "The connection to \(origin) broke: \(message).")
    }

    static func endedEarly(_ origin: Origin) -> HTTPTransportError {
        HTTPTransportError(
            kind: .connectionLost, detail: "\(origin) closed the connection before its response was whole.")
    }

    static func malformed(_ origin: Origin, _ error: HTTPParseError) -> HTTPTransportError {
        HTTPTransportError(
            kind: .malformedResponse, detail: "\(origin) sent a response that is no valid HTTP/1.1: \(error.detail)")
    }

    /// - Parameter location: shown as scheme, host and port only; the rest may hold secrets.
    static func redirect(_ origin: Origin, status: Int, location: String) -> HTTPTransportError {
        let target = (try? HTTPURL(location)).map { "to \($0.origin)" } ?? "to another path"
        return HTTPTransportError(
            kind: .redirectRefused,
            detail: """
                \(origin) redirects the request \(target) (status \(status)), which is not followed. \
                Set the address to the one that is meant.
                """, responseStarted: true)
    }

    static func limitReached(_ origin: Origin, _ limits: HTTPClientLimits) -> HTTPTransportError {
        HTTPTransportError(
            kind: .limitReached,
            detail: """
                \(limits.maximumWaitingPerOrigin) requests wait for one of the \(limits.maximumConnectionsPerOrigin) \
                connections to \(origin) already. Try again later.
                """)
    }

    // MARK: Proxies

    static func proxyRefused(_ proxy: Proxy, _ origin: Origin, _ head: ResponseHead) -> HTTPTransportError {
        let advice =
            head.status == 407
            ? "Check the user name and the password in \(proxy.variable)."
            : "Check \(proxy.variable) and NO_PROXY, and the proxy's rules."
        let reason = head.reason.isEmpty ? ResponseHead.usualReason(of: head.status) : head.reason
        return HTTPTransportError(
            kind: .proxyRefused,
            detail: """
                The proxy \(proxy.authority) refuses the connection to \(origin): \
                \(head.status)\(reason.isEmpty ? "" : " " + reason). \(advice)
                """)
    }

    static func proxyBroken(_ proxy: Proxy, _ origin: Origin, _ message: String) -> HTTPTransportError {
        HTTPTransportError(
            kind: .proxyRefused,
            detail: """
                The proxy \(proxy.authority) did not open the connection to \(origin): \(message). \
                Check \(proxy.variable).
                """)
    }

    private static func format(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}
