// The C functions of OpenSSL 3 that this module calls, each with its exact type, bound by name at run time.
//
// `dlsym` cannot notice a wrong type, so `.ci/check-tls-signatures` reads this file, translates every type to C and
// compares it with the installed headers. It understands only the spellings used here: one declaration a line, C
// types through the aliases below, `Const<T>` where C says `const T *`.
//
// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are the library's.

typealias OPENSSL_INIT_SETTINGS = OpaquePointer
typealias SSL_METHOD = OpaquePointer
typealias SSL_CTX = OpaquePointer
typealias SSL = OpaquePointer
typealias SSL_SESSION = OpaquePointer
typealias X509_VERIFY_PARAM = OpaquePointer
typealias X509_STORE_CTX = OpaquePointer
typealias BIO = OpaquePointer
typealias BIO_METHOD = OpaquePointer
/// What C points to without writing to it. Swift's opaque pointers do not tell; the check of the signatures does.
typealias Const<Pointer> = Pointer
/// `size_t`.
typealias CSize = Int

typealias SSLVerifyFunction = @convention(c) (CInt, X509_STORE_CTX?) -> CInt
typealias BIOReadFunction = @convention(c) (BIO?, UnsafeMutablePointer<CChar>?, CInt) -> CInt
typealias BIOWriteFunction = @convention(c) (BIO?, UnsafePointer<CChar>?, CInt) -> CInt
typealias BIOControlFunction = @convention(c) (BIO?, CInt, CLong, UnsafeMutableRawPointer?) -> CLong

/// The bound functions. Immutable, and the code behind the pointers stays loaded for the life of the process.
struct OpenSSLFunctions: Sendable {
    // The library.
    let OPENSSL_init_ssl: @convention(c) @Sendable (UInt64, Const<OPENSSL_INIT_SETTINGS>?) -> CInt
    let OpenSSL_version_num: @convention(c) @Sendable () -> CUnsignedLong
    let OpenSSL_version: @convention(c) @Sendable (CInt) -> UnsafePointer<CChar>?

    // Contexts.
    let TLS_client_method: @convention(c) @Sendable () -> Const<SSL_METHOD>?
    let SSL_CTX_new: @convention(c) @Sendable (Const<SSL_METHOD>?) -> SSL_CTX?
    let SSL_CTX_free: @convention(c) @Sendable (SSL_CTX?) -> Void
    let SSL_CTX_set_default_verify_file: @convention(c) @Sendable (SSL_CTX?) -> CInt
    let SSL_CTX_set_default_verify_dir: @convention(c) @Sendable (SSL_CTX?) -> CInt
    let SSL_CTX_load_verify_locations:
        @convention(c) @Sendable (SSL_CTX?, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> CInt
    let SSL_CTX_ctrl: @convention(c) @Sendable (SSL_CTX?, CInt, CLong, UnsafeMutableRawPointer?) -> CLong
    let SSL_CTX_set_options: @convention(c) @Sendable (SSL_CTX?, UInt64) -> UInt64
    let SSL_CTX_set_verify: @convention(c) @Sendable (SSL_CTX?, CInt, SSLVerifyFunction?) -> Void
    let SSL_CTX_set_alpn_protos:
        @convention(c) @Sendable (SSL_CTX?, UnsafePointer<CUnsignedChar>?, CUnsignedInt) -> CInt

    // Sessions (`SSL` is one connection's).
    let SSL_new: @convention(c) @Sendable (SSL_CTX?) -> SSL?
    let SSL_free: @convention(c) @Sendable (SSL?) -> Void
    let SSL_ctrl: @convention(c) @Sendable (SSL?, CInt, CLong, UnsafeMutableRawPointer?) -> CLong
    let SSL_set1_host: @convention(c) @Sendable (SSL?, UnsafePointer<CChar>?) -> CInt
    let SSL_set_hostflags: @convention(c) @Sendable (SSL?, CUnsignedInt) -> Void
    let SSL_get0_param: @convention(c) @Sendable (SSL?) -> X509_VERIFY_PARAM?
    let X509_VERIFY_PARAM_set1_ip_asc: @convention(c) @Sendable (X509_VERIFY_PARAM?, UnsafePointer<CChar>?) -> CInt
    let SSL_set_bio: @convention(c) @Sendable (SSL?, BIO?, BIO?) -> Void
    let SSL_set_connect_state: @convention(c) @Sendable (SSL?) -> Void
    let SSL_do_handshake: @convention(c) @Sendable (SSL?) -> CInt
    let SSL_read_ex:
        @convention(c) @Sendable (SSL?, UnsafeMutableRawPointer?, CSize, UnsafeMutablePointer<CSize>?) -> CInt
    let SSL_write_ex: @convention(c) @Sendable (SSL?, UnsafeRawPointer?, CSize, UnsafeMutablePointer<CSize>?) -> CInt
    let SSL_shutdown: @convention(c) @Sendable (SSL?) -> CInt
    let SSL_get_error: @convention(c) @Sendable (Const<SSL>?, CInt) -> CInt
    let SSL_get_verify_result: @convention(c) @Sendable (Const<SSL>?) -> CLong
    let SSL_get0_alpn_selected:
        @convention(c) @Sendable (
            Const<SSL>?, UnsafeMutablePointer<UnsafePointer<CUnsignedChar>?>?, UnsafeMutablePointer<CUnsignedInt>?
        ) -> Void
    let SSL_get_version: @convention(c) @Sendable (Const<SSL>?) -> UnsafePointer<CChar>?

    // Resumption.
    let SSL_session_reused: @convention(c) @Sendable (Const<SSL>?) -> CInt
    let SSL_get1_session: @convention(c) @Sendable (SSL?) -> SSL_SESSION?
    let SSL_set_session: @convention(c) @Sendable (SSL?, SSL_SESSION?) -> CInt
    let SSL_SESSION_is_resumable: @convention(c) @Sendable (Const<SSL_SESSION>?) -> CInt
    let SSL_SESSION_free: @convention(c) @Sendable (SSL_SESSION?) -> Void

    // Errors. The queue is the thread's: clear, operate and ask without a suspension between.
    let ERR_clear_error: @convention(c) @Sendable () -> Void
    let ERR_get_error: @convention(c) @Sendable () -> CUnsignedLong
    let ERR_reason_error_string: @convention(c) @Sendable (CUnsignedLong) -> UnsafePointer<CChar>?
    let X509_verify_cert_error_string: @convention(c) @Sendable (CLong) -> UnsafePointer<CChar>?

    // The library's input and output.
    let BIO_get_new_index: @convention(c) @Sendable () -> CInt
    let BIO_meth_new: @convention(c) @Sendable (CInt, UnsafePointer<CChar>?) -> BIO_METHOD?
    let BIO_meth_set_read: @convention(c) @Sendable (BIO_METHOD?, BIOReadFunction?) -> CInt
    let BIO_meth_set_write: @convention(c) @Sendable (BIO_METHOD?, BIOWriteFunction?) -> CInt
    let BIO_meth_set_ctrl: @convention(c) @Sendable (BIO_METHOD?, BIOControlFunction?) -> CInt
    let BIO_new: @convention(c) @Sendable (Const<BIO_METHOD>?) -> BIO?
    let BIO_set_data: @convention(c) @Sendable (BIO?, UnsafeMutableRawPointer?) -> Void
    let BIO_get_data: @convention(c) @Sendable (BIO?) -> UnsafeMutableRawPointer?
    let BIO_set_flags: @convention(c) @Sendable (BIO?, CInt) -> Void
    let BIO_clear_flags: @convention(c) @Sendable (BIO?, CInt) -> Void
}

extension OpenSSLFunctions {
    /// Finds every function in `library`.
    init(from library: DynamicLibrary) throws(DynamicLibrary.Failure) {
        OPENSSL_init_ssl = try library.function("OPENSSL_init_ssl")
        OpenSSL_version_num = try library.function("OpenSSL_version_num")
        OpenSSL_version = try library.function("OpenSSL_version")
        TLS_client_method = try library.function("TLS_client_method")
        SSL_CTX_new = try library.function("SSL_CTX_new")
        SSL_CTX_free = try library.function("SSL_CTX_free")
        SSL_CTX_set_default_verify_file = try library.function("SSL_CTX_set_default_verify_file")
        SSL_CTX_set_default_verify_dir = try library.function("SSL_CTX_set_default_verify_dir")
        SSL_CTX_load_verify_locations = try library.function("SSL_CTX_load_verify_locations")
        SSL_CTX_ctrl = try library.function("SSL_CTX_ctrl")
        SSL_CTX_set_options = try library.function("SSL_CTX_set_options")
        SSL_CTX_set_verify = try library.function("SSL_CTX_set_verify")
        SSL_CTX_set_alpn_protos = try library.function("SSL_CTX_set_alpn_protos")
        SSL_new = try library.function("SSL_new")
        SSL_free = try library.function("SSL_free")
        SSL_ctrl = try library.function("SSL_ctrl")
        SSL_set1_host = try library.function("SSL_set1_host")
        SSL_set_hostflags = try library.function("SSL_set_hostflags")
        SSL_get0_param = try library.function("SSL_get0_param")
        X509_VERIFY_PARAM_set1_ip_asc = try library.function("X509_VERIFY_PARAM_set1_ip_asc")
        SSL_set_bio = try library.function("SSL_set_bio")
        SSL_set_connect_state = try library.function("SSL_set_connect_state")
        SSL_do_handshake = try library.function("SSL_do_handshake")
        SSL_read_ex = try library.function("SSL_read_ex")
        SSL_write_ex = try library.function("SSL_write_ex")
        SSL_shutdown = try library.function("SSL_shutdown")
        SSL_get_error = try library.function("SSL_get_error")
        SSL_get_verify_result = try library.function("SSL_get_verify_result")
        SSL_get0_alpn_selected = try library.function("SSL_get0_alpn_selected")
        SSL_get_version = try library.function("SSL_get_version")
        SSL_session_reused = try library.function("SSL_session_reused")
        SSL_get1_session = try library.function("SSL_get1_session")
        SSL_set_session = try library.function("SSL_set_session")
        SSL_SESSION_is_resumable = try library.function("SSL_SESSION_is_resumable")
        SSL_SESSION_free = try library.function("SSL_SESSION_free")
        ERR_clear_error = try library.function("ERR_clear_error")
        ERR_get_error = try library.function("ERR_get_error")
        ERR_reason_error_string = try library.function("ERR_reason_error_string")
        X509_verify_cert_error_string = try library.function("X509_verify_cert_error_string")
        BIO_get_new_index = try library.function("BIO_get_new_index")
        BIO_meth_new = try library.function("BIO_meth_new")
        BIO_meth_set_read = try library.function("BIO_meth_set_read")
        BIO_meth_set_write = try library.function("BIO_meth_set_write")
        BIO_meth_set_ctrl = try library.function("BIO_meth_set_ctrl")
        BIO_new = try library.function("BIO_new")
        BIO_set_data = try library.function("BIO_set_data")
        BIO_get_data = try library.function("BIO_get_data")
        BIO_set_flags = try library.function("BIO_set_flags")
        BIO_clear_flags = try library.function("BIO_clear_flags")
    }
}
