import EventLoops
import Synchronization
import Testing

/// A TCP connection of bytes, for what no well-behaved client sends.
final class RawConnection: Sendable {
    private enum Event: Sendable {
        case connected
        case received([UInt8])
        case ended
    }

    private final class Delegate: TCPChannelDelegate {
        let inbox: Inbox<Event>
        init(_ inbox: Inbox<Event>) { self.inbox = inbox }
        func channelConnected(_ channel: TCPChannel) { inbox.put(.connected) }
        func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
            inbox.put(.received(Array(bytes)))
        }
        func channelReceivedEndOfInput(_ channel: TCPChannel) { inbox.put(.ended) }
        func channelDrained(_ channel: TCPChannel) {}
        func channel(_ channel: TCPChannel, failed error: SystemError) { inbox.put(.ended) }
    }

    private let channel: LoopBound<TCPChannel>
    private let inbox: Inbox<Event>
    /// Came along with what was read last, behind it.
    private let unread = Mutex<[UInt8]>([])

    private init(channel: LoopBound<TCPChannel>, inbox: Inbox<Event>) {
        self.channel = channel
        self.inbox = inbox
    }

    static func open(to address: SocketAddress) async throws -> RawConnection {
        let inbox = Inbox<Event>()
        let loop = TestServer.clientLoop
        let channel = try await withCheckedThrowingContinuation { continuation in
            loop.submit {
                continuation.resume(
                    with: Result {
                        LoopBound(
                            try TCPChannel(loop: loop, connectingTo: address, delegate: Delegate(inbox)), loop: loop)
                    })
            }
        }
        guard case .connected? = await inbox.next() else { throw TestFailure("not connected") }
        return RawConnection(channel: channel, inbox: inbox)
    }

    /// A WebSocket whose frames the test makes itself.
    static func openWebSocket(to server: TestServer) async throws -> RawConnection {
        let connection = try await open(to: server.address)
        connection.send(handshake(server))
        let head = try await connection.readHead()
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw TestFailure("no upgrade: \(head)") }
        return connection
    }

    static func handshake(_ server: TestServer, path: String = "/ws", headers: [String] = []) -> String {
        let lines = [
            "GET \(path) HTTP/1.1", "Host: \(server.address)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ]
        return (lines + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        channel.submit { $0.write(bytes) }
    }

    /// FIN: nothing more is sent.
    func finishWriting() {
        channel.submit { $0.finishWriting() }
    }

    func pauseReading() {
        channel.submit { $0.pauseReading() }
    }

    func resumeReading() {
        channel.submit { $0.resumeReading() }
    }

    func close() {
        channel.submit { $0.close() }
    }

    /// The head of the next HTTP response.
    func readHead() async throws -> String {
        var bytes = take()
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = bytes.firstRange(of: end) {
                unread.withLock { $0 = Array(bytes[range.upperBound...]) }
                return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
            }
            bytes += try await receive(after: bytes)
        }
    }

    /// All that comes until the server ends the connection.
    func readToEnd() async throws -> [UInt8] {
        var bytes = take()
        while true {
            switch await inbox.next() {
            case .received(let more): bytes += more
            case .ended: return bytes
            case .connected: continue
            case nil: throw TestFailure("the test was cancelled")
            }
        }
    }

    /// The next `count` bytes.
    func read(_ count: Int) async throws -> [UInt8] {
        var bytes = take()
        while bytes.count < count { bytes += try await receive(after: bytes) }
        unread.withLock { $0 = Array(bytes[count...]) }
        return Array(bytes[..<count])
    }

    func read(until isComplete: (String) -> Bool) async throws -> String {
        var bytes = take()
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if isComplete(text) { return text }
            bytes += try await receive(after: bytes)
        }
    }

    private func take() -> [UInt8] {
        unread.withLock { unread in
            defer { unread = [] }
            return unread
        }
    }

    private func receive(after bytes: [UInt8]) async throws -> [UInt8] {
        guard case .received(let more)? = await inbox.next() else {
            throw TestFailure("the connection ended after: \(String(decoding: bytes, as: UTF8.self))")
        }
        return more
    }

    /// The code of the close frame that the server sends; frames before it are passed over.
    func closeCode() async throws -> Int? {
        let bytes = try await readToEnd()
        var offset = 0
        while offset + 2 <= bytes.count {
            var length = Int(bytes[offset + 1])
            var start = offset + 2
            if length == 126 {
                length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
                start += 2
            }
            if bytes[offset] == 0x88 { return length >= 2 ? Int(bytes[start]) << 8 | Int(bytes[start + 1]) : nil }
            offset = start + length
        }
        return nil
    }

    /// A masked frame, as clients send them; the masking key is zero, which leaves the payload as it is.
    static func frame(_ firstByte: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        var bytes = [firstByte]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else if payload.count < 65_536 {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        } else {
            bytes.append(0x80 | 127)
            bytes += (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xFF) }
        }
        return bytes + [0, 0, 0, 0] + payload
    }
}
