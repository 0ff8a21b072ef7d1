import WebSocket
import Wire

/// The end whose parser is under test.
enum Side: CaseIterable, Sendable {
    case server
    case client

    var role: WebSocketProtocol.Role {
        switch self {
        case .server: .server
        case .client: .client(MaskingKeyGenerator(seed: SIMD8(1, 2, 3, 4, 5, 6, 7, 8)))
        }
    }

    var peer: Side { self == .server ? .client : .server }

    /// A frame as this side's peer would send it.
    func incoming(
        _ opcode: Opcode, _ payload: [UInt8] = [], isFinal: Bool = true, key: UInt32 = 0x3D21_FA37
    ) -> [UInt8] {
        var header = FrameHeader(isFinal: isFinal, opcode: opcode, payloadLength: payload.count)
        if self == .server { header.maskingKey = MaskingKey(bits: key) }
        var queue = ByteQueue()
        payload.withUnsafeBytes { queue.append(frame: header, $0) }
        return queue.bytes
    }

    func incoming(_ opcode: Opcode, _ payload: String, isFinal: Bool = true) -> [UInt8] {
        incoming(opcode, Array(payload.utf8), isFinal: isFinal)
    }
}

extension WebSocketProtocol {
    /// Everything that comes of the bytes.
    mutating func receive(_ bytes: some Collection<UInt8>) -> [WebSocketEvent] {
        var events: [WebSocketEvent] = []
        Array(bytes).withUnsafeBytes { input in
            var offset = 0
            while let event = next(in: input, at: &offset) { events.append(event) }
            precondition(offset == input.count, "nil means that all is consumed")
        }
        return events
    }
}

func events(
    of bytes: [UInt8], as side: Side, limits: WebSocketLimits = WebSocketLimits()
) -> [WebSocketEvent] {
    var machine = WebSocketProtocol(role: side.role, limits: limits)
    return machine.receive(bytes)
}
