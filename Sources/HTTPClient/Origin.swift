import HTTP1

/// Whom connections lead to: a server's scheme, host and port (RFC 9110 §4.3.1).
struct Origin: Hashable, CustomStringConvertible {
    let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    let port: UInt16

    init(_ url: HTTPURL) {
        isSecure = url.isSecure
        host = url.host
        port = UInt16(clamping: url.port)
    }

    /// `api.example.com:443`, `[::1]:8080`.
    var description: String { Self.authority(host: host, port: port) }

    static func authority(host: String, port: UInt16) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
