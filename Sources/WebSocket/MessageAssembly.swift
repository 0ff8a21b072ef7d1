import Wire

/// A text or binary message that grows by fragments (RFC 6455 §5.4).
struct MessageAssembly: Sendable {
    /// What the first fragment said, nil between messages.
    private var opcode: Opcode?
    private var bytes: [UInt8] = []
    private var fragments = 0
    private var validator = UTF8Validator()

    /// A data frame's header: the message's first, or one that continues it.
    mutating func begin(_ header: FrameHeader, limits: WebSocketLimits) throws(ProtocolViolation) {
        if header.opcode == .continuation {
            guard opcode != nil else { throw ProtocolViolation(.protocolError, "continuation of no message") }
        } else {
            guard opcode == nil else { throw ProtocolViolation(.protocolError, "message inside a message") }
            guard header.opcode == .text || limits.allowsBinary else {
                throw ProtocolViolation(.unsupportedData, "only text messages are taken")
            }
            opcode = header.opcode
        }
        guard header.payloadLength <= limits.maximumMessageBytes - bytes.count else {
            throw ProtocolViolation(.messageTooBig, "message of more than \(limits.maximumMessageBytes) bytes")
        }
        fragments += 1
        guard fragments <= limits.maximumFragments else {
            throw ProtocolViolation(.messageTooBig, "message of more than \(limits.maximumFragments) fragments")
        }
    }

    /// Takes a piece of a frame's payload. Text is checked at once: the peer hears of a fault before the frame is whole.
    mutating func receive(
        _ partial: inout PartialPayload, from input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ProtocolViolation) {
        let start = bytes.count
        partial.take(from: input, at: &offset, appendingTo: &bytes)
        guard opcode == .text else { return }
        let isValid = bytes.withUnsafeBytes { validator.append(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        guard isValid else { throw Self.notUTF8 }
    }

    /// The whole message, after its final frame.
    mutating func end() throws(ProtocolViolation) -> WebSocketEvent {
        guard validator.isAtBoundary else { throw Self.notUTF8 }
        let message = bytes
        let isText = opcode == .text
        self = MessageAssembly()
        return isText ? .text(message) : .binary(message)
    }

    private static var notUTF8: ProtocolViolation { ProtocolViolation(.invalidPayload, "text is not UTF-8") }
}
