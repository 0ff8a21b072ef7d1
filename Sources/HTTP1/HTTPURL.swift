/// Why a text is no URL that we connect to.
package struct HTTPURLError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable {
        case noScheme
        case unknownScheme
        case userInformation
        case noHost
        case invalidHost
        case invalidPort
        case invalidTarget
        case fragment
    }
    package let kind: Kind
    /// A sentence for a person. Does not show the URL, which may hold a key.
    package let detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// An absolute `http`, `https`, `ws` or `wss` URL (RFC 9110 §4.2, RFC 6455 §3), strictly read: nothing is escaped, guessed
/// or repaired.
package struct HTTPURL: Sendable, Hashable {
    package enum Scheme: String, Sendable, CaseIterable {
        case http
        case https
        case ws
        case wss

        package var isSecure: Bool { self == .https || self == .wss }
        package var defaultPort: Int { isSecure ? 443 : 80 }
        fileprivate var isWebSocket: Bool { self == .ws || self == .wss }
    }

    package let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Path and query as given, ready for a request line: starts with `/`.
    package let target: String

    /// The host in its longest text (RFC 1035 §2.3.4).
    package static let maximumHostBytes = 253

    /// A fragment is left out, as it is never sent, but refused with `ws` and `wss` (RFC 6455 §3).
    package init(_ text: String) throws(HTTPURLError) {
        let text = Substring(text)
        guard let schemeEnd = text.utf8.firstIndex(of: 0x3A), text[schemeEnd...].utf8.starts(with: "://".utf8) else {
            throw HTTPURLError(.noScheme, "The URL does not start with a scheme such as https://.")
        }
        guard let scheme = Scheme(rawValue: text[..<schemeEnd].lowercased()) else {
            throw HTTPURLError(.unknownScheme, "The URL's scheme is none of http, https, ws and wss.")
        }
        let rest = text[text.utf8.index(schemeEnd, offsetBy: 3)...]
        let authorityEnd = rest.utf8.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? rest.endIndex
        self.scheme = scheme
        (host, port) = try Self.authority(rest[..<authorityEnd], scheme: scheme)
        target = try Self.target(rest[authorityEnd...], scheme: scheme)
    }

    package var isSecure: Bool { scheme.isSecure }

    /// Whether the host is an IPv6 address, which stands in brackets in a URL.
    package var hasIPv6Host: Bool { host.utf8.contains(0x3A) }

    /// The value of `Host`: without the port where it is the scheme's own.
    package var hostField: String {
        let host = hasIPv6Host ? "[\(host)]" : host
        return port == scheme.defaultPort ? host : "\(host):\(port)"
    }

    /// Scheme, host and port: what connections are shared by.
    package var origin: String { "\(scheme.rawValue)://\(hostField)" }

    private static func authority(
        _ text: Substring, scheme: Scheme
    ) throws(HTTPURLError) -> (host: String, port: Int) {
        guard !text.utf8.contains(0x40) else {
            throw HTTPURLError(.userInformation, "The URL holds a user name or password, which does not belong there.")
        }
        let hostEnd: Substring.Index
        let host: String
        if text.utf8.first == 0x5B {
            guard let bracket = text.utf8.firstIndex(of: 0x5D) else {
                throw HTTPURLError(.invalidHost, "The URL's IPv6 address has no closing bracket.")
            }
            hostEnd = text.utf8.index(after: bracket)
            host = text[text.utf8.index(after: text.startIndex)..<bracket].lowercased()
            guard IPv6Text.isAddress(host) else {
                throw HTTPURLError(.invalidHost, "The URL's host in brackets is no IPv6 address.")
            }
        } else {
            guard text.utf8.count(where: { $0 == 0x3A }) <= 1 else {
                throw HTTPURLError(
                    .invalidHost, "The URL has several colons after its host; an IPv6 address stands in brackets.")
            }
            hostEnd = text.utf8.firstIndex(of: 0x3A) ?? text.endIndex
            host = text[..<hostEnd].lowercased()
            try check(host: host)
        }
        let portText = text[hostEnd...]
        return (
            host, portText.isEmpty ? scheme.defaultPort : try port(portText.dropFirst(), colon: portText.utf8.first)
        )
    }

    private static func check(host: String) throws(HTTPURLError) {
        guard !host.isEmpty else { throw HTTPURLError(.noHost, "The URL names no host.") }
        let labels = host.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        // A final dot, the root of the name tree, is allowed.
        let named = labels.last?.isEmpty == true ? labels.dropLast() : labels[...]
        guard host.utf8.count <= maximumHostBytes, !named.isEmpty,
            named.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(isHostCharacter) })
        else {
            throw HTTPURLError(
                .invalidHost, "The URL's host is no name of ASCII letters, digits, hyphens and dots, and no IP address."
            )
        }
    }

    /// Letters, digits, hyphen; and the underscore, which names in private networks have.
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func port(_ text: Substring, colon: UInt8?) throws(HTTPURLError) -> Int {
        guard colon == 0x3A, text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = Int(text), (1...65535).contains(port)
        else {
            throw HTTPURLError(.invalidPort, "The URL's port is no number from 1 to 65535.")
        }
        return port
    }

    private static func target(_ text: Substring, scheme: Scheme) throws(HTTPURLError) -> String {
        let end = text.utf8.firstIndex(of: 0x23) ?? text.endIndex
        guard end == text.endIndex || !scheme.isWebSocket else {
            throw HTTPURLError(.fragment, "A WebSocket URL has no fragment (#…).")
        }
        let target = text[..<end]
        guard text.utf8.allSatisfy(FieldCharacters.isVisible) else {
            throw HTTPURLError(
                .invalidTarget, "The URL's path or query holds whitespace or characters that must be percent-encoded.")
        }
        return target.utf8.first == 0x2F ? String(target) : "/" + target
    }
}

/// The text form of an IPv6 address (RFC 4291 §2.2), without a zone.
enum IPv6Text {
    static func isAddress(_ text: String) -> Bool {
        let halves = halves(of: text)
        guard halves.count <= 2, let last = halves.last else { return false }
        var groups = 0
        for (index, half) in halves.enumerated() {
            guard let count = groupCount(half, allowsIPv4: index == halves.count - 1) else { return false }
            groups += count
        }
        // "::" stands for one group of zeros at least.
        return halves.count == 1 ? groups == 8 && !last.isEmpty : groups <= 7
    }

    /// Cut at each "::".
    private static func halves(of text: String) -> [Substring] {
        var halves: [Substring] = []
        var start = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].utf8.starts(with: "::".utf8) {
                halves.append(text[start..<index])
                index = text.utf8.index(index, offsetBy: 2)
                start = index
            } else {
                index = text.utf8.index(after: index)
            }
        }
        return halves + [text[start...]]
    }

    /// How many 16-bit groups stand here; nil where something else does.
    private static func groupCount(_ text: Substring, allowsIPv4: Bool) -> Int? {
        if text.isEmpty { return 0 }
        let groups = text.utf8.split(separator: 0x3A, omittingEmptySubsequences: false)
        var count = 0
        for (index, group) in groups.enumerated() {
            if (1...4).contains(group.count), group.allSatisfy(isHexadecimalDigit) {
                count += 1
            } else if allowsIPv4, index == groups.count - 1, isIPv4(group) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }

    private static func isIPv4(_ text: Substring.UTF8View) -> Bool {
        let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
                    && part.reduce(0) { $0 * 10 + Int($1) - 0x30 } <= 255
            }
    }

    private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
