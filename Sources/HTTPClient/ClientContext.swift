import EventLoops
import HTTP1
import TLS

/// What all connections of a client share. Isolation: lives on the client's loop.
final class ClientContext {
    /// Plaintext of one whole TLS record (RFC 8446 §5.1).
    static let plaintextBufferBytes = 16 * 1024

    let loop: EventLoop
    let limits: HTTPClientLimits
    /// Redirects are answers like others.
    let tellsRedirects: Bool
    let addresses: AddressBook
    let throttle: HandshakeThrottle
    let sessions = TLSSessionCache()
    let tls: TLSProvider
    /// Room for decrypted bytes, which are used up before the next are decrypted.
    let plaintextBuffer: UnsafeMutableRawBufferPointer

    init(
        loop: EventLoop, limits: HTTPClientLimits, tellsRedirects: Bool, trust: TLSTrust, names: NameLookUp,
        lookUps: BlockingCalls
    ) {
        self.loop = loop
        self.tellsRedirects = tellsRedirects
        self.limits = limits
        addresses = AddressBook(loop: loop, lookUp: names, calls: lookUps)
        throttle = HandshakeThrottle(loop: loop)
        tls = TLSProvider(loop: loop, trust: trust)
        plaintextBuffer = .allocate(byteCount: Self.plaintextBufferBytes, alignment: 16)
    }

    deinit {
        plaintextBuffer.deallocate()
    }
}
