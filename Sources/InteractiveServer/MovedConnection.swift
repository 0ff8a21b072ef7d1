import Configuration
import Sessions
import WebSocketConnections

/// A client's connection on its way to the event loop of the session that it attaches.
struct MovedConnection: Sendable {
    var clientID: ClientID
    var socket: DetachedWebSocket
    /// What the client was admitted by.
    var token: Secret?
    /// The message that caused the move, to be carried out where the connection arrives.
    var message: [UInt8]
}
