/// The start of a frame (RFC 6455 §5.2).
///
///      0                   1                   2                   3
///     |F|R R R|opcode |M| length (7)  | length (16, if 126 or 64, if 127)
///     |I|S S S|  (4)  |A|             | masking key (32, if MASK is set)
///     |N|V V V|       |S|             | payload
package struct FrameHeader: Sendable, Hashable {
    package var isFinal: Bool
    package var opcode: Opcode
    /// Set on every frame of a client, on none of a server (RFC 6455 §5.1).
    package var maskingKey: MaskingKey?
    package var payloadLength: Int

    /// Bytes of the longest header: two, a 64-bit length and a key.
    package static let maximumSize = 14
    /// Payload bytes that a control frame may have (RFC 6455 §5.5).
    package static let maximumControlPayload = 125

    package init(isFinal: Bool = true, opcode: Opcode, maskingKey: MaskingKey? = nil, payloadLength: Int) {
        self.isFinal = isFinal
        self.opcode = opcode
        self.maskingKey = maskingKey
        self.payloadLength = payloadLength
    }
}

// MARK: Decoding

extension FrameHeader {
    /// Bytes of the header whose second byte this is.
    static func size(secondByte: UInt8) -> Int {
        let key = secondByte & 0x80 == 0 ? 0 : 4
        return switch secondByte & 0x7F {
        case 126: 4 + key
        case 127: 10 + key
        default: 2 + key
        }
    }

    /// Reads a whole header: `bytes` holds at least as many as ``size(secondByte:)`` says.
    init(decoding bytes: UnsafeRawBufferPointer) throws(ProtocolViolation) {
        guard bytes[0] & 0x70 == 0 else {
            throw ProtocolViolation(.protocolError, "reserved bits are set without an extension")
        }
        guard let opcode = Opcode(rawValue: bytes[0] & 0x0F) else {
            throw ProtocolViolation(.protocolError, "reserved opcode")
        }
        self.opcode = opcode
        isFinal = bytes[0] & 0x80 != 0
        guard isFinal || !opcode.isControl else {
            throw ProtocolViolation(.protocolError, "fragmented control frame")
        }
        payloadLength = try Self.payloadLength(in: bytes)
        guard payloadLength <= Self.maximumControlPayload || !opcode.isControl else {
            throw ProtocolViolation(.protocolError, "control frame longer than 125 bytes")
        }
        if bytes[1] & 0x80 != 0 {
            let offset = Self.size(secondByte: bytes[1]) - 4
            let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            maskingKey = MaskingKey(bits: UInt32(littleEndian: bits))
        }
    }

    /// The length must be written in the fewest bytes, and its most significant bit must be 0 (RFC 6455 §5.2).
    private static func payloadLength(in bytes: UnsafeRawBufferPointer) throws(ProtocolViolation) -> Int {
        switch bytes[1] & 0x7F {
        case 126:
            let length = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            guard length >= 126 else { throw ProtocolViolation(.protocolError, "length not in its shortest form") }
            return Int(length)
        case 127:
            let length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard length > UInt64(UInt16.max) else {
                throw ProtocolViolation(.protocolError, "length not in its shortest form")
            }
            guard let length = Int(exactly: length) else {
                throw ProtocolViolation(.protocolError, "length of 2^63 or more")
            }
            return length
        case let length:
            return Int(length)
        }
    }
}

// MARK: Encoding

extension FrameHeader {
    /// Bytes that ``encode(to:)`` writes.
    var encodedSize: Int {
        let key = maskingKey == nil ? 0 : 4
        return payloadLength < 126 ? 2 + key : payloadLength <= UInt16.max ? 4 + key : 10 + key
    }

    /// Writes ``encodedSize`` bytes.
    func encode(to destination: UnsafeMutableRawBufferPointer) {
        let masked: UInt8 = maskingKey == nil ? 0 : 0x80
        destination[0] = (isFinal ? 0x80 : 0) | opcode.rawValue
        if payloadLength < 126 {
            destination[1] = masked | UInt8(payloadLength)
        } else if payloadLength <= UInt16.max {
            destination[1] = masked | 126
            destination.storeBytes(of: UInt16(payloadLength).bigEndian, toByteOffset: 2, as: UInt16.self)
        } else {
            destination[1] = masked | 127
            destination.storeBytes(of: UInt64(payloadLength).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
        if let maskingKey {
            destination.storeBytes(of: maskingKey.bits.littleEndian, toByteOffset: encodedSize - 4, as: UInt32.self)
        }
    }
}
