import Glibc

/// Whom the certificate must name: a DNS name or an IP address.
struct ServerIdentity {
    private enum Kind {
        case name
        case ipv4
        case ipv6
    }

    /// In small letters, without the root's dot.
    let name: String
    private let kind: Kind

    init(host: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, host, &v4) == 1 {
            kind = .ipv4
            name = host
        } else if inet_pton(AF_INET6, host, &v6) == 1 {
            kind = .ipv6
            name = host.lowercased()
        } else {
            kind = .name
            name = (host.last == "." ? String(host.dropLast()) : host).lowercased()
        }
    }

    var isIPv6: Bool {
        if case .ipv6 = kind { true } else { false }
    }

    /// Makes `ssl` check the certificate for this identity, and ask for it by name (SNI, which has no addresses).
    ///
    /// - Returns: false where the library refuses, so that no session without the check comes to be.
    func require(of ssl: SSL, _ openSSL: OpenSSL) -> Bool {
        let functions = openSSL.functions
        guard case .name = kind else {
            return functions.X509_VERIFY_PARAM_set1_ip_asc(functions.SSL_get0_param(ssl), name) == 1
        }
        guard !name.isEmpty else { return false }
        // RFC 9525 §6.3 and §6.4: no names in the subject, no wildcard but a whole label.
        functions.SSL_set_hostflags(
            ssl,
            OpenSSLConstant.X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | OpenSSLConstant.X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        guard functions.SSL_set1_host(ssl, name) == 1 else { return false }
        // The library copies the name; C's type lacks the const.
        var copy = name.utf8CString
        return copy.withUnsafeMutableBytes {
            functions.SSL_ctrl(
                ssl, OpenSSLConstant.SSL_CTRL_SET_TLSEXT_HOSTNAME, OpenSSLConstant.TLSEXT_NAMETYPE_host_name,
                $0.baseAddress) == 1
        }
    }
}
