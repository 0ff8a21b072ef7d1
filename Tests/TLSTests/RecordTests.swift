import TLS
import TLSPeer
import Testing

/// What comes after the handshake: sizes, cuts, tampering, endings.
@Suite(.timeLimit(.minutes(5))) struct RecordTests {
    let certificates: TestCertificates
    let trust: TLSTrust

    init() throws {
        certificates = try TestCertificates.shared.get()
        trust = TLSTrust(
            certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory)
    }

    private func connect(_ options: [String]) async throws -> (TLSServer, BlockingClient) {
        let server = try await TLSServer(certificates.ecdsa, options: options)
        let client = try BlockingClient(port: server.port, trust: trust)
        try client.handshake()
        return (server, client)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func manyRecordsArriveWholeAndInOrder(version: String) async throws {
        let (server, client) = try await connect([version])
        let lines = (0..<20_000).map { "line \($0)\n" }.joined()
        try server.send(lines)
        try client.receive(until: "line 19999\n")
        #expect(client.receivedText == lines)
    }

    @Test func ciphertextMayBeCutAnywhere() async throws {
        let (server, client) = try await connect([])
        try server.send("abc\n")
        while client.received.isEmpty {
            try client.receiveOnce { bytes in
                for byte in bytes.dropLast() { #expect(throws: Never.self) { try client.feed([byte]) } }
                bytes = bytes.suffix(1)
            }
        }
        #expect(client.receivedText == "abc\n")
    }

    @Test func aLongRequestIsSentWhole() async throws {
        let (server, client) = try await connect([])
        try client.send(String(repeating: "x", count: 100_000) + "the end\n")
        try await server.waitForOutput("the end\n")
    }

    @Test func aTamperedRecordEndsTheSession() async throws {
        let (server, client) = try await connect(["-rev"])
        try client.send("hello\n")
        // Tickets come first; then the one record with the answer.
        let error = tlsError {
            while true { try client.receiveOnce { bytes in bytes[bytes.count - 1] ^= 1 } }
        }
        #expect(error?.kind == .connectionBroken)
        #expect(
            error?.detail
                == "The TLS connection to api.test:\(server.port) broke: decryption failed or bad record mac.")
        #expect(client.received.isEmpty)
        #expect(!client.session.isEstablished)
    }

    @Test func closeNotifyIsAnEndAndNotACut() async throws {
        let (server, client) = try await connect(["-www"])
        try client.send("GET / HTTP/1.0\r\n\r\n")
        while !client.session.receivedCloseNotify { try client.receiveOnce() }
        #expect(client.receivedText.hasPrefix("HTTP/1.0 200 ok\r\n"))
        #expect(client.session.receivedCloseNotify)
        server.stop()
    }

    @Test func aConnectionCutWithoutCloseNotifyIsSaidToBe() async throws {
        let (server, client) = try await connect(["-rev"])
        try client.send("hello\n")
        try client.receive(until: "\n")
        server.stop()
        let error = tlsError { while try client.receiveOnce() {} }
        #expect(error?.kind == .connectionBroken)
        #expect(
            error?.detail == """
                The TLS connection to api.test:\(server.port) was cut: it ended without the server's close_notify.
                """)
        #expect(!client.session.receivedCloseNotify)
    }

    @Test func whatComesAfterClosingIsDropped() async throws {
        let (server, client) = try await connect([])
        try server.send("first\n")
        try client.receive(until: "first\n")
        client.session.close()
        client.session.close()
        try client.feed([23, 3, 3, 0, 1, 0])
        #expect(client.receivedText == "first\n")
        #expect(!client.session.isEstablished)
    }

    @Test func theServerIsToldOfTheEnd() async throws {
        let (server, client) = try await connect(["-state"])
        client.close()
        try await server.waitForOutput("SSL3 alert read:warning:close notify")
    }
}
