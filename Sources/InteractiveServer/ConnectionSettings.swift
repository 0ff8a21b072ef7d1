import Configuration
import HTTP1
import Quantities
import WebSocket
import WebSocketConnections

/// The part of the configuration that every connection reads, in the units that it reads. Times in nanoseconds, 0: off.
struct ConnectionSettings: Sendable {
    var httpLimits: HTTPLimits
    var webSocketLimits: WebSocketConnectionLimits
    var maximumQueuedBytes: Int
    var handshakeTimeout: UInt64
    var pingInterval: UInt64
    var pingTimeout: UInt64
    var idleTimeout: UInt64

    /// From our close frame to the end of the connection, whatever the client does (wire contract: it lingers 1 s).
    static let closingNanoseconds: UInt64 = 1_000_000_000
    /// Content of a request that no endpoint reads.
    static let maximumRequestBodyBytes = 64 * 1024

    init(_ settings: Settings.Server) {
        httpLimits = HTTPLimits(maximumHeadBytes: 16 * 1024, maximumBodyBytes: Self.maximumRequestBodyBytes)
        webSocketLimits = WebSocketConnectionLimits(
            messages: WebSocketLimits(maximumMessageBytes: settings.maximumMessageBytes, allowsBinary: false),
            maximumUnsentBytes: settings.maximumQueuedBytes, closingNanoseconds: Self.closingNanoseconds)
        maximumQueuedBytes = settings.maximumQueuedBytes
        handshakeTimeout = settings.handshakeTimeout.timerNanoseconds
        pingInterval = settings.pingInterval.timerNanoseconds
        pingTimeout = settings.pingTimeout.timerNanoseconds
        idleTimeout = settings.idleTimeout.timerNanoseconds
    }
}

extension Duration {
    /// As timers take it; nothing is negative there.
    var timerNanoseconds: UInt64 { UInt64(max(0, nanoseconds)) }
}
