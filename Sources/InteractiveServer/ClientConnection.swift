import Configuration
import EventLoops
import JSONRPC
import Observability
import Sessions
import WebSocket
import WebSocketConnections

/// A client's WebSocket: its messages go to the router, the messages for it into a bounded queue.
final class ClientConnection {
    let client: Client
    /// What the client was admitted by; nil where nobody was asked.
    let token: Secret?
    private unowned let worker: Worker
    private let settings: ConnectionSettings
    private let socket: WebSocketConnection
    private var lastHeard: UInt64
    private var lastMessage: UInt64
    private var timer: TimerID?
    /// Whether the sessions have been told that the client is gone.
    private var isDisconnected = false

    init(worker: Worker, id: ClientID, socket: WebSocketConnection, token: Secret?) {
        self.worker = worker
        self.token = token
        self.socket = socket
        settings = worker.environment.connectionSettings
        client = Client(id: id)
        lastHeard = worker.loop.now
        lastMessage = lastHeard
        client.link = self
        socket.delegate = self
        worker.metrics.add(to: .connectionsActive)
        scheduleKeepalive()
    }

    // MARK: Outbound

    /// Whether `count` more bytes may be queued. A reader too slow for what is streamed to it is told so, as far as that can
    /// still be delivered; what did not fit is left to the sessions' replay buffers.
    private func admitsOutbound(_ count: Int) -> Bool {
        guard socket.unsentBytes + count > settings.maximumQueuedBytes, socket.unsentBytes > 0 else { return true }
        socket.channel.flushNow()
        guard socket.isOpen else { return false }
        // One message larger than the limit passes when the queue is empty.
        if socket.unsentBytes == 0 || socket.unsentBytes + count <= settings.maximumQueuedBytes { return true }
        worker.metrics.add(to: .connectionsDroppedSlow)
        worker.log.warning("client reads too slowly", ["client": .integer(Int(client.id.number))])
        close(.tryAgainLater, reason: "too slow to read what is streamed")
        return false
    }

    // MARK: Ending

    /// The sessions hear of it at once; the socket may take a moment longer.
    func close(_ code: WebSocketCloseCode, reason: String) {
        socket.close(code, reason: reason)
        disconnect()
    }

    /// The server is shutting down and has nothing more to say here.
    func goAway() {
        guard socket.isOpen else { return }
        close(.goingAway, reason: "server is shutting down")
    }

    /// The token that the client was admitted by is no longer good. Its sessions can be attached with one that is.
    func loseAccess() {
        guard socket.isOpen else { return }
        send(JSONRPCResponse(id: .null, error: .tokenWithdrawn).encoded())
        close(.policyViolation, reason: "the token is no longer good")
    }

    private func disconnect() {
        guard !isDisconnected else { return }
        isDisconnected = true
        cancelTimer()
        client.link = nil
        worker.metrics.add(-1, to: .connectionsActive)
        worker.clientDisconnected(client)
    }

    private func abort() {
        socket.abort()
        disconnect()
        worker.forget(self)
    }

    // MARK: Moving to another loop

    /// Called while a message is being carried out: that message attaches a session of another loop, and this connection
    /// goes there to have it carried out.
    func move(to loopIndex: Int, message: [UInt8]) {
        socket.detachAfterMessage { [self] detached in
            cancelTimer()
            client.link = nil
            isDisconnected = true
            worker.metrics.add(-1, to: .connectionsActive)
            worker.move(
                MovedConnection(clientID: client.id, socket: detached, token: token, message: message), to: loopIndex)
        }
    }

    /// Goes on after a move: the message that caused it, then the input behind it.
    func resume(message: [UInt8], unread: [UInt8]) {
        worker.router.receive(message, from: client)
        unread.withUnsafeBytes { socket.receive($0) }
    }

    // MARK: Keepalive

    /// Pings after silence, drops after more of it; closes where no message came for too long.
    private func scheduleKeepalive() {
        let now = worker.loop.now
        var waits: [UInt64] = []
        if settings.pingInterval > 0 { waits.append(Self.rest(of: settings.pingInterval, since: lastHeard, now: now)) }
        if settings.idleTimeout > 0 { waits.append(Self.rest(of: settings.idleTimeout, since: lastMessage, now: now)) }
        guard let wait = waits.min() else { return }
        setTimer(after: wait) { $0.checkLiveness() }
    }

    private static func rest(of limit: UInt64, since start: UInt64, now: UInt64) -> UInt64 {
        let passed = now &- start
        return passed < limit ? limit - passed : 0
    }

    private func checkLiveness() {
        let now = worker.loop.now
        if settings.idleTimeout > 0, now &- lastMessage >= settings.idleTimeout {
            return close(.normalClosure, reason: "no message for too long")
        }
        guard settings.pingInterval > 0, now &- lastHeard >= settings.pingInterval else { return scheduleKeepalive() }
        guard admitsOutbound(2) else { return }
        socket.sendPing()
        setTimer(after: settings.pingTimeout) { $0.checkPong(pingedAt: now) }
    }

    private func checkPong(pingedAt: UInt64) {
        guard lastHeard <= pingedAt else { return scheduleKeepalive() }
        worker.log.debug("client does not answer pings", ["client": .integer(Int(client.id.number))])
        abort()
    }

    private func setTimer(after nanoseconds: UInt64, _ body: @escaping (ClientConnection) -> Void) {
        cancelTimer()
        // Holds the connection until `disconnect()` cancels it.
        timer = worker.loop.schedule(after: nanoseconds) { [self] in
            timer = nil
            body(self)
        }
    }

    private func cancelTimer() {
        if let timer { worker.loop.cancel(timer) }
        timer = nil
    }
}

extension ClientConnection: ClientLink {
    func send(_ message: [UInt8]) {
        guard socket.isOpen, admitsOutbound(message.count) else { return }
        socket.sendText(message)
        worker.metrics.add(message.count, to: .bytesSent)
    }

    func hasRoom(for count: Int) -> Bool {
        // Half the limit is left to what is streamed meanwhile.
        let limit = settings.maximumQueuedBytes / 2
        if socket.unsentBytes + count <= limit { return true }
        socket.channel.flushNow()
        // Bytes that are left now have the loop call `connectionDrained`.
        return socket.isOpen && socket.unsentBytes == 0
    }

    func exceedRate() {
        close(.policyViolation, reason: "too many messages")
    }

    func fallBehind() {
        worker.metrics.add(to: .connectionsDroppedSlow)
        close(.tryAgainLater, reason: "too slow to read what is sent again")
    }
}

extension ClientConnection: WebSocketConnectionDelegate {
    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        // A close frame of ours is on its way: the sessions are no longer this client's.
        guard !isDisconnected else { return }
        lastHeard = worker.loop.now
        lastMessage = lastHeard
        worker.metrics.add(message.count, to: .bytesReceived)
        worker.router.receive(message, from: client)
    }

    /// The limits have binary messages refused as violations.
    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {}

    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {
        lastHeard = worker.loop.now
    }

    func connectionDrained(_ connection: WebSocketConnection) {
        client.roomFreed()
    }

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        if case .failed(_, let reason) = ending {
            worker.metrics.add(to: .protocolViolations)
            worker.log.debug(
                "WebSocket violation", ["client": .integer(Int(client.id.number)), "reason": .string(reason)])
        }
        disconnect()
        worker.forget(self)
    }
}
