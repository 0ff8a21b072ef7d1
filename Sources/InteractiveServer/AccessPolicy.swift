import Configuration
import HTTP1

/// Who may open a WebSocket: bearer tokens for everybody, origins for browsers.
struct AccessPolicy: Sendable {
    /// Subprotocol that carries a token, for browsers, which cannot set a header: `bearer.<token>`.
    static let subprotocolPrefix = "bearer."

    enum Verdict: Equatable {
        /// `subprotocol` is to be named in the answer to the handshake.
        case admitted(subprotocol: String?)
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
        guard !tokens.isEmpty else { return .admitted(subprotocol: nil) }
        if let header = head.headers.first("Authorization"), let token = Self.bearerToken(in: header) {
            return isKnown(token) ? .admitted(subprotocol: nil) : .unauthorized
        }
        for subprotocol in Self.subprotocols(of: head) where subprotocol.hasPrefix(Self.subprotocolPrefix) {
            let token = String(subprotocol.dropFirst(Self.subprotocolPrefix.count))
            return isKnown(token) ? .admitted(subprotocol: subprotocol) : .unauthorized
        }
        return .unauthorized
    }

    /// For plain HTTP endpoints that show what the server does: the bearer header only.
    func admits(header: String?) -> Bool {
        guard !tokens.isEmpty else { return true }
        guard let header, let token = Self.bearerToken(in: header) else { return false }
        return isKnown(token)
    }

    /// Compares with every token, so that the time tells nothing.
    private func isKnown(_ token: String) -> Bool {
        tokens.reduce(false) { $1.matches(token) || $0 }
    }

    /// RFC 6750 §2.1; the scheme's name compares without case.
    private static func bearerToken(in header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
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
