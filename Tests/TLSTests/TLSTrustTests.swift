import Foundation
import TLS
import TLSPeer
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSTrustTests {
    let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    private func error(of trust: TLSTrust) -> TLSError? {
        tlsError { _ = try TLSContext(trust: trust) }
    }

    @Test func theEnvironmentIsRead() {
        let variables = ["SSL_CERT_FILE": "/a.pem", "SSL_CERT_DIR": "/b:/c"]
        let trust = TLSTrust(environment: { variables[$0] })
        #expect(trust == TLSTrust(certificateFile: "/a.pem", certificateDirectories: "/b:/c"))
        #expect(TLSTrust(environment: { _ in "" }) == TLSTrust())
        #expect(TLSTrust(environment: { _ in nil }) == TLSTrust())
    }

    @Test func theSystemsCertificatesAreReadWhereNothingIsSet() throws {
        let context = try TLSContext(trust: TLSTrust())
        #expect(context.libraryVersion.hasPrefix("OpenSSL 3."))
    }

    @Test func aFileThatIsMissingIsNamed() {
        let error = error(of: TLSTrust(certificateFile: "/nowhere/ca.pem"))
        #expect(error?.kind == .trustUnusable)
        #expect(
            error?.detail == """
                SSL_CERT_FILE names /nowhere/ca.pem, which cannot be read: No such file or directory. Correct or unset it.
                """)
    }

    @Test func aFileWithoutCertificatesIsRefused() throws {
        let file = certificates.directory.appendingPathComponent("no-certificates.pem")
        try Data("nothing here\n".utf8).write(to: file)
        let error = error(of: TLSTrust(certificateFile: file.path))
        #expect(error?.kind == .trustUnusable)
        #expect(
            error?.detail == """
                TLS cannot take certificates from SSL_CERT_FILE (\(file.path)): no certificate or crl found.
                """)
    }

    @Test func directoriesOfWhichNoneIsThereAreNamed() {
        let error = error(of: TLSTrust(certificateDirectories: "/nowhere/a:/nowhere/b"))
        #expect(error?.kind == .trustUnusable)
        #expect(
            error?.detail == """
                SSL_CERT_DIR names /nowhere/a:/nowhere/b, where no directory can be read. Correct or unset it.
                """)
    }

    @Test func aDirectoryOfHashedCertificatesIsBelievedAlsoBesideOneThatIsMissing() async throws {
        let directory = certificates.directory.appendingPathComponent("hashed")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: certificates.rootFile, toPath: directory.appendingPathComponent("root.pem").path)
        try runOpenSSL(["rehash", directory.path], in: directory)
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        let trust = TLSTrust(certificateDirectories: "/nowhere:\(directory.path)")
        let client = try BlockingClient(port: server.port, trust: trust)
        try client.handshake()
        #expect(client.session.isEstablished)
    }

    @Test func aProcessHasOneContextForATrust() throws {
        let first = try TLSContext.shared(for: TLSTrust(certificateFile: certificates.rootFile))
        let second = try TLSContext.shared(for: TLSTrust(certificateFile: certificates.rootFile))
        let other = try TLSContext.shared(for: TLSTrust(certificateFile: certificates.otherRootFile))
        #expect(first === second)
        #expect(first !== other)
    }
}
