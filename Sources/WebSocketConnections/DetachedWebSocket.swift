import WebSocket

/// An open connection on its way from one event loop to another.
package struct DetachedWebSocket: Sendable {
    /// Whoever holds this owns the socket.
    package let descriptor: Int32
    let isServer: Bool
    let machine: WebSocketProtocol
    /// Output that the socket has not taken yet.
    let unsent: [UInt8]
    /// Input that was read and not looked at yet.
    package let unread: [UInt8]
}
