import Testing
import WebSocket
import Wire

/// The examples of RFC 6455 §5.7.
@Suite struct RFCExamplesTests {
    @Test("a single-frame unmasked text message")
    func unmasked() {
        #expect(events(of: [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], as: .client) == [.text(hello)])
    }

    @Test("a single-frame masked text message")
    func masked() {
        let frame: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(events(of: frame, as: .server) == [.text(hello)])
    }

    @Test("a fragmented unmasked text message")
    func fragmented() {
        let frames: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f]
        #expect(events(of: frames, as: .client) == [.text(hello)])
    }

    @Test("an unmasked ping and its masked pong")
    func ping() {
        #expect(events(of: [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], as: .client) == [.ping(hello)])
        let pong: [UInt8] = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(events(of: pong, as: .server) == [.pong(hello)])
    }

    @Test("binary messages of 256 bytes and of 64 KiB", arguments: [256, 65536])
    func long(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let header: [UInt8] = count == 256 ? [0x82, 0x7E, 0x01, 0x00] : [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]
        #expect(events(of: header + payload, as: .client) == [.binary(payload)])
        var server = WebSocketProtocol(role: .server)
        var queue = ByteQueue()
        server.appendBinary(payload, to: &queue)
        #expect(queue.bytes == header + payload)
    }

    private let hello = Array("Hello".utf8)
}
