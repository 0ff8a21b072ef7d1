import Configuration
import HTTP1

/// Who may open a WebSocket: bearer tokens for everybody, origins for browsers.
struct AccessPolicy: Sendable {
    /// Subprotocol that carries a token, for browsers, which cannot set a header: `bearer.<token>`.
    static let subprotocolPrefix = "bearer."

    enum Verdict: Equatable {
        /// `subprotocol` is to be named in the answer to the handshake; `token` is what it was admitted by.
        case admitted(subprotocol: String?, token: Secret?)
        case unauthorized
        case forbiddenOrigin
    }

    private let tokens: [Secret]
    private let allowedOrigins: Set<String>
    private let allowsAnyOrigin: Bool
    /// A server that only this machine can reach is protected from names that were pointed at it (DNS rebinding).
    private let requiresLoopbackHost: Bool

    init(settings: Settings.Server, bindsLoopback: Bool) {
        tokens = settings.auth.tokens
        allowedOrigins = Set(settings.allowedOrigins.map { $0.lowercased() })
        allowsAnyOrigin = settings.allowedOrigins.contains("*")
        requiresLoopbackHost = bindsLoopback
    }

    func judge(_ head: RequestHead) -> Verdict {
        guard isAllowedOrigin(head) else { return .forbiddenOrigin }
        if let header = head.headers.first("Authorization"), let token = Self.bearerToken(in: header) {
            return verdict(on: token, subprotocol: nil)
        }
        for subprotocol in Self.subprotocols(of: head) where subprotocol.hasPrefix(Self.subprotocolPrefix) {
            let token = Secret(String(subprotocol.dropFirst(Self.subprotocolPrefix.count)))
            return verdict(on: token, subprotocol: subprotocol)
        }
        return verdict(on: nil, subprotocol: nil)
    }

    private func verdict(on token: Secret?, subprotocol: String?) -> Verdict {
        admits(token) ? .admitted(subprotocol: subprotocol, token: token) : .unauthorized
    }

    /// For plain HTTP endpoints that show what the server does: the bearer header only.
    func admits(header: String?) -> Bool {
        admits(header.flatMap(Self.bearerToken))
    }

    /// Whether that token, or none, is good now. Compares with every one, so that the time tells nothing.
    func admits(_ token: Secret?) -> Bool {
        guard !tokens.isEmpty else { return true }
        guard let text = token?.reveal() else { return false }
        return tokens.reduce(false) { $1.matches(text) || $0 }
    }

    /// RFC 6750 §2.1; the scheme's name compares without case.
    private static func bearerToken(in header: String) -> Secret? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return Secret(String(parts[1]))
    }

    private static func subprotocols(of head: RequestHead) -> [String] {
        head.headers.all("Sec-WebSocket-Protocol").flatMap { field in
            field.split(separator: ",").map { String($0.trimmingSpaces) }
        }
    }

    // MARK: Origins

    /// Programs send no Origin; what a browser sends must be the server's own page, or listed.
    private func isAllowedOrigin(_ head: RequestHead) -> Bool {
        guard let origin = head.headers.first("Origin")?.lowercased() else { return true }
        if allowsAnyOrigin || allowedOrigins.contains(origin) { return true }
        guard let host = head.headers.first("Host")?.lowercased() else { return false }
        guard origin == "http://" + host || origin == "https://" + host else { return false }
        return !requiresLoopbackHost || Self.isLoopback(host: host)
    }

    private static func isLoopback(host: String) -> Bool {
        let name: Substring =
            if host.hasPrefix("[") {
                host.prefix { $0 != "]" }.dropFirst()
            } else {
                host.prefix { $0 != ":" }
            }
        return name == "localhost" || name == "::1" || name.hasSuffix(".localhost") || isLoopbackIPv4(name)
    }

    private static func isLoopbackIPv4(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
