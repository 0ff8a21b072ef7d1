package import HTTP1

/// A request that the server has received whole.
package struct ScriptedRequest: Sendable {
    /// Counts from 0 over all connections.
    package let number: Int
    /// Counts from 0.
    package let connection: Int
    package let head: RequestHead
    package let body: [UInt8]
    /// How the connection that the request came by ended.
    package let ended: OneShot<ConnectionEnd>

    package var bodyText: String { String(decoding: body, as: UTF8.self) }
}

/// Who ended a connection.
package enum ConnectionEnd: Sendable, Hashable {
    /// The client sent FIN.
    case clientClosed
    /// The client's system answered with RST, or the connection broke.
    case clientReset
    /// The script, by ``ScriptStep/reset``, or the server, which did not understand the client.
    case server
}
