package import EventLoops
package import HTTP1
package import TLS

/// The server that a load goes to.
package struct LoadTarget: Sendable {
    /// Where to connect.
    package var address: SocketAddress
    /// What is asked for there.
    package var url: HTTPURL
    /// Further header fields of the handshake.
    package var headers: HTTPHeaders
    /// For `wss`: whose certificates are believed.
    package var tls: TLSContext?
    /// The server's process, where it is on this machine and ours to see.
    package var process: Int32?

    package init(
        address: SocketAddress, url: HTTPURL, headers: HTTPHeaders = HTTPHeaders(), tls: TLSContext? = nil,
        process: Int32? = nil
    ) {
        self.address = address
        self.url = url
        self.headers = headers
        self.tls = tls
        self.process = process
    }

    /// Has every connection show this token.
    package mutating func show(token: String) {
        headers.add("Authorization", "Bearer \(token)")
    }
}
