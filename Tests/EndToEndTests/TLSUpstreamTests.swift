import TLSPeer
import Testing

/// A model behind https, and the whole program in front of it.
@Suite(.timeLimit(.minutes(2))) struct TLSUpstreamTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    @Test func aServiceIsBelievedByTheCertificatesThatTheEnvironmentNames() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        async let result = chat(with: server, certificateFile: certificates.rootFile)
        try await server.waitForOutput("POST /v1/chat/completions HTTP/1.1\r\n")
        try server.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                + #"data: {"choices":[{"delta":{"content":"Hello over TLS"},"finish_reason":"stop"}]}"# + "\n\n"
                + "data: [DONE]\n\n")
        let answer = try await result
        #expect(answer.status == 0)
        #expect(answer.output == "Hello over TLS\n")
        #expect(answer.errors == "")
    }

    @Test func aServiceOfAnUnknownAuthorityIsRefused() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        for file in [certificates.otherRootFile, nil] {
            let answer = try await chat(with: server, certificateFile: file)
            #expect(answer.status == 1)
            #expect(answer.output == "")
            #expect(
                answer.errors.hasPrefix(
                    """
                    error: The certificate of 127.0.0.1:\(server.port) is refused: unable to get local issuer certificate.
                    """))
        }
    }

    @Test func certificatesThatCannotBeReadAreSaidToBe() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        let answer = try await chat(with: server, certificateFile: "/nowhere.pem")
        #expect(answer.status == 1)
        #expect(answer.errors.hasPrefix("error: SSL_CERT_FILE names /nowhere.pem, which cannot be read:"))
    }

    private func chat(with server: TLSServer, certificateFile: String?) async throws -> BuiltProgram.Result {
        var environment = [
            "AILOOP_OPENROUTER__BASE_URL": "https://127.0.0.1:\(server.port)/v1", "AILOOP_OPENROUTER__MODEL": "m",
            "OPENROUTER_API_KEY": "key",
        ]
        environment["SSL_CERT_FILE"] = certificateFile
        return try await program.run(["chat", "Hello?"], environment: environment)
    }
}
