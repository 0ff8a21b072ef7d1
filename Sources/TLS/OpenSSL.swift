/// The system's OpenSSL 3, loaded at first use (some 5 ms) and kept for the life of the process.
final class OpenSSL: Sendable {
    /// The process's library, or why it has none.
    static let shared: Result<OpenSSL, TLSError> = Result { () throws(TLSError) in
        try OpenSSL(libraryNamed: "libssl.so.3")
    }

    static let supportedMajorVersion: CUnsignedLong = 3

    let functions: OpenSSLFunctions
    /// As the library tells it: `OpenSSL 3.0.19 27 Jan 2026`.
    let version: String
    /// Input and output of every session; see ``SessionBuffers``.
    let bioMethod: SharedPointer

    /// - Parameter name: with its version, always: an unversioned `libssl` may be anything.
    init(libraryNamed name: String) throws(TLSError) {
        do throws(DynamicLibrary.Failure) {
            functions = try OpenSSLFunctions(from: DynamicLibrary(named: name))
        } catch {
            throw Self.unavailable("could not be loaded (\(error.message))")
        }
        version = functions.OpenSSL_version(OpenSSLConstant.OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
        guard functions.OpenSSL_version_num() >> 28 == Self.supportedMajorVersion else {
            throw Self.unavailable("is of another version (\(version))")
        }
        // The library's own exit handler frees what threads of ours may still be using: exit() would crash.
        guard functions.OPENSSL_init_ssl(OpenSSLConstant.OPENSSL_INIT_NO_ATEXIT, nil) == 1,
            let method = SessionBuffers.makeMethod(functions)
        else { throw Self.unavailable("does not start") }
        bioMethod = method
    }

    private static func unavailable(_ problem: String) -> TLSError {
        TLSError(
            kind: .libraryUnavailable,
            detail: """
                https needs OpenSSL \(supportedMajorVersion) of the system (libssl.so.3), which \(problem). \
                Install it (Debian, Ubuntu: libssl3) or use an http address.
                """)
    }

    // MARK: Errors

    /// Code of the oldest error in the calling thread's queue; 0: none.
    func takeError() -> CUnsignedLong {
        let code = functions.ERR_get_error()
        functions.ERR_clear_error()
        return code
    }

    /// The library's name for an error: `certificate verify failed`.
    func reason(of code: CUnsignedLong) -> String {
        functions.ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code) of the TLS library"
    }
}

/// A pointer to an object of the library that any thread may use: immutable, or counted and locked by the library.
///
/// Kept as a number because Swift's pointers are not `Sendable`.
struct SharedPointer: Sendable {
    private let address: UInt

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        address = UInt(bitPattern: pointer)
    }

    var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }
}
