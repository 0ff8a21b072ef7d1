import EventLoops
import Glibc
import TLS
import Wire

/// TLS on a client's channel: what is written before the handshake is done waits for it.
final class TLSFilter: ChannelFilter {
    /// Room for the plaintext of a record (RFC 8446 §5.1).
    private static let plaintextBytes = 16 << 10

    private let session: TLSClientSession
    /// Why there is no connection any more, where TLS is the reason.
    private(set) var failure: TLSError?

    /// - Parameter host: what the server's certificate must name.
    init(context: TLSContext, host: String, port: UInt16) throws(TLSError) {
        session = try TLSClientSession(context: context, host: host, port: port, sessions: TLSSessionCache())
    }

    func seal(_ plain: inout ByteQueue, into wire: inout ByteQueue) throws(SystemError) {
        // Also after an error: an alert may tell the server why.
        defer { session.takeCiphertext(into: &wire) }
        do throws(TLSError) {
            try session.startHandshake()
            guard session.isEstablished, !plain.isEmpty else { return }
            let bytes = plain.bytes
            try bytes.span.withUnsafeBytes { (bytes) throws(TLSError) in try session.write(bytes) }
            plain.removeAll()
        } catch {
            throw broken(error)
        }
    }

    func unseal(_ wire: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void) throws(SystemError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.plaintextBytes, alignment: 16)
        defer { buffer.deallocate() }
        do throws(TLSError) {
            try session.receive(wire, into: buffer, plaintext: deliver)
        } catch {
            throw broken(error)
        }
    }

    var hasEnded: Bool { session.receivedCloseNotify }

    func inputEnded() throws(SystemError) {
        do throws(TLSError) { try session.inputEnded() } catch { throw broken(error) }
    }

    func finish() {
        session.close()
    }

    private func broken(_ error: TLSError) -> SystemError {
        failure = error
        return SystemError(call: "TLS", code: EPROTO, detail: error.detail)
    }
}
