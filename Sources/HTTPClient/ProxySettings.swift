import EventLoops
import Glibc
import HTTP1
import Wire

/// A proxy that requests go through.
struct Proxy: Sendable, Hashable {
    let host: String
    let port: UInt16
    /// Value of `Proxy-Authorization`. A secret: stands in no text but the request's.
    let authorization: String?
    /// The environment variable that names it, for error sentences.
    let variable: String

    /// `proxy.example.com:3128`.
    var authority: String { Origin.authority(host: host, port: port) }
}

/// Which requests go through a proxy, as the environment says: `HTTPS_PROXY` for https, `HTTP_PROXY` for http, each also in
/// small letters (which win), and `NO_PROXY` for the servers that are spoken to directly.
///
/// Servers on the loopback interface never go through a proxy, which would look for them on its own machine.
package struct ProxySettings: Sendable {
    private typealias Setting = Result<Proxy, HTTPTransportError>

    private let https: Setting?
    private let http: Setting?
    private let exceptions: NoProxyList

    /// The environment of this process.
    package static let ofProcess = ProxySettings { name in getenv(name).map { String(cString: $0) } }

    /// No proxy at all.
    package static let none = ProxySettings(environment: { _ in nil })

    package init(environment: (String) -> String?) {
        https = Self.setting("HTTPS_PROXY", environment)
        http = Self.setting("HTTP_PROXY", environment)
        exceptions = NoProxyList(Self.value("NO_PROXY", environment)?.text ?? "")
    }

    /// The proxy for requests to `origin`; nil: none.
    ///
    /// - Throws: where the variable holds no address of a proxy.
    func proxy(for origin: Origin) throws(HTTPTransportError) -> Proxy? {
        guard let setting = origin.isSecure ? https : http, !Self.isLoopback(origin.host),
            !exceptions.contains(host: origin.host, port: origin.port)
        else { return nil }
        return try setting.get()
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost")
            || SocketAddress(host: host, port: 0)?.isLoopback == true
    }

    private static func value(
        _ variable: String, _ environment: (String) -> String?
    ) -> (variable: String, text: String)? {
        for name in [variable.lowercased(), variable] {
            if let text = environment(name), !text.isEmpty { return (name, text) }
        }
        return nil
    }

    private static func setting(_ variable: String, _ environment: (String) -> String?) -> Setting? {
        guard let (name, text) = value(variable, environment) else { return nil }
        return Setting { () throws(HTTPTransportError) in try Self.proxy(text, variable: name) }
    }

    /// `http://user:password@host:port`, of which only the host must be there.
    private static func proxy(_ text: String, variable: String) throws(HTTPTransportError) -> Proxy {
        var rest = Substring(text)
        if let separator = text.firstRange(of: "://") {
            let scheme = text[..<separator.lowerBound].lowercased()
            guard scheme == "http" else {
                throw refusal("\(variable) names a proxy that is not spoken to in HTTP; only http://… is supported.")
            }
            rest = text[separator.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" }
        guard rest[authority.endIndex...].allSatisfy({ $0 == "/" }) else {
            throw refusal("\(variable) has a path after the proxy's address. Write http://HOST:PORT.")
        }
        let at = authority.lastIndex(of: "@")
        let address = at.map { authority[authority.index(after: $0)...] } ?? authority
        do throws(HTTPURLError) {
            let url = try HTTPURL("http://" + address)
            var authorization: String?
            if let at { authorization = try basicAuthorization(authority[..<at]) }
            return Proxy(
                host: url.host, port: UInt16(clamping: url.port), authorization: authorization, variable: variable)
        } catch {
            throw refusal("\(variable) holds no address of a proxy: \(error.detail) Write http://HOST:PORT.")
        }
    }

    /// RFC 7617, of user name and password as a URL has them.
    private static func basicAuthorization(_ userInformation: Substring) throws(HTTPURLError) -> String {
        guard let bytes = percentDecoded(userInformation) else {
            throw HTTPURLError(.userInformation, "A % in the user name or password is not followed by two digits.")
        }
        return "Basic " + Base64.encode(bytes.contains(UInt8(ascii: ":")) ? bytes : bytes + [UInt8(ascii: ":")])
    }

    private static func percentDecoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let high = hexadecimal(rest.removeFirst()), let low = hexadecimal(rest.removeFirst())
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func refusal(_ detail: String) -> HTTPTransportError {
        HTTPTransportError(kind: .proxyRefused, detail: detail)
    }
}
