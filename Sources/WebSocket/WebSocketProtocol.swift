package import Wire

/// One end of a WebSocket connection after its handshake (RFC 6455), without any I/O: bytes of the peer become events,
/// messages to the peer become bytes in a queue.
///
/// The driver hands everything that it reads to ``next(in:at:)``, answers each event by ``appendReply(to:to:)``, and
/// drops the connection when ``shouldDropConnection`` says so and the queue is flushed.
///
///     receiving:  open ── close frame or violation ──▶ over (input is discarded)
///     sending:    open ── close frame ──▶ over (nothing is sent any more)
package struct WebSocketProtocol: Sendable {
    package enum Role: Sendable {
        case server
        /// A client masks what it sends.
        case client(MaskingKeyGenerator)
    }

    private var role: Role
    private var receiver: FrameReceiver
    /// No frame may follow a close frame (RFC 6455 §5.5.1).
    package private(set) var hasSentClose = false

    package init(role: Role, limits: WebSocketLimits = WebSocketLimits()) {
        self.role = role
        let expectsMask = if case .server = role { true } else { false }
        receiver = FrameReceiver(expectsMask: expectsMask, limits: limits)
    }

    /// The next event from bytes that the peer sent, moving `offset` behind what made it. Nil where all of `input` is
    /// consumed. After a close frame or a violation everything is consumed and nothing comes of it.
    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> WebSocketEvent? {
        receiver.next(in: input, at: &offset)
    }

    /// The peer has sent its last: a close frame or a violation.
    package var hasReceivedLast: Bool { receiver.isDiscarding }

    /// Both sides have said their last. A server drops the connection now, a client waits a while for the server to do
    /// so (RFC 6455 §7.1.1).
    package var shouldDropConnection: Bool { hasSentClose && hasReceivedLast }
}

// MARK: Sending

extension WebSocketProtocol {
    /// Appends a text message, which must be UTF-8. False where a close frame was sent: then nothing is appended.
    @discardableResult
    package mutating func appendText(_ payload: UnsafeRawBufferPointer, to queue: inout ByteQueue) -> Bool {
        append(.text, payload, to: &queue)
    }

    @discardableResult
    package mutating func appendText(_ payload: [UInt8], to queue: inout ByteQueue) -> Bool {
        payload.withUnsafeBytes { append(.text, $0, to: &queue) }
    }

    @discardableResult
    package mutating func appendText(_ text: String, to queue: inout ByteQueue) -> Bool {
        var text = text
        return text.withUTF8 { append(.text, UnsafeRawBufferPointer($0), to: &queue) }
    }

    @discardableResult
    package mutating func appendBinary(_ payload: [UInt8], to queue: inout ByteQueue) -> Bool {
        payload.withUnsafeBytes { append(.binary, $0, to: &queue) }
    }

    /// At most 125 bytes: see ``FrameHeader/maximumControlPayload``.
    @discardableResult
    package mutating func appendPing(_ payload: [UInt8], to queue: inout ByteQueue) -> Bool {
        payload.withUnsafeBytes { append(.ping, $0, to: &queue) }
    }

    /// At most 125 bytes: see ``FrameHeader/maximumControlPayload``.
    @discardableResult
    package mutating func appendPong(_ payload: [UInt8], to queue: inout ByteQueue) -> Bool {
        payload.withUnsafeBytes { append(.pong, $0, to: &queue) }
    }

    /// Appends a close frame, the last frame. A reason too long for it is cut at a character. Without a code there is
    /// no reason either (RFC 6455 §5.5.1).
    @discardableResult
    package mutating func appendClose(
        _ code: WebSocketCloseCode?, reason: String = "", to queue: inout ByteQueue
    ) -> Bool {
        var payload: [UInt8] = []
        if let code {
            precondition(code.isAllowedOnWire, "WebSocket: close code \(code.rawValue) is not for the wire")
            payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
            payload.append(contentsOf: Self.prefix(of: reason, maximumBytes: FrameHeader.maximumControlPayload - 2))
        }
        let isAppended = payload.withUnsafeBytes { append(.close, $0, to: &queue) }
        hasSentClose = true
        return isAppended
    }

    /// What the protocol demands in answer to an event: a pong to a ping, a close frame to a close frame or a
    /// violation, nothing to the others.
    package mutating func appendReply(to event: WebSocketEvent, to queue: inout ByteQueue) {
        switch event {
        case .ping(let payload): appendPong(payload, to: &queue)
        case .close(let code, _): appendClose(code, to: &queue)
        case .violation(let code, let reason): appendClose(code, reason: reason, to: &queue)
        case .text, .binary, .pong: break
        }
    }

    private mutating func append(
        _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, to queue: inout ByteQueue
    ) -> Bool {
        precondition(
            !opcode.isControl || payload.count <= FrameHeader.maximumControlPayload,
            "WebSocket: control frame longer than 125 bytes")
        guard !hasSentClose else { return false }
        let header = FrameHeader(opcode: opcode, maskingKey: nextMaskingKey(), payloadLength: payload.count)
        queue.append(frame: header, payload)
        return true
    }

    private mutating func nextMaskingKey() -> MaskingKey? {
        guard case .client(var keys) = role else { return nil }
        defer { role = .client(keys) }
        return keys.next()
    }

    private static func prefix(of text: String, maximumBytes: Int) -> Substring.UTF8View {
        guard text.utf8.count > maximumBytes else { return text[...].utf8 }
        var end = text.startIndex
        while end < text.endIndex {
            let next = text.unicodeScalars.index(after: end)
            guard text.utf8.distance(from: text.startIndex, to: next) <= maximumBytes else { break }
            end = next
        }
        return text[..<end].utf8
    }
}

extension ByteQueue {
    /// Appends one frame: the header, then the payload, masked on the way where the header has a key.
    package mutating func append(frame header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        let headerSize = header.encodedSize
        append(count: headerSize + payload.count) { destination in
            header.encode(to: destination)
            guard let body = destination.baseAddress?.advanced(by: headerSize) else { return }
            if let key = header.maskingKey {
                key.copy(payload, to: body)
            } else if let source = payload.baseAddress {
                body.copyMemory(from: source, byteCount: payload.count)
            }
        }
    }
}
