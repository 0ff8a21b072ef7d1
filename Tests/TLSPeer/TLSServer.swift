import Glibc
import TestSupport

/// `openssl s_server` on a port of the loopback interface: one connection at a time, until it is stopped.
///
/// What the client sends appears in ``waitForOutput(_:)``; what ``send(_:)`` is given goes to the client.
package final class TLSServer: Sendable {
    package let port: UInt16
    private let program: TestProgram

    /// - Parameters:
    ///   - address: to listen at: `127.0.0.1` or `[::1]`.
    ///   - port: 0 for one that is free.
    ///   - options: further options of `openssl s_server`: versions, ALPN, …
    package init(
        _ certificate: TestCertificate, address: String = "127.0.0.1", port: UInt16 = 0, options: [String] = []
    ) async throws {
        program = try TestProgram(
            [
                "/usr/bin/env", "openssl", "s_server", "-accept", "\(address):\(port)", "-cert", certificate.chainFile,
                "-cert_chain", certificate.chainFile, "-key", certificate.keyFile,
            ] + options, input: .typed, output: .collected, errors: .collected)
        // The port is announced only where the system chose it.
        let announcement = try await program.output.wait(for: "ACCEPT", thenUpTo: "\n")
        guard let chosen = announcement.isEmpty ? port : UInt16(announcement.dropFirst(address.count + 2)) else {
            throw ProgramFailure(description: "s_server announces: \(announcement)")
        }
        self.port = chosen
    }

    /// Kills the server: its connections end without a word of TLS. Idempotent.
    package func stop() {
        program.signal(SIGKILL)
    }

    package func send(_ text: String) throws {
        try program.type(text)
    }

    /// Returns once the server has printed `text` (counting from the last text waited for).
    package func waitForOutput(_ text: String) async throws {
        try await program.output.wait(for: text)
    }

    /// What stands between two texts in the output, which is taken out.
    package func output(after start: String, upTo end: String) async throws -> String {
        try await program.output.wait(for: start, thenUpTo: end)
    }
}
