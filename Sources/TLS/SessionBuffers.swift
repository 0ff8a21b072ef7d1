import Glibc
import Wire

/// What a session's library object reads from and writes to, in place of a socket: a BIO of our own over these buffers.
///
/// Lifetimes: the BIO holds an unretained pointer to this object. The session owns both, and frees the library's
/// object, and with it the BIO, before it lets go of this one. The library calls in only from within calls of the
/// session's, on the session's loop.
final class SessionBuffers {
    /// Ciphertext that has come and is not yet read. Points into the caller's buffer during
    /// ``TLSClientSession/receive(_:into:plaintext:)``, and is empty outside of it.
    var incoming = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Ciphertext to send. Its size is bounded by what the session is given to write.
    var outgoing = ByteQueue()

    /// The kind of BIO. Made once, never freed.
    static func makeMethod(_ functions: OpenSSLFunctions) -> SharedPointer? {
        let type = functions.BIO_get_new_index() | OpenSSLConstant.BIO_TYPE_SOURCE_SINK
        guard let method = functions.BIO_meth_new(type, "ailoopctl session"),
            functions.BIO_meth_set_read(method, readIncoming) == 1,
            functions.BIO_meth_set_write(method, writeOutgoing) == 1,
            functions.BIO_meth_set_ctrl(method, control) == 1
        else { return nil }
        return SharedPointer(method)
    }

    /// A BIO over these buffers; nil where there is no memory. Freed by the `SSL` that it is set on.
    func makeBIO(_ openSSL: OpenSSL) -> BIO? {
        let bio = openSSL.functions.BIO_new(openSSL.bioMethod.pointer)
        openSSL.functions.BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        return bio
    }

    private static func of(_ bio: BIO?, _ functions: OpenSSLFunctions) -> SessionBuffers? {
        functions.BIO_get_data(bio).map { Unmanaged<SessionBuffers>.fromOpaque($0).takeUnretainedValue() }
    }

    private func read(into destination: UnsafeMutablePointer<CChar>, _ capacity: Int) -> Int {
        let count = min(incoming.count, capacity)
        guard count > 0, let source = incoming.baseAddress else { return 0 }
        memcpy(destination, source, count)
        incoming = UnsafeRawBufferPointer(rebasing: incoming[count...])
        return count
    }

    private static let readIncoming: BIOReadFunction = { bio, destination, capacity in
        guard case .success(let openSSL) = OpenSSL.shared, let destination,
            let buffers = of(bio, openSSL.functions)
        else { return -1 }
        let retry = OpenSSLConstant.BIO_FLAGS_READ | OpenSSLConstant.BIO_FLAGS_SHOULD_RETRY
        let count = buffers.read(into: destination, Int(capacity))
        guard count > 0 else {
            openSSL.functions.BIO_set_flags(bio, retry)
            return -1
        }
        openSSL.functions.BIO_clear_flags(bio, retry)
        return CInt(count)
    }

    private static let writeOutgoing: BIOWriteFunction = { bio, source, count in
        guard case .success(let openSSL) = OpenSSL.shared, let source, count > 0,
            let buffers = of(bio, openSSL.functions)
        else { return -1 }
        buffers.outgoing.append(contentsOf: UnsafeRawBufferPointer(start: source, count: Int(count)))
        return count
    }

    private static let control: BIOControlFunction = { _, command, _, _ in
        command == OpenSSLConstant.BIO_CTRL_FLUSH ? 1 : 0
    }
}
