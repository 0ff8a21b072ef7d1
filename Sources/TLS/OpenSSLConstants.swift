// Numbers from OpenSSL's headers, stable through major version 3; `.ci/check-tls-signatures` compares them.
//
// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are the library's.

enum OpenSSLConstant {
    static let OPENSSL_INIT_NO_ATEXIT: UInt64 = 0x80000
    static let OPENSSL_VERSION: CInt = 0

    static let SSL_CTRL_MODE: CInt = 33
    static let SSL_CTRL_SET_TLSEXT_HOSTNAME: CInt = 55
    static let SSL_CTRL_SET_MIN_PROTO_VERSION: CInt = 123
    static let SSL_MODE_RELEASE_BUFFERS: CLong = 0x10
    static let SSL_OP_NO_RENEGOTIATION: UInt64 = 0x4000_0000
    static let TLS1_2_VERSION: CLong = 0x0303
    static let TLSEXT_NAMETYPE_host_name: CLong = 0
    static let SSL_VERIFY_PEER: CInt = 1
    static let X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS: CUnsignedInt = 0x4
    static let X509_CHECK_FLAG_NEVER_CHECK_SUBJECT: CUnsignedInt = 0x20

    static let SSL_ERROR_WANT_READ: CInt = 2
    static let SSL_ERROR_ZERO_RETURN: CInt = 6

    static let ERR_LIB_SSL: CUnsignedLong = 20
    static let SSL_R_CERTIFICATE_VERIFY_FAILED: CUnsignedLong = 134
    static let SSL_R_PACKET_LENGTH_TOO_LONG: CUnsignedLong = 198
    static let SSL_R_UNSUPPORTED_PROTOCOL: CUnsignedLong = 258
    static let SSL_R_WRONG_VERSION_NUMBER: CUnsignedLong = 267
    static let SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: CUnsignedLong = 1070
    static let SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: CUnsignedLong = 1120

    static let X509_V_ERR_CERT_NOT_YET_VALID: CLong = 9
    static let X509_V_ERR_CERT_HAS_EXPIRED: CLong = 10
    static let X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: CLong = 18
    static let X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: CLong = 19
    static let X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CLong = 20
    static let X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: CLong = 21
    static let X509_V_ERR_HOSTNAME_MISMATCH: CLong = 62
    static let X509_V_ERR_IP_ADDRESS_MISMATCH: CLong = 64

    static let BIO_TYPE_SOURCE_SINK: CInt = 0x400
    static let BIO_FLAGS_READ: CInt = 0x1
    static let BIO_FLAGS_SHOULD_RETRY: CInt = 0x8
    static let BIO_CTRL_FLUSH: CInt = 11
}
