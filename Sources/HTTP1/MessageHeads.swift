/// The first line and header fields of a request (RFC 9112 §3).
package struct RequestHead: Sendable, Hashable {
    package var method: String
    /// Request target as sent: origin-form, absolute-form, authority-form or `*`.
    package var target: String
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    package var minorVersion: Int
    package var headers: HTTPHeaders

    package init(method: String, target: String, minorVersion: Int = 1, headers: HTTPHeaders = HTTPHeaders()) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.headers = headers
    }
}

/// The status line and header fields of a response (RFC 9112 §4).
package struct ResponseHead: Sendable, Hashable {
    package var status: Int
    package var reason: String
    package var minorVersion: Int
    package var headers: HTTPHeaders

    package init(status: Int, reason: String = "", minorVersion: Int = 1, headers: HTTPHeaders = HTTPHeaders()) {
        self.status = status
        self.reason = reason
        self.minorVersion = minorVersion
        self.headers = headers
    }
}

extension RequestHead {
    /// Whether the sender means to use the connection again (RFC 9112 §9.3).
    package var keepsAlive: Bool { headers.keepConnectionAlive(minorVersion: minorVersion) }
}

extension ResponseHead {
    /// Whether the sender means to use the connection again (RFC 9112 §9.3).
    package var keepsAlive: Bool { headers.keepConnectionAlive(minorVersion: minorVersion) }
}

extension HTTPHeaders {
    fileprivate func keepConnectionAlive(minorVersion: Int) -> Bool {
        if lists("close", in: "Connection") { return false }
        return minorVersion >= 1 || lists("keep-alive", in: "Connection")
    }
}
