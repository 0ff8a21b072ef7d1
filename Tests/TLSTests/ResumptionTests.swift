import TLS
import TLSPeer
import Testing

/// Taking up earlier sessions, and where that must not happen: a resumed session skips the certificate's checks.
@Suite(.timeLimit(.minutes(5))) struct ResumptionTests {
    let certificates: TestCertificates
    let trust: TLSTrust
    let sessions = TLSSessionCache()

    init() throws {
        certificates = try TestCertificates.shared.get()
        trust = TLSTrust(
            certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory)
    }

    /// Connects, lets a line go there and back, and closes.
    private func visit(_ server: TLSServer, host: String = "api.test", trust: TLSTrust? = nil) throws -> BlockingClient
    {
        let client = try BlockingClient(
            port: server.port, host: host, trust: trust ?? self.trust, sessions: sessions)
        try client.handshake()
        try client.send("a\n")
        try client.receive(until: "\n")
        client.close()
        return client
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func theSecondConnectionToAServerResumes(version: String) async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev", version])
        #expect(try !visit(server).session.isResumed)
        #expect(sessions.count == 1)
        for _ in 0..<3 { #expect(try visit(server).session.isResumed) }
        #expect(sessions.count == 1)
    }

    @Test func aSessionOfOneHostIsNotUsedForAnother() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        _ = try visit(server)
        let client = try BlockingClient(port: server.port, host: "other.test", trust: trust, sessions: sessions)
        #expect(tlsError(client.handshake)?.kind == .certificateRefused)
        #expect(try !visit(server, host: "127.0.0.1").session.isResumed)
        #expect(try visit(server).session.isResumed)
        #expect(sessions.count == 2)
    }

    @Test func aSessionOfOnePortIsNotUsedForAnother() async throws {
        let first = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        let second = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        _ = try visit(first)
        #expect(try !visit(second).session.isResumed)
    }

    @Test func aSessionOfOneTrustIsNotUsedForAnother() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        _ = try visit(server)
        let others = TLSTrust(
            certificateFile: certificates.otherRootFile, certificateDirectories: certificates.emptyDirectory)
        let client = try BlockingClient(port: server.port, trust: others, sessions: sessions)
        #expect(tlsError(client.handshake)?.kind == .certificateRefused)
    }

    @Test func aConnectionThatIsDroppedWithoutAWordStillLeavesASessionToResume() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        do {
            let client = try BlockingClient(port: server.port, trust: trust, sessions: sessions)
            try client.handshake()
            try client.send("a\n")
            try client.receive(until: "\n")
            // What a cancelled request does: the session is closed, and nothing of that is sent.
            client.session.close()
        }
        #expect(try visit(server).session.isResumed)
    }

    @Test func aServerThatForgotTheSessionIsGreetedInFull() async throws {
        let first = try await TLSServer(certificates.ecdsa, options: ["-rev"])
        _ = try visit(first)
        first.stop()
        // Another process on the same port has other ticket keys.
        let second = try await TLSServer(certificates.ecdsa, port: first.port, options: ["-rev"])
        #expect(try !visit(second).session.isResumed)
        #expect(try visit(second).session.isResumed)
    }

    @Test func theCacheHoldsItsMaximumAndForgetsTheOldest() async throws {
        let server = try await TLSServer(certificates.wildcard, options: ["-rev"])
        for index in 0..<TLSSessionCache.maximumEntries { _ = try visit(server, host: "h\(index).wild.test") }
        #expect(sessions.count == TLSSessionCache.maximumEntries)
        #expect(try visit(server, host: "h1.wild.test").session.isResumed)
        _ = try visit(server, host: "one-more.wild.test")
        #expect(sessions.count == TLSSessionCache.maximumEntries)
        #expect(try visit(server, host: "one-more.wild.test").session.isResumed)
        #expect(try !visit(server, host: "h0.wild.test").session.isResumed)
    }
}
