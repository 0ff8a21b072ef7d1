import Testing
import Wire

@testable import WebSocket

@Suite struct FrameHeaderTests {
    @Test(
        "lengths are written in the fewest bytes, and read back",
        arguments: [
            (0, [0x00]), (1, [0x01]), (125, [0x7D]), (126, [0x7E, 0x00, 0x7E]), (65535, [0x7E, 0xFF, 0xFF]),
            (65536, [0x7F, 0, 0, 0, 0, 0, 1, 0, 0]),
            (Int.max, [0x7F, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ] as [(Int, [UInt8])])
    func lengths(length: Int, bytes: [UInt8]) throws {
        let plain = FrameHeader(opcode: .binary, payloadLength: length)
        #expect(encoded(plain) == [0x82] + bytes)
        #expect(try decoded([0x82] + bytes) == plain)
        let key = MaskingKey(bits: 0x0403_0201)
        let masked = FrameHeader(isFinal: false, opcode: .text, maskingKey: key, payloadLength: length)
        let maskedBytes = [0x01, bytes[0] | 0x80] + bytes.dropFirst() + [1, 2, 3, 4]
        #expect(encoded(masked) == maskedBytes)
        #expect(try decoded(maskedBytes) == masked)
    }

    @Test(
        "a length that is not in its shortest form is refused",
        arguments: [
            [0x7E, 0, 0], [0x7E, 0, 125], [0x7F, 0, 0, 0, 0, 0, 0, 0, 0], [0x7F, 0, 0, 0, 0, 0, 0, 0, 126],
            [0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
        ] as [[UInt8]])
    func longForms(length: [UInt8]) {
        #expect(throws: ProtocolViolation(.protocolError, "length not in its shortest form")) {
            try decoded([0x82] + length)
        }
    }

    @Test("a length of 2^63 and more is refused", arguments: [0x80, 0xFF] as [UInt8])
    func mostSignificantBit(byte: UInt8) {
        #expect(throws: ProtocolViolation(.protocolError, "length of 2^63 or more")) {
            try decoded([0x82, 0x7F, byte, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    @Test("each reserved bit is refused on each opcode")
    func reservedBits() {
        for bit: UInt8 in [0x40, 0x20, 0x10] {
            for opcode: UInt8 in 0...15 {
                #expect(throws: ProtocolViolation(.protocolError, "reserved bits are set without an extension")) {
                    try decoded([0x80 | bit | opcode, 0])
                }
            }
        }
    }

    @Test("reserved opcodes are refused", arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func reservedOpcodes(opcode: UInt8) {
        #expect(throws: ProtocolViolation(.protocolError, "reserved opcode")) { try decoded([0x80 | opcode, 0]) }
    }

    @Test("control frames are whole and have 125 bytes at most", arguments: [Opcode.close, .ping, .pong])
    func controlFrames(opcode: Opcode) throws {
        #expect(try decoded([0x80 | opcode.rawValue, 125]).payloadLength == 125)
        #expect(throws: ProtocolViolation(.protocolError, "control frame longer than 125 bytes")) {
            try decoded([0x80 | opcode.rawValue, 126, 0, 126])
        }
        #expect(throws: ProtocolViolation(.protocolError, "fragmented control frame")) {
            try decoded([opcode.rawValue, 0])
        }
    }

    @Test("the second byte tells the header's size")
    func sizes() {
        for length: UInt8 in 0...127 {
            let extended = length == 126 ? 2 : length == 127 ? 8 : 0
            #expect(FrameHeader.size(secondByte: length) == 2 + extended)
            #expect(FrameHeader.size(secondByte: 0x80 | length) == 6 + extended)
        }
        #expect(FrameHeader.size(secondByte: 0xFF) == FrameHeader.maximumSize)
    }

    private func encoded(_ header: FrameHeader) -> [UInt8] {
        var queue = ByteQueue()
        queue.append(count: header.encodedSize) { header.encode(to: $0) }
        return queue.bytes
    }

    private func decoded(_ bytes: [UInt8]) throws -> FrameHeader {
        try #require(bytes.count == FrameHeader.size(secondByte: bytes[1]))
        return try bytes.withUnsafeBytes { try FrameHeader(decoding: $0) }
    }
}
