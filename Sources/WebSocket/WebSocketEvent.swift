/// What a peer sent.
package enum WebSocketEvent: Sendable, Hashable {
    /// A whole text message: valid UTF-8.
    case text([UInt8])
    case binary([UInt8])
    /// To be answered with a pong of the same payload.
    case ping([UInt8])
    case pong([UInt8])
    /// The peer's close frame; the last event. The code is nil where the frame gave none.
    case close(WebSocketCloseCode?, reason: String)
    /// The peer broke the protocol or a limit; the last event. To be answered with a close frame of that code, then the
    /// connection is dropped (RFC 6455 §7.1.7).
    case violation(WebSocketCloseCode, reason: String)
}
