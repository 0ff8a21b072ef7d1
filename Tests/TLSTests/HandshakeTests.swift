import TLS
import TLSPeer
import Testing
import Wire

/// Which servers are believed, and which are refused for which reason.
@Suite(.timeLimit(.minutes(5))) struct HandshakeTests {
    let certificates: TestCertificates
    /// The root of the test certificates, and nothing of the system's.
    let trust: TLSTrust

    init() throws {
        certificates = try TestCertificates.shared.get()
        trust = TLSTrust(
            certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory)
    }

    // MARK: Accepted

    @Test(arguments: [TestCertificates.Key.rsa, .ecdsa], ["-tls1_2", "-tls1_3"])
    func aGoodCertificateIsAcceptedByNameAndBytesGoBothWays(key: TestCertificates.Key, version: String) async throws {
        let certificate = key == .rsa ? certificates.rsa : certificates.ecdsa
        let server = try await TLSServer(certificate, options: ["-rev", version, "-alpn", "http/1.1"])
        let client = try BlockingClient(port: server.port, trust: trust)
        try client.handshake()
        #expect(client.session.protocolVersion == (version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
        #expect(!client.session.isResumed)
        try client.send("hello\n")
        try client.receive(until: "\n")
        #expect(client.receivedText == "olleh\n")
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")])
    func aGoodCertificateIsAcceptedByAddress(listenAddress: String, host: String) async throws {
        let server = try await TLSServer(certificates.ecdsa, address: listenAddress, options: ["-rev"])
        let client = try BlockingClient(port: server.port, host: host, trust: trust, address: host)
        try client.handshake()
        #expect(client.session.isEstablished)
        #expect(client.session.authority == "\(listenAddress):\(server.port)")
    }

    @Test(arguments: ["API.Test", "api.test."])
    func theNameComparesWithoutCaseAndWithoutTheRootsDot(host: String) async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        let client = try BlockingClient(port: server.port, host: host, trust: trust)
        try client.handshake()
        #expect(client.session.isEstablished)
    }

    @Test func anIntermediateThatTheServerSendsIsFollowed() async throws {
        let server = try await TLSServer(certificates.withIntermediate, options: ["-rev"])
        let client = try BlockingClient(port: server.port, trust: trust)
        try client.handshake()
        #expect(client.session.isEstablished)
    }

    @Test func aWildcardStandsForOneLabel() async throws {
        let server = try await TLSServer(certificates.wildcard, options: ["-rev"])
        do {
            let client = try BlockingClient(port: server.port, host: "a.wild.test", trust: trust)
            try client.handshake()
            #expect(client.session.isEstablished)
        }
        let deeper = try BlockingClient(port: server.port, host: "b.a.wild.test", trust: trust)
        #expect(tlsError(deeper.handshake)?.kind == .certificateRefused)
    }

    @Test func theServerIsAskedForByName() async throws {
        let server = try await TLSServer(
            certificates.ecdsa,
            options: [
                "-servername", "api.test", "-cert2", certificates.ecdsa.chainFile, "-key2", certificates.ecdsa.keyFile,
            ])
        try BlockingClient(port: server.port, trust: trust).handshake()
        try await server.waitForOutput("Hostname in TLS extension: \"api.test\"")
    }

    // MARK: Refused

    @Test func anExpiredCertificateIsRefused() async throws {
        try await expectRefusal(
            of: certificates.expired,
            """
            certificate has expired. Check this machine's clock; if it is right, the server needs a new certificate.
            """)
    }

    @Test func aCertificateForAnotherNameIsRefused() async throws {
        try await expectRefusal(
            of: certificates.ecdsa, host: "other.test",
            "hostname mismatch. It was issued for another host: check the address.")
    }

    @Test func aCertificateForAnotherAddressIsRefused() async throws {
        try await expectRefusal(
            of: certificates.ecdsa, host: "127.0.0.2",
            "IP address mismatch. It was issued for another host: check the address.")
    }

    @Test func aNameInTheSubjectAloneIsRefused() async throws {
        try await expectRefusal(
            of: certificates.commonNameOnly, "hostname mismatch. It was issued for another host: check the address.")
    }

    @Test func aSelfSignedCertificateIsRefused() async throws {
        try await expectRefusal(
            of: certificates.selfSigned,
            "self-signed certificate. If you trust its issuer, name the issuer's certificate in SSL_CERT_FILE.")
    }

    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        let others = TLSTrust(
            certificateFile: certificates.otherRootFile, certificateDirectories: certificates.emptyDirectory)
        try await expectRefusal(
            of: certificates.ecdsa, trust: others,
            """
            unable to get local issuer certificate. Its issuer is unknown here, or the server leaves out an intermediate \
            certificate. Install ca-certificates, or name the issuer's certificate in SSL_CERT_FILE.
            """)
    }

    @Test func aCertificateWithoutItsIntermediateIsRefused() async throws {
        try await expectRefusal(
            of: certificates.withoutIntermediate,
            """
            unable to get local issuer certificate. Its issuer is unknown here, or the server leaves out an intermediate \
            certificate. Install ca-certificates, or name the issuer's certificate in SSL_CERT_FILE.
            """)
    }

    @Test func theSystemsTrustDoesNotIncludeTheTestsRoot() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        let client = try BlockingClient(port: server.port, trust: TLSTrust())
        #expect(tlsError(client.handshake)?.kind == .certificateRefused)
    }

    @Test func tls11IsRefused() async throws {
        // Security level 0: else the library on the server's side would not offer it either.
        let server = try await TLSServer(
            certificates.rsa, options: ["-rev", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        let client = try BlockingClient(port: server.port, trust: trust)
        let error = try #require(tlsError(client.handshake))
        #expect(error.kind == .handshakeFailed)
        #expect(
            error.detail == """
                The TLS handshake with api.test:\(server.port) failed: tlsv1 alert protocol version. \
                TLS 1.2 or 1.3 is needed.
                """)
    }

    @Test func aServerWithoutHTTP11IsRefused() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev", "-alpn", "h2"])
        let client = try BlockingClient(port: server.port, trust: trust)
        let error = try #require(tlsError(client.handshake))
        #expect(error.kind == .handshakeFailed)
        #expect(
            error.detail == """
                The TLS handshake with api.test:\(server.port) failed: tlsv1 alert no application protocol. \
                The server does not offer HTTP/1.1 on this port.
                """)
    }

    @Test func aServerThatChoosesWhatWasNotOfferedIsRefused() throws {
        let server = try MemoryServer(
            chainFile: certificates.ecdsa.chainFile, keyFile: certificates.ecdsa.keyFile)
        let session = try TLSClientSession(
            context: TLSContext.shared(for: trust), host: "api.test", port: 443, sessions: TLSSessionCache())
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        try session.startHandshake()
        var queue = ByteQueue()
        session.takeCiphertext(into: &queue)
        let answer = server.answer(queue.bytes)
        let error = tlsError {
            try answer.withUnsafeBytes { bytes in try session.receive(bytes, into: buffer) { _ in } }
        }
        #expect(error?.kind == .handshakeFailed)
        // In the library's words, or in ours where it is an older one, which does not look.
        #expect(error?.detail.hasPrefix("The TLS handshake with api.test:443 failed: ") == true)
        #expect(!session.isEstablished)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"])
    func aServerThatDoesNotSpeakTLSIsNamedAsSuch(answer: String) throws {
        let session = try TLSClientSession(
            context: TLSContext.shared(for: trust), host: "api.test", port: 80, sessions: TLSSessionCache())
        try session.startHandshake()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        let error = tlsError {
            try Array(answer.utf8).withUnsafeBytes { bytes in try session.receive(bytes, into: buffer) { _ in } }
        }
        #expect(
            error?.detail == """
                The TLS handshake with api.test:80 failed: wrong version number. The server does not answer in TLS on \
                this port: check the port, or use an http address.
                """)
    }

    @Test func aConnectionThatEndsDuringTheHandshakeIsAFailedHandshake() throws {
        let session = try TLSClientSession(
            context: TLSContext.shared(for: trust), host: "::1", port: 443, sessions: TLSSessionCache())
        try session.startHandshake()
        let error = tlsError(session.inputEnded)
        #expect(error?.kind == .handshakeFailed)
        #expect(
            error?.detail == """
                [::1]:443 closed the connection during the TLS handshake. \
                Check that the port speaks TLS, and the server's log.
                """)
    }

    @Test func anEmptyHostNameIsRefusedBeforeAnythingIsSent() throws {
        let error = tlsError {
            _ = try TLSClientSession(
                context: TLSContext.shared(for: trust), host: "", port: 443, sessions: TLSSessionCache())
        }
        #expect(error?.kind == .handshakeFailed)
    }

    /// Expects the handshake to fail for the certificate, in the words given, and the server to be told.
    private func expectRefusal(
        of certificate: TestCertificate, host: String = "api.test", trust: TLSTrust? = nil, _ reason: String
    ) async throws {
        let server = try await TLSServer(certificate, options: ["-rev"])
        let client = try BlockingClient(port: server.port, host: host, trust: trust ?? self.trust)
        let error = try #require(tlsError(client.handshake))
        #expect(error.kind == .certificateRefused)
        #expect(error.detail == "The certificate of \(host):\(server.port) is refused: \(reason)")
        #expect(!client.session.isEstablished)
        try await server.waitForOutput("alert")
    }
}
