package import Wire

/// The client's side of one TLS connection, without any input or output of its own: ciphertext in, plaintext out, and back.
///
/// The driver sends what ``takeCiphertext(into:)`` gives after every call, also after one that threw: it may hold an alert
/// that tells the server why.
///
/// Isolation: lives on one event loop. The library's error queue belongs to the thread; no call here suspends.
package final class TLSClientSession {
    private enum State {
        /// Valid transitions: handshaking.
        case idle
        /// Valid transitions: established, ended.
        case handshaking
        /// Valid transitions: ended.
        case established
        /// Closed by us, or broken. What still comes is dropped.
        case ended
    }

    /// What makes up the server's identity, as errors name it: `api.example.com:443`.
    package let authority: String
    /// The server has said that it will send no more. Without it the end of input is a cut.
    package private(set) var receivedCloseNotify = false

    private var state = State.idle
    private let openSSL: OpenSSL
    private let ssl: SSL
    private let buffers = SessionBuffers()
    private let sessions: TLSSessionCache
    private let sessionKey: TLSSessionCache.Key
    /// The session was put into the cache, or is not to be.
    private var isRemembered = false

    /// - Parameters:
    ///   - host: what the certificate must name: a DNS name in ASCII, or an IP address without brackets.
    ///   - sessions: where a session to resume may be found, and where this one's will be.
    package init(context: TLSContext, host: String, port: UInt16, sessions: TLSSessionCache) throws(TLSError) {
        let identity = ServerIdentity(host: host)
        authority = identity.isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
        self.sessions = sessions
        openSSL = context.openSSL
        sessionKey = TLSSessionCache.Key(host: identity.name, port: port, trust: context.trust)
        openSSL.functions.ERR_clear_error()
        guard let ssl = context.makeSSL() else { throw Self.setUpFailure(authority, openSSL) }
        self.ssl = ssl
        guard let bio = buffers.makeBIO(openSSL) else { throw Self.setUpFailure(authority, openSSL) }
        // One BIO for both directions; `ssl` owns it from here on.
        openSSL.functions.SSL_set_bio(ssl, bio, bio)
        guard identity.require(of: ssl, openSSL) else { throw Self.setUpFailure(authority, openSSL) }
        openSSL.functions.SSL_set_connect_state(ssl)
        if let session = sessions.session(for: sessionKey) {
            _ = openSSL.functions.SSL_set_session(ssl, session)
        }
    }

    deinit {
        openSSL.functions.SSL_free(ssl)
    }

    // MARK: State

    /// The handshake is done and the certificate is good: plaintext may be written.
    package var isEstablished: Bool {
        if case .established = state { true } else { false }
    }

    /// The handshake took up an earlier session.
    package var isResumed: Bool { openSSL.functions.SSL_session_reused(ssl) == 1 }

    /// `TLSv1.2` or `TLSv1.3`, once established.
    package var protocolVersion: String {
        openSSL.functions.SSL_get_version(ssl).map { String(cString: $0) } ?? "unknown"
    }

    // MARK: Outbound

    /// Something is to be sent.
    package var hasCiphertext: Bool { !buffers.outgoing.isEmpty }

    /// Moves what is to be sent to the end of `queue`.
    package func takeCiphertext(into queue: inout ByteQueue) {
        guard !buffers.outgoing.isEmpty else { return }
        buffers.outgoing.withUnsafeBytes { queue.append(contentsOf: $0) }
        buffers.outgoing.removeAll()
    }

    package func startHandshake() throws(TLSError) {
        guard case .idle = state else { return }
        state = .handshaking
        try continueHandshake()
    }

    /// Encrypts. The session must be established.
    package func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        precondition(isEstablished, "plaintext written to a TLS session that is not established")
        guard plaintext.count > 0 else { return }
        var written = 0
        openSSL.functions.ERR_clear_error()
        // Our BIO takes everything, so that the library has no reason to write less or to wait.
        guard openSSL.functions.SSL_write_ex(ssl, plaintext.baseAddress, plaintext.count, &written) == 1 else {
            throw end(with: .connectionBroken)
        }
    }

    /// Says that we send no more (close_notify), and takes no more. Idempotent.
    ///
    /// Also for a connection that is dropped at once: without it the library spoils the session for resumption.
    package func close() {
        guard case .established = state else {
            state = .ended
            return
        }
        remember()
        state = .ended
        openSSL.functions.ERR_clear_error()
        _ = openSSL.functions.SSL_shutdown(ssl)
    }

    // MARK: Inbound

    /// Takes what came from the network, all of it, and hands out what it held.
    ///
    /// - Parameters:
    ///   - buffer: room for plaintext, 16 KiB for a whole record; the loop's, shared by its sessions.
    ///   - plaintext: called for each piece, which is valid during the call. It may write to the session and close it.
    package func receive(
        _ ciphertext: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer,
        plaintext: (UnsafeRawBufferPointer) -> Void
    ) throws(TLSError) {
        buffers.incoming = ciphertext
        defer { buffers.incoming = UnsafeRawBufferPointer(start: nil, count: 0) }
        if case .handshaking = state { try continueHandshake() }
        while case .established = state {
            var count = 0
            openSSL.functions.ERR_clear_error()
            let result = openSSL.functions.SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
            guard result == 1 else { return try stopReading(result) }
            remember()
            plaintext(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The network has no more to give.
    ///
    /// - Throws: where the server had not said so before: someone may have cut the connection.
    package func inputEnded() throws(TLSError) {
        defer { state = .ended }
        switch state {
        case .idle, .handshaking:
            throw TLSError(
                kind: .handshakeFailed,
                detail: """
                    \(authority) closed the connection during the TLS handshake. \
                    Check that the port speaks TLS, and the server's log.
                    """)
        case .established where !receivedCloseNotify:
            throw TLSError(
                kind: .connectionBroken,
                detail: "The TLS connection to \(authority) was cut: it ended without the server's close_notify.")
        case .established, .ended:
            return
        }
    }

    // MARK: Steps

    private func continueHandshake() throws(TLSError) {
        openSSL.functions.ERR_clear_error()
        let result = openSSL.functions.SSL_do_handshake(ssl)
        guard result == 1 else {
            if openSSL.functions.SSL_get_error(ssl, result) == OpenSSLConstant.SSL_ERROR_WANT_READ { return }
            // Whatever it was, the next attempt does without the remembered session.
            sessions.forget(sessionKey)
            throw end(with: .handshakeFailed)
        }
        try checkApplicationProtocol()
        state = .established
    }

    /// A server without ALPN names none, and speaks HTTP/1.1. One that names another would not be understood; early
    /// releases of the library's version 3.0 do not look.
    private func checkApplicationProtocol() throws(TLSError) {
        var name: UnsafePointer<CUnsignedChar>?
        var length: CUnsignedInt = 0
        openSSL.functions.SSL_get0_alpn_selected(ssl, &name, &length)
        let selected = String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
        guard selected.isEmpty || selected == ApplicationProtocol.name else {
            state = .ended
            throw TLSError(
                kind: .handshakeFailed,
                detail: """
                    The TLS handshake with \(authority) failed: the server chose the protocol \(selected), \
                    where \(ApplicationProtocol.name) was offered.
                    """)
        }
    }

    private func stopReading(_ result: CInt) throws(TLSError) {
        switch openSSL.functions.SSL_get_error(ssl, result) {
        case OpenSSLConstant.SSL_ERROR_WANT_READ: return
        case OpenSSLConstant.SSL_ERROR_ZERO_RETURN: receivedCloseNotify = true
        default: throw end(with: .connectionBroken)
        }
    }

    /// Puts the session into the cache, once. TLS 1.3 servers send tickets after the handshake, in practice before any
    /// data: so the first plaintext is the time.
    private func remember() {
        guard !isRemembered else { return }
        isRemembered = true
        let functions = openSSL.functions
        guard let session = functions.SSL_get1_session(ssl) else { return }
        if functions.SSL_SESSION_is_resumable(session) == 1 {
            sessions.store(session, for: sessionKey, openSSL)
        } else {
            functions.SSL_SESSION_free(session)
        }
    }

    // MARK: Errors

    /// Ends the session, and makes the error from what the library has in its queue.
    private func end(with kind: TLSError.Kind) -> TLSError {
        state = .ended
        return TLSFailure(authority: authority, ssl: ssl, openSSL: openSSL).error(kind)
    }

    private static func setUpFailure(_ authority: String, _ openSSL: OpenSSL) -> TLSError {
        let reason = openSSL.reason(of: openSSL.takeError())
        return TLSError(
            kind: .handshakeFailed, detail: "A TLS session with \(authority) cannot be set up: \(reason).")
    }
}
