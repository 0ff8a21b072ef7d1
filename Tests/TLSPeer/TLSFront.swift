import Foundation
import TestSupport

/// TLS in front of a server of this machine that speaks none: one connection, by `openssl s_server`.
package final class TLSFront: Sendable {
    package let port: UInt16
    private let program: TestProgram

    /// Returns when it listens.
    ///
    /// - Parameter address: `127.0.0.1:PORT` of the server.
    package init(_ certificate: TestCertificate, to address: String) async throws {
        var failure: any Error = ProgramFailure(description: "no port is free")
        for _ in 0..<Self.maximumAttempts {
            do {
                (program, port) = try await Self.start(certificate, to: address)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Somebody else may be given the port before it is used.
    private static let maximumAttempts = 5

    private static func start(_ certificate: TestCertificate, to address: String) async throws -> (TestProgram, UInt16)
    {
        let port = try freePort()
        let program = try TestProgram(
            [
                "/bin/bash", "-c",
                """
                exec 3<>"/dev/tcp/${1%:*}/${1##*:}"
                exec openssl s_server -quiet -naccept 2 -accept "127.0.0.1:$2" -cert "$3" -cert_chain "$3" -key "$4" <&3 >&3
                """,
                "front", address, String(port), certificate.chainFile, certificate.keyFile,
            ], errors: .collected)
        // The first of the two connections that it takes is the one that finds it listening.
        try await wait {
            guard !program.hasEnded else {
                throw ProgramFailure(description: "s_server does not listen at \(port): \(program.output.text)")
            }
            return canConnect(to: port)
        }
        return (program, port)
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var place = sockaddr_in()
        let isBound = withLoopback(port: 0) { bind(descriptor, $0, $1) } == 0
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isBound, isKnown else { throw ProgramFailure(description: "no port is free") }
        return UInt16(bigEndian: place.sin_port)
    }

    private static func canConnect(to port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return withLoopback(port: port) { connect(descriptor, $0, $1) } == 0
    }

    private static func withLoopback<R>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        place.sin_port = port.bigEndian
        return withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
