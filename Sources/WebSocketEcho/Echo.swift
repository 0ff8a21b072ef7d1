import WebSocket
import WebSocketConnections

/// Sends every message back as it came.
final class Echo: WebSocketConnectionDelegate {
    /// The conformance suite sends messages of 16 MiB, and of 4 MiB in fragments of 64 bytes.
    static let limits = WebSocketConnectionLimits(
        messages: WebSocketLimits(maximumMessageBytes: 64 << 20, maximumFragments: 1 << 20))

    private let onEnd: (WebSocketEnding) -> Void

    init(onEnd: @escaping (WebSocketEnding) -> Void) {
        self.onEnd = onEnd
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        connection.sendText(message)
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {
        connection.sendBinary(message)
    }

    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}

    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        onEnd(ending)
    }
}
