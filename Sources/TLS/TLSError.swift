/// Why there is no TLS connection.
package struct TLSError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// No OpenSSL 3 on this machine.
        case libraryUnavailable
        /// The certificates to trust cannot be read.
        case trustUnusable
        /// The server's certificate is not what it must be.
        case certificateRefused
        /// No common ground with the server, or no TLS at the other end.
        case handshakeFailed
        /// An established connection broke the protocol or was tampered with.
        case connectionBroken
    }

    package var kind: Kind
    /// Sentences for a person: what failed, with which host, and what to do.
    package var detail: String

    package init(kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
