/// Carries JSON text between a client program and a server, in order: a WebSocket, or a call within one process.
package protocol MessageTransport: Sendable {
    /// Sends one message. After the transport has closed, nothing happens.
    func send(_ message: [UInt8])
    /// Closes in good order; ``TransportEvent/closed(code:reason:)`` follows.
    func close()
}

/// What a transport tells, in order. After `closed` nothing follows.
package enum TransportEvent: Sendable, Hashable {
    case opened
    case message([UInt8])
    /// `code` is the peer's close code (RFC 6455 §7.4), nil where the connection ended without one, or never stood.
    case closed(code: UInt16?, reason: String)
}
