import Testing
import Wire

@testable import TLS

/// A TLS server in memory that chooses the application protocol `h2`, whatever is offered: what no server program does.
final class MemoryServer {
    private typealias ChooseProtocol =
        @convention(c) (
            SSL?, UnsafeMutablePointer<UnsafePointer<CUnsignedChar>?>?, UnsafeMutablePointer<CUnsignedChar>?,
            UnsafePointer<CUnsignedChar>?, CUnsignedInt, UnsafeMutableRawPointer?
        ) -> CInt

    /// `SSL_FILETYPE_PEM`.
    private static let pem: CInt = 1
    /// Lives as long as the library may point to it.
    private static let chosen = {
        let name = UnsafeMutableBufferPointer<CUnsignedChar>.allocate(capacity: 2)
        _ = name.initialize(from: Array("h2".utf8))
        return UInt(bitPattern: name.baseAddress)
    }()

    private let openSSL: OpenSSL
    private let context: SSL_CTX
    private let ssl: SSL
    private let buffers = SessionBuffers()

    init(chainFile: String, keyFile: String) throws {
        openSSL = try OpenSSL.shared.get()
        let library = try DynamicLibrary(named: "libssl.so.3")
        let method: @convention(c) () -> Const<SSL_METHOD>? = try library.function("TLS_server_method")
        let useChain: @convention(c) (SSL_CTX?, UnsafePointer<CChar>?) -> CInt = try library.function(
            "SSL_CTX_use_certificate_chain_file")
        let useKey: @convention(c) (SSL_CTX?, UnsafePointer<CChar>?, CInt) -> CInt = try library.function(
            "SSL_CTX_use_PrivateKey_file")
        let setChoice: @convention(c) (SSL_CTX?, ChooseProtocol?, UnsafeMutableRawPointer?) -> Void =
            try library.function("SSL_CTX_set_alpn_select_cb")
        let accept: @convention(c) (SSL?) -> Void = try library.function("SSL_set_accept_state")

        context = try #require(openSSL.functions.SSL_CTX_new(method()))
        #expect(useChain(context, chainFile) == 1)
        #expect(useKey(context, keyFile, Self.pem) == 1)
        setChoice(
            context,
            { _, name, length, _, _, _ in
                name?.pointee = UnsafePointer(bitPattern: MemoryServer.chosen)
                length?.pointee = 2
                return 0
            }, nil)
        ssl = try #require(openSSL.functions.SSL_new(context))
        let bio = try #require(buffers.makeBIO(openSSL))
        openSSL.functions.SSL_set_bio(ssl, bio, bio)
        accept(ssl)
    }

    deinit {
        openSSL.functions.SSL_free(ssl)
        openSSL.functions.SSL_CTX_free(context)
    }

    /// Takes what the client sends, and gives what it answers.
    func answer(_ ciphertext: [UInt8]) -> [UInt8] {
        ciphertext.withUnsafeBytes { bytes in
            buffers.incoming = bytes
            _ = openSSL.functions.SSL_do_handshake(ssl)
            buffers.incoming = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { buffers.outgoing.removeAll() }
        return buffers.outgoing.bytes
    }
}
