import Foundation
import TLSPeer
import Testing

/// A server behind TLS, as a `wss` URL names it.
@Suite(.timeLimit(.minutes(5))) struct SecureServerTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    private static let quick = [
        "AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0",
        // A front connects long before the client.
        "AILOOP_SERVER__HANDSHAKE_TIMEOUT_SECONDS": "300",
    ]

    private func run(
        _ command: [String], at port: UInt16, host: String = "127.0.0.1", trusting file: String?
    ) async throws -> BuiltProgram.Result {
        var environment: [String: String] = [:]
        environment["SSL_CERT_FILE"] = file
        return try await program.run(command + ["--url", "wss://\(host):\(port)/ws"], environment: environment)
    }

    @Test func chatReplayAndBenchTalkToIt() async throws {
        let server = try await RunningServer(environment: Self.quick)
        let trust = certificates.rootFile
        // A front takes one connection.
        let fronts = [
            try await TLSFront(certificates.ecdsa, to: server.address),
            try await TLSFront(certificates.ecdsa, to: server.address),
            try await TLSFront(certificates.ecdsa, to: server.address),
        ]
        let chat = try await run(["chat", "long"], at: fronts[0].port, trusting: trust)
        let whole = try await ChatRun.mock(["long"])
        #expect(chat.status == 0 && chat.output == whole.output, "\(chat.errors)")
        let directory = try TemporaryDirectory()
        let script = try directory.write("talk.txt", "Hello\nempty\n")
        let replay = try await run(["replay", script], at: fronts[1].port, trusting: trust)
        #expect(replay.status == 0 && replay.errors.contains("2 messages: 2 ended well"), "\(replay.errors)")
        let bench = try await run(
            ["bench", "--sessions", "1", "--messages", "2", "--warmup", "0s", "--message", "Hello"], at: fronts[2].port,
            trusting: trust)
        #expect(bench.status == 0 && bench.output.contains(/errors +0\n/), "\(bench.errors)")
        withExtendedLifetime(fronts) {}
    }

    @Test func aConnectionThatIsCutIsSaidInTheWordsOfTLS() async throws {
        let server = try await RunningServer(
            environment: Self.quick.merging([
                "AILOOP_MOCK__CHUNK_BYTES": "64", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "600000",
            ]) { $1 })
        var front: TLSFront? = try await TLSFront(certificates.ecdsa, to: server.address)
        let port = try #require(front?.port)
        let directory = try TemporaryDirectory()
        let chat = try StreamingProgram(
            "ailoopctl", ["chat", "long", "--url", "wss://127.0.0.1:\(port)/ws"],
            environment: ["SSL_CERT_FILE": certificates.rootFile], in: directory)
        // The answer has begun, and does not end.
        try await chat.read(characters: 1)
        front = nil
        let result = try await chat.finish()
        #expect(result.status == 1)
        let words = "The TLS connection to 127.0.0.1:\(port) was cut: it ended without the server's close_notify"
        #expect(result.errors.contains("\(words); connecting again (1 of 5)"), "\(result.errors)")
        withExtendedLifetime(directory) {}
    }

    @Test func aServerOfAnUnknownAuthorityIsRefused() async throws {
        let server = try await RunningServer(environment: Self.quick)
        for command in [["chat", "Hello"], ["bench", "--sessions", "1", "--messages", "1"]] {
            let front = try await TLSFront(certificates.ecdsa, to: server.address)
            let result = try await run(command, at: front.port, trusting: certificates.otherRootFile)
            #expect(result.status == 69)
            let words = "The certificate of 127.0.0.1:\(front.port) is refused: unable to get local issuer certificate."
            #expect(result.errors.contains(words), "\(result.errors)")
            withExtendedLifetime(front) {}
        }
    }

    @Test func whatTLSCannotComeAboutWithIsSaid() async throws {
        let server = try await RunningServer(environment: Self.quick)
        let port = try #require(server.address.split(separator: ":").last.flatMap { UInt16($0) })
        let plain = try await run(["chat", "Hello"], at: port, trusting: certificates.rootFile)
        #expect(
            plain.status == 69 && plain.errors.contains("The TLS handshake with \(server.address) failed"),
            "\(plain.errors)")
        let nowhere = try await run(["bench"], at: port, trusting: "/nowhere.pem")
        #expect(
            nowhere.status == 69 && nowhere.errors.contains("SSL_CERT_FILE names /nowhere.pem"), "\(nowhere.errors)")
    }
}
