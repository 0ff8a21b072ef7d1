import Glibc

/// Whose certificates a connection believes.
///
/// As OpenSSL has it: a certificate file and directories of certificates by hash, each with a default of the system's.
package struct TLSTrust: Sendable, Hashable {
    /// `SSL_CERT_FILE`; nil: the system's.
    package var certificateFile: String?
    /// `SSL_CERT_DIR`, separated by colons; nil: the system's.
    package var certificateDirectories: String?

    package init(certificateFile: String? = nil, certificateDirectories: String? = nil) {
        self.certificateFile = certificateFile
        self.certificateDirectories = certificateDirectories
    }

    /// What the environment says. An empty variable counts as unset.
    package init(environment: (String) -> String?) {
        certificateFile = environment("SSL_CERT_FILE").flatMap { $0.isEmpty ? nil : $0 }
        certificateDirectories = environment("SSL_CERT_DIR").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The environment of this process.
    package static var ofProcess: TLSTrust {
        TLSTrust { name in getenv(name).map { String(cString: $0) } }
    }

    /// The library passes over what does not exist, and every server would then be refused for a reason that misleads.
    func checkThatItExists() throws(TLSError) {
        if let certificateFile, access(certificateFile, R_OK) != 0 {
            throw TLSError(
                kind: .trustUnusable,
                detail: """
                    SSL_CERT_FILE names \(certificateFile), which cannot be read: \(String(cString: strerror(errno))). \
                    Correct or unset it.
                    """)
        }
        if let certificateDirectories {
            let directories = certificateDirectories.split(separator: ":")
            guard directories.contains(where: { access(String($0), R_OK | X_OK) == 0 }) else {
                throw TLSError(
                    kind: .trustUnusable,
                    detail: """
                        SSL_CERT_DIR names \(certificateDirectories), where no directory can be read. Correct or unset it.
                        """)
            }
        }
    }
}
