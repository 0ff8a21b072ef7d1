import Synchronization

/// What all client sessions of one trust configuration share: protocol versions, certificates to believe, ALPN.
///
/// Making one reads the system's certificates: 25–50 ms and 2 MB, so make one a process, off the event loops. The
/// library counts references and locks, so that sessions on any loop may use it.
package final class TLSContext: Sendable {
    package let trust: TLSTrust
    let openSSL: OpenSSL
    private let context: SharedPointer

    private static let contexts = Mutex<[TLSTrust: TLSContext]>([:])

    /// The process's context for `trust`, made at first use. Blocks while it reads certificates.
    package static func shared(for trust: TLSTrust) throws(TLSError) -> TLSContext {
        try contexts.withLock { (contexts) throws(TLSError) in
            if let context = contexts[trust] { return context }
            let context = try TLSContext(trust: trust)
            contexts[trust] = context
            return context
        }
    }

    /// `OpenSSL 3.0.19 27 Jan 2026`, for the log.
    package var libraryVersion: String { openSSL.version }

    package init(trust: TLSTrust) throws(TLSError) {
        openSSL = try OpenSSL.shared.get()
        try trust.checkThatItExists()
        let functions = openSSL.functions
        functions.ERR_clear_error()
        guard let context = functions.SSL_CTX_new(functions.TLS_client_method()), let shared = SharedPointer(context)
        else {
            throw Self.failure(openSSL, "cannot be set up")
        }
        self.trust = trust
        self.context = shared
        // From here on the object is whole: where something below throws, deinit frees the context.
        try Self.configure(context, openSSL)
        try Self.load(trust, into: context, openSSL)
    }

    deinit {
        openSSL.functions.SSL_CTX_free(context.pointer)
    }

    /// A new connection's library object; the caller frees it.
    func makeSSL() -> SSL? {
        openSSL.functions.SSL_new(context.pointer)
    }

    // MARK: Setting up

    private static func configure(_ context: SSL_CTX, _ openSSL: OpenSSL) throws(TLSError) {
        let functions = openSSL.functions
        functions.SSL_CTX_set_verify(context, OpenSSLConstant.SSL_VERIFY_PEER, nil)
        _ = functions.SSL_CTX_set_options(context, OpenSSLConstant.SSL_OP_NO_RENEGOTIATION)
        // An idle connection gives its record buffers back.
        _ = functions.SSL_CTX_ctrl(
            context, OpenSSLConstant.SSL_CTRL_MODE, OpenSSLConstant.SSL_MODE_RELEASE_BUFFERS, nil)
        guard
            functions.SSL_CTX_ctrl(
                context, OpenSSLConstant.SSL_CTRL_SET_MIN_PROTO_VERSION, OpenSSLConstant.TLS1_2_VERSION, nil) == 1,
            // Returns 0 where it worked.
            functions.SSL_CTX_set_alpn_protos(
                context, ApplicationProtocol.offer, CUnsignedInt(ApplicationProtocol.offer.count)) == 0
        else { throw failure(openSSL, "cannot be set up") }
    }

    /// The variables' meaning is OpenSSL's: each replaces its own default, and leaves the other's in place.
    private static func load(_ trust: TLSTrust, into context: SSL_CTX, _ openSSL: OpenSSL) throws(TLSError) {
        let functions = openSSL.functions
        if let file = trust.certificateFile {
            guard functions.SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
                throw failure(openSSL, "cannot take certificates from SSL_CERT_FILE (\(file))")
            }
        } else {
            _ = functions.SSL_CTX_set_default_verify_file(context)
        }
        if let directories = trust.certificateDirectories {
            guard functions.SSL_CTX_load_verify_locations(context, nil, directories) == 1 else {
                throw failure(openSSL, "cannot take certificates from SSL_CERT_DIR (\(directories))")
            }
        } else {
            _ = functions.SSL_CTX_set_default_verify_dir(context)
        }
        // Defaults that are missing leave errors behind; servers will be refused for an unknown issuer.
        functions.ERR_clear_error()
    }

    private static func failure(_ openSSL: OpenSSL, _ problem: String) -> TLSError {
        TLSError(kind: .trustUnusable, detail: "TLS \(problem): \(openSSL.reason(of: openSSL.takeError())).")
    }
}

/// ALPN (RFC 7301): the one protocol that is spoken here.
enum ApplicationProtocol {
    static let name = "http/1.1"
    /// Length and name, as the extension wants it.
    static let offer: [UInt8] = [UInt8(name.utf8.count)] + Array(name.utf8)
}
