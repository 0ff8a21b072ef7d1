package import Foundation
import Synchronization

/// A certificate with its key, as files.
package struct TestCertificate: Sendable {
    /// The certificate, followed by those that lead to its issuer where the server is to send them.
    package var chainFile: String
    package var keyFile: String
}

/// Certificates for tests, made with the `openssl` command in a temporary directory: a root, an intermediate of its, and
/// servers' certificates good and bad. The names in them are `api.test`, `127.0.0.1` and `::1`.
package final class TestCertificates: Sendable {
    package enum Key: Sendable {
        case rsa
        case ecdsa

        var arguments: [String] {
            switch self {
            case .rsa: ["-newkey", "rsa:2048"]
            case .ecdsa: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            }
        }
    }

    /// Made once for all tests of a process, and removed when it ends.
    package static let shared = Result { try TestCertificates() }

    package let directory: URL
    /// The root's certificate: what a client that trusts it names.
    package let rootFile: String
    /// A root that issued none of the others.
    package let otherRootFile: String
    /// An empty directory, for clients that are to trust nothing but a file.
    package let emptyDirectory: String

    package let rsa: TestCertificate
    package let ecdsa: TestCertificate
    package let expired: TestCertificate
    package let selfSigned: TestCertificate
    /// Names `api.test` in its subject only.
    package let commonNameOnly: TestCertificate
    /// For `*.wild.test`.
    package let wildcard: TestCertificate
    /// Issued by the intermediate, which is sent along.
    package let withIntermediate: TestCertificate
    /// The same without the intermediate.
    package let withoutIntermediate: TestCertificate

    private static let names = "subjectAltName=DNS:api.test,IP:127.0.0.1,IP:::1"
    private static let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]

    private init() throws {
        let maker = try CertificateMaker()
        directory = maker.directory
        let root = try maker.make("root", .ecdsa, issuer: nil, extensions: Self.authority)
        rootFile = root.chainFile
        otherRootFile = try maker.make("other-root", .ecdsa, issuer: nil, extensions: Self.authority).chainFile
        let intermediate = try maker.make("intermediate", .ecdsa, issuer: root, extensions: Self.authority)
        rsa = try maker.make("rsa", .rsa, issuer: root, extensions: [Self.names])
        ecdsa = try maker.make("ecdsa", .ecdsa, issuer: root, extensions: [Self.names])
        expired = try maker.makeExpired("expired", issuer: root, extensions: [Self.names])
        selfSigned = try maker.make("self-signed", .ecdsa, issuer: nil, extensions: [Self.names])
        commonNameOnly = try maker.make("api.test", .ecdsa, issuer: root, extensions: [])
        wildcard = try maker.make("wildcard", .ecdsa, issuer: root, extensions: ["subjectAltName=DNS:*.wild.test"])
        withoutIntermediate = try maker.make("leaf", .ecdsa, issuer: intermediate, extensions: [Self.names])
        withIntermediate = try maker.chain(withoutIntermediate, through: intermediate)
        let empty = maker.directory.appendingPathComponent("empty")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: false)
        emptyDirectory = empty.path
    }
}

/// Calls `openssl` for ``TestCertificates``.
private struct CertificateMaker {
    let directory: URL

    init() throws {
        let name = "tls-peer-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))"
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        DirectoriesToRemove.add(directory.path)
        // Nothing from the system's openssl.cnf.
        try write("request.cnf", "[req]\ndistinguished_name = dn\n[dn]\n")
        try write(
            "authority.cnf",
            """
            [ca]
            default_ca = authority
            [authority]
            database = index.txt
            new_certs_dir = .
            rand_serial = yes
            default_md = sha256
            policy = policy
            copy_extensions = copyall
            [policy]
            commonName = supplied

            """)
        try write("index.txt", "")
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: directory.appendingPathComponent(name))
    }

    private func files(_ name: String) -> TestCertificate {
        TestCertificate(
            chainFile: directory.appendingPathComponent("\(name).pem").path,
            keyFile: directory.appendingPathComponent("\(name).key").path)
    }

    /// - Parameter issuer: nil for a certificate that signs itself.
    func make(
        _ name: String, _ key: TestCertificates.Key, issuer: TestCertificate?, extensions: [String]
    ) throws -> TestCertificate {
        let result = files(name)
        var arguments = ["req", "-x509", "-config", "request.cnf", "-days", "2", "-nodes", "-subj", "/CN=\(name)"]
        arguments += key.arguments + ["-keyout", result.keyFile, "-out", result.chainFile]
        arguments += extensions.flatMap { ["-addext", $0] }
        if let issuer { arguments += ["-CA", issuer.chainFile, "-CAkey", issuer.keyFile] }
        try runOpenSSL(arguments, in: directory)
        return result
    }

    func makeExpired(_ name: String, issuer: TestCertificate, extensions: [String]) throws -> TestCertificate {
        let result = files(name)
        var request = ["req", "-new", "-config", "request.cnf", "-nodes", "-subj", "/CN=\(name)"]
        request += TestCertificates.Key.ecdsa.arguments + ["-keyout", result.keyFile, "-out", "\(name).csr"]
        request += extensions.flatMap { ["-addext", $0] }
        try runOpenSSL(request, in: directory)
        try runOpenSSL(
            [
                "ca", "-batch", "-notext", "-config", "authority.cnf", "-cert", issuer.chainFile, "-keyfile",
                issuer.keyFile, "-in", "\(name).csr", "-out", result.chainFile, "-startdate", "20200101000000Z",
                "-enddate", "20200102000000Z",
            ], in: directory)
        return result
    }

    func chain(_ leaf: TestCertificate, through intermediate: TestCertificate) throws -> TestCertificate {
        var result = leaf
        result.chainFile = directory.appendingPathComponent("chain.pem").path
        let parts = try [leaf, intermediate].map { try Data(contentsOf: URL(fileURLWithPath: $0.chainFile)) }
        try (parts[0] + parts[1]).write(to: URL(fileURLWithPath: result.chainFile))
        return result
    }
}

/// Removes temporary directories when the process ends.
private enum DirectoriesToRemove {
    private static let paths = Mutex<[String]>([])

    static func add(_ path: String) {
        paths.withLock { paths in
            if paths.isEmpty { atexit { DirectoriesToRemove.removeAll() } }
            paths.append(path)
        }
    }

    private static func removeAll() {
        for path in paths.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
