import Wire

/// Turns a peer's bytes into events: frames, the messages that they are fragments of, and the rules for both.
///
///     ┌─▶ header ── whole header ──▶ payload ── whole payload ─┐
///     └────┼─────────────────────────────┼─────────────────────┘
///          └── violation ──▶ discarding ◀┴── violation, close frame
struct FrameReceiver: Sendable {
    private enum State: Sendable {
        /// Between frames, or inside a header whose bytes so far are kept. Next: payload, discarding.
        case header(PartialHeader)
        /// Inside a frame's payload. Next: header, discarding.
        case payload(PartialPayload)
        /// After a close frame or a violation, for good.
        case discarding
    }

    private var state: State = .header(PartialHeader())
    private var message = MessageAssembly()
    /// Payload so far of the control frame under way; at most 125 bytes.
    private var control: [UInt8] = []
    private let expectsMask: Bool
    private let limits: WebSocketLimits

    init(expectsMask: Bool, limits: WebSocketLimits) {
        self.expectsMask = expectsMask
        self.limits = limits
    }

    var isDiscarding: Bool {
        if case .discarding = state { true } else { false }
    }

    /// See ``WebSocketProtocol/next(in:at:)``.
    mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> WebSocketEvent? {
        do {
            while true {
                switch state {
                case .header(var partial):
                    guard let header = try partial.take(from: input, at: &offset) else {
                        state = .header(partial)
                        return nil
                    }
                    try begin(header)
                    state = .payload(PartialPayload(header))
                case .payload(var partial):
                    let isWhole = try receive(&partial, from: input, at: &offset)
                    state = isWhole ? .header(PartialHeader()) : .payload(partial)
                    guard isWhole else { return nil }
                    if let event = try end(partial.header) { return event }
                case .discarding:
                    offset = input.count
                    return nil
                }
            }
        } catch {
            discard()
            offset = input.count
            return .violation(error.code, reason: error.reason)
        }
    }

    private mutating func discard() {
        state = .discarding
        message = MessageAssembly()
        control = []
    }
}

// MARK: One frame

extension FrameReceiver {
    /// Checks what a header claims before any of its payload is taken.
    private mutating func begin(_ header: FrameHeader) throws(ProtocolViolation) {
        guard (header.maskingKey != nil) == expectsMask else {
            throw ProtocolViolation(.protocolError, expectsMask ? "frame is not masked" : "frame is masked")
        }
        guard !header.opcode.isControl else { return }
        try message.begin(header, limits: limits)
    }

    /// Takes what the input has of the payload; true where it is whole now.
    private mutating func receive(
        _ partial: inout PartialPayload, from input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ProtocolViolation) -> Bool {
        if partial.header.opcode.isControl {
            partial.take(from: input, at: &offset, appendingTo: &control)
        } else {
            try message.receive(&partial, from: input, at: &offset)
        }
        return partial.remaining == 0
    }

    private mutating func end(_ header: FrameHeader) throws(ProtocolViolation) -> WebSocketEvent? {
        switch header.opcode {
        case .ping: return .ping(takeControl())
        case .pong: return .pong(takeControl())
        case .close:
            let event = try Self.close(takeControl())
            discard()
            return event
        case .continuation, .text, .binary:
            return header.isFinal ? try message.end() : nil
        }
    }

    private mutating func takeControl() -> [UInt8] {
        defer { control = [] }
        return control
    }

    /// RFC 6455 §5.5.1: nothing, or a code and a reason.
    private static func close(_ payload: [UInt8]) throws(ProtocolViolation) -> WebSocketEvent {
        guard !payload.isEmpty else { return .close(nil, reason: "") }
        guard payload.count >= 2 else { throw ProtocolViolation(.protocolError, "close frame with half a code") }
        let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isAllowedOnWire else { throw ProtocolViolation(.protocolError, "close code not for the wire") }
        let reason = payload.dropFirst(2)
        guard reason.withUnsafeBytes({ UTF8Validator.isValid($0) }) else {
            throw ProtocolViolation(.invalidPayload, "close reason is not UTF-8")
        }
        return .close(code, reason: String(decoding: reason, as: UTF8.self))
    }
}
