/// Puts into words why the library ended a session: its own reason, and what a person can do.
struct TLSFailure {
    let authority: String
    let ssl: SSL
    let openSSL: OpenSSL

    func error(_ kind: TLSError.Kind) -> TLSError {
        let code = openSSL.takeError()
        // ERR_GET_LIB and ERR_GET_REASON of the headers.
        let isOfTLS = (code >> 23) & 0xFF == OpenSSLConstant.ERR_LIB_SSL
        let reason = isOfTLS ? code & 0x7F_FFFF : 0
        if reason == OpenSSLConstant.SSL_R_CERTIFICATE_VERIFY_FAILED { return certificateError() }
        let text = openSSL.reason(of: code)
        guard kind == .handshakeFailed else {
            return TLSError(kind: kind, detail: "The TLS connection to \(authority) broke: \(text).")
        }
        let advice = Self.handshakeAdvice(reason).map { " " + $0 } ?? ""
        return TLSError(kind: kind, detail: "The TLS handshake with \(authority) failed: \(text).\(advice)")
    }

    private func certificateError() -> TLSError {
        let result = openSSL.functions.SSL_get_verify_result(ssl)
        let text =
            openSSL.functions.X509_verify_cert_error_string(result).map { String(cString: $0) } ?? "error \(result)"
        let advice = Self.certificateAdvice(result).map { " " + $0 } ?? ""
        return TLSError(
            kind: .certificateRefused,
            detail: "The certificate of \(authority) is refused: \(text).\(advice)")
    }

    private static func handshakeAdvice(_ reason: CUnsignedLong) -> String? {
        switch reason {
        case OpenSSLConstant.SSL_R_WRONG_VERSION_NUMBER, OpenSSLConstant.SSL_R_PACKET_LENGTH_TOO_LONG:
            "The server does not answer in TLS on this port: check the port, or use an http address."
        case OpenSSLConstant.SSL_R_UNSUPPORTED_PROTOCOL, OpenSSLConstant.SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            "TLS 1.2 or 1.3 is needed."
        case OpenSSLConstant.SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            "The server does not offer HTTP/1.1 on this port."
        default:
            nil
        }
    }

    private static func certificateAdvice(_ result: CLong) -> String? {
        switch result {
        case OpenSSLConstant.X509_V_ERR_CERT_HAS_EXPIRED, OpenSSLConstant.X509_V_ERR_CERT_NOT_YET_VALID:
            "Check this machine's clock; if it is right, the server needs a new certificate."
        case OpenSSLConstant.X509_V_ERR_HOSTNAME_MISMATCH, OpenSSLConstant.X509_V_ERR_IP_ADDRESS_MISMATCH:
            "It was issued for another host: check the address."
        case OpenSSLConstant.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            OpenSSLConstant.X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            "If you trust its issuer, name the issuer's certificate in SSL_CERT_FILE."
        case OpenSSLConstant.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            OpenSSLConstant.X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            """
            Its issuer is unknown here, or the server leaves out an intermediate certificate. Install \
            ca-certificates, or name the issuer's certificate in SSL_CERT_FILE.
            """
        default:
            nil
        }
    }
}
