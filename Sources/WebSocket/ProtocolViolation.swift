/// What the peer did that fails the connection (RFC 6455 §7.1.7), and the code to tell it so.
package struct ProtocolViolation: Error, Sendable, Hashable {
    package let code: WebSocketCloseCode
    /// A phrase that fits into a close frame.
    package let reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
