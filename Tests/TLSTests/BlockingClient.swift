import Glibc
import TLS
import Testing
import Wire

/// A TLS client over a blocking socket, for one test.
final class BlockingClient {
    let session: TLSClientSession
    private(set) var received: [UInt8] = []
    private let descriptor: Int32
    private let plaintextBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 16)

    /// Connects to `port` at `address`, and expects the certificate of `host` there.
    init(
        port: UInt16, host: String = "api.test", trust: TLSTrust, address: String = "127.0.0.1",
        sessions: TLSSessionCache = TLSSessionCache()
    ) throws {
        session = try TLSClientSession(
            context: TLSContext.shared(for: trust), host: host, port: port, sessions: sessions)
        descriptor = try Self.connect(to: address, port: port)
    }

    deinit {
        Glibc.close(descriptor)
        plaintextBuffer.deallocate()
    }

    var receivedText: String { String(decoding: received, as: UTF8.self) }

    /// Runs the handshake to its end.
    func handshake() throws {
        defer { flush() }
        try session.startHandshake()
        flush()
        while !session.isEstablished {
            try receiveOnce()
            flush()
        }
    }

    func send(_ text: String) throws {
        try Array(text.utf8).withUnsafeBytes { try session.write($0) }
        flush()
    }

    /// Reads until the plaintext ends in `text`.
    func receive(until text: String) throws {
        while !receivedText.hasSuffix(text) { try receiveOnce() }
    }

    /// Takes one piece from the network.
    ///
    /// - Parameter alter: may change the piece before the session gets it.
    /// - Returns: whether there was one.
    @discardableResult
    func receiveOnce(_ alter: (inout [UInt8]) -> Void = { _ in }) throws -> Bool {
        var ciphertext = [UInt8](repeating: 0, count: 32 * 1024)
        let count = recv(descriptor, &ciphertext, ciphertext.count, 0)
        // A server that was killed resets the connection, or ends it.
        guard count > 0 else {
            try session.inputEnded()
            return false
        }
        ciphertext.removeSubrange(count...)
        alter(&ciphertext)
        try feed(ciphertext)
        return true
    }

    func feed(_ ciphertext: [UInt8]) throws {
        try ciphertext.withUnsafeBytes { bytes in
            try session.receive(bytes, into: plaintextBuffer) { received += $0 }
        }
    }

    /// Closes the session, and tells the server.
    func close() {
        session.close()
        flush()
    }

    private func flush() {
        var queue = ByteQueue()
        session.takeCiphertext(into: &queue)
        queue.withUnsafeBytes { _ = Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private static func connect(to address: String, port: UInt16) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        #expect(getaddrinfo(address, String(port), &hints, &list) == 0)
        let info = try #require(list).pointee
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.ai_family, info.ai_socktype, 0)
        // A test that waits in vain fails instead of hanging.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try #require(Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) == 0)
        return descriptor
    }
}

/// The error that `body` must throw.
func tlsError(_ body: () throws -> Void) -> TLSError? {
    do {
        try body()
        Issue.record("it did not fail")
        return nil
    } catch {
        return error as? TLSError
    }
}
