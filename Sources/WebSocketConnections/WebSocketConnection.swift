package import EventLoops
package import WebSocket
import Wire

/// What comes of a connection, told on its loop.
package protocol WebSocketConnectionDelegate: AnyObject {
    /// A whole text message, valid UTF-8.
    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8])
    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8])
    /// Proof that the peer lives. Pings are answered before the delegate could hear of them.
    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8])
    /// What waited for the socket to take it has been sent.
    func connectionDrained(_ connection: WebSocketConnection)
    /// The TCP connection is gone, too. The last call, exactly one, but none after ``WebSocketConnection/abort()``.
    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding)
}

/// How a connection ended.
package enum WebSocketEnding: Sendable, Hashable {
    /// The peer sent a close frame with this code and reason: first, or in answer to ours.
    case closed(WebSocketCloseCode?, reason: String)
    /// The peer broke the protocol or a limit, and was told this.
    case failed(WebSocketCloseCode, reason: String)
    /// No close frame came: TCP broke (the error), ended, or was ended by us after waiting for the frame (no error).
    case lost(SystemError?)
}

/// What a connection may hold, and how long its end may take.
package struct WebSocketConnectionLimits: Sendable, Hashable {
    package var messages: WebSocketLimits
    /// While more bytes than these wait for the socket, nothing is read: a peer that does not read its answers cannot ask
    /// for more. The owner bounds what it sends of its own accord.
    package var maximumUnsentBytes: Int
    /// From our close frame to the end of the TCP connection, whatever the peer does.
    package var closingNanoseconds: UInt64

    package init(
        messages: WebSocketLimits = WebSocketLimits(), maximumUnsentBytes: Int = 1 << 20,
        closingNanoseconds: UInt64 = 2_000_000_000
    ) {
        self.messages = messages
        self.maximumUnsentBytes = maximumUnsentBytes
        self.closingNanoseconds = closingNanoseconds
    }
}

/// A WebSocket connection on an event loop, after its handshake: ``WebSocketProtocol`` over a ``TCPChannel``.
///
/// Pings, close frames and violations are answered here. All calls are on the loop.
///
///     open ── a close frame sent or received, a violation ──▶ closing ── end of TCP, or its time is over ──▶ ended
package final class WebSocketConnection {
    private enum State {
        case open
        /// The timer bounds the closing handshake.
        case closing(TimerID)
        case ended
    }

    package let channel: TCPChannel
    /// Held until the connection ends.
    package var delegate: (any WebSocketConnectionDelegate)?
    private var machine: WebSocketProtocol
    private let isServer: Bool
    private let limits: WebSocketConnectionLimits
    private var state: State = .open
    /// The peer's last word, once it came.
    private var ending: WebSocketEnding?
    private var isReadingPaused = false
    /// Set by ``detachAfterMessage(_:)``.
    private var detachment: ((DetachedWebSocket) -> Void)?

    /// Takes over a channel whose handshake is done, as its delegate. What the handshake's reader has already read of the
    /// peer's first frames goes to ``receive(_:)``.
    package init(
        channel: TCPChannel, role: WebSocketProtocol.Role,
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits(),
        delegate: (any WebSocketConnectionDelegate)? = nil
    ) {
        self.channel = channel
        self.delegate = delegate
        self.limits = limits
        isServer = if case .server = role { true } else { false }
        machine = WebSocketProtocol(role: role, limits: limits.messages)
        channel.delegate = self
    }

    /// Goes on, on another loop, with a connection that was detached from its own. Its unsent output is sent again; its
    /// unread input goes to ``receive(_:)``, when the owner is ready for messages.
    package init(
        resuming detached: DetachedWebSocket, channel: TCPChannel, limits: WebSocketConnectionLimits,
        delegate: (any WebSocketConnectionDelegate)? = nil
    ) {
        self.channel = channel
        self.delegate = delegate
        self.limits = limits
        isServer = detached.isServer
        machine = detached.machine
        channel.delegate = self
        channel.write(detached.unsent)
    }

    /// Messages can be sent: no close frame was sent, and the connection stands.
    package var isOpen: Bool {
        if case .open = state { !machine.hasSentClose } else { false }
    }

    /// Bytes sent that the socket has not taken yet.
    package var unsentBytes: Int { channel.outboundBytes }

    // MARK: Sending

    /// Sends a text message, which must be UTF-8. Does nothing after a close frame.
    package func sendText(_ message: UnsafeRawBufferPointer) {
        channel.withOutbound { _ = machine.appendText(message, to: &$0) }
    }

    package func sendText(_ message: [UInt8]) {
        channel.withOutbound { _ = machine.appendText(message, to: &$0) }
    }

    package func sendText(_ message: String) {
        channel.withOutbound { _ = machine.appendText(message, to: &$0) }
    }

    package func sendBinary(_ message: [UInt8]) {
        channel.withOutbound { _ = machine.appendBinary(message, to: &$0) }
    }

    /// At most 125 bytes.
    package func sendPing(_ payload: [UInt8] = []) {
        channel.withOutbound { _ = machine.appendPing(payload, to: &$0) }
    }

    // MARK: Closing

    /// Sends a close frame and ends the connection when the peer has answered, or in time. Messages that the peer sent
    /// before are still delivered.
    package func close(_ code: WebSocketCloseCode?, reason: String = "") {
        guard isOpen else { return }
        channel.withOutbound { _ = machine.appendClose(code, reason: reason, to: &$0) }
        beginClosing()
    }

    /// Ends the connection at once, with no word to the peer and none to the delegate.
    package func abort() {
        delegate = nil
        end { channel.reset() }
    }

    /// Within ``WebSocketConnectionDelegate/connection(_:receivedText:)``: ends the connection here without closing it, once
    /// that call has returned, and hands over what another loop needs to go on.
    package func detachAfterMessage(_ take: @escaping (DetachedWebSocket) -> Void) {
        detachment = take
    }

    private func detach(unread: UnsafeRawBufferPointer, _ take: (DetachedWebSocket) -> Void) {
        var released: (descriptor: Int32, unsent: [UInt8])?
        end { released = channel.detach() }
        guard let released else { return }
        take(
            DetachedWebSocket(
                descriptor: released.descriptor, isServer: isServer, machine: machine, unsent: released.unsent,
                unread: Array(unread)))
    }

    private func beginClosing() {
        guard case .open = state else { return }
        // The peer's close frame must be read, however much it has not read of ours.
        resumeReading()
        state = .closing(
            channel.loop.schedule(after: limits.closingNanoseconds) { [weak self] in self?.finish() })
    }

    /// The peer's last word is known and answered: RFC 6455 §7.1.1 has the server end TCP first. Where the peer failed, either
    /// side does. Reading goes on, as closing with unread input would reset the connection and lose our close frame.
    private func finishAfterLastWord() {
        beginClosing()
        if case .failed? = ending { return channel.finishWriting() }
        if isServer { channel.finishWriting() }
    }

    private func finish(_ error: SystemError? = nil) {
        let delegate = delegate
        let ending = ending ?? .lost(error)
        // What the peer has not taken by now is not left to the kernel to deliver.
        end { channel.outboundBytes > 0 ? channel.reset() : channel.close() }
        delegate?.connection(self, ended: ending)
    }

    private func end(_ close: () -> Void) {
        if case .closing(let timer) = state { channel.loop.cancel(timer) }
        state = .ended
        delegate = nil
        detachment = nil
        close()
    }
}

// MARK: - Receiving

extension WebSocketConnection {
    /// Bytes of the peer, valid during the call only.
    package func receive(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while let event = machine.next(in: bytes, at: &offset) {
            handle(event)
            if case .ended = state { return }
            if let take = detachment { return detach(unread: UnsafeRawBufferPointer(rebasing: bytes[offset...]), take) }
        }
        if case .open = state, channel.outboundBytes > limits.maximumUnsentBytes, !isReadingPaused {
            isReadingPaused = true
            channel.pauseReading()
        }
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .text(let message): return delegate?.connection(self, receivedText: message) ?? ()
        case .binary(let message): return delegate?.connection(self, receivedBinary: message) ?? ()
        case .pong(let payload): return delegate?.connection(self, receivedPong: payload) ?? ()
        case .ping: break
        case .close(let code, let reason): ending = .closed(code, reason: reason)
        case .violation(let code, let reason): ending = .failed(code, reason: reason)
        }
        channel.withOutbound { machine.appendReply(to: event, to: &$0) }
        if ending != nil { finishAfterLastWord() }
    }

    private func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        channel.resumeReading()
    }
}

extension WebSocketConnection: TCPChannelDelegate {
    package func channelConnected(_ channel: TCPChannel) {}

    package func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        receive(bytes)
    }

    package func channelReceivedEndOfInput(_ channel: TCPChannel) {
        guard ending != nil, channel.outboundBytes > 0 else { return finish() }
        // The answer to the peer's last word waits for the end of this turn.
        channel.finishWriting()
        channel.loop.runAtEndOfTick(self)
    }

    package func channelDrained(_ channel: TCPChannel) {
        resumeReading()
        delegate?.connectionDrained(self)
    }

    package func channel(_ channel: TCPChannel, failed error: SystemError) {
        finish(error)
    }
}

extension WebSocketConnection: EndOfTickWork {
    package func endOfTick() {
        if case .ended = state { return }
        // What the socket did not take at once goes to a peer that reads no more: the closing timer ends it.
        if channel.outboundBytes == 0 { finish() }
    }
}
