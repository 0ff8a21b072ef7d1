import HTTP1

/// Hosts that may be asked: names, and `*.example.com` for all names below example.com. At the port of the URL's scheme, unless
/// one is named: `example.com:8080`.
struct HostList: Sendable {
    private struct Entry: Sendable {
        var name: String
        /// nil: that of the scheme.
        var port: Int?

        init(_ text: String) {
            name = text.lowercased()
            // An IPv6 address has several colons.
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int(parts[1]) else { return }
            (name, port) = (String(parts[0]), number)
        }
    }

    private let entries: [Entry]
    /// For a sentence.
    let text: String

    init(_ names: [String]) {
        entries = names.map { Entry($0) }
        text = names.map { "`\($0)`" }.joined(separator: ", ")
    }

    func contains(_ url: HTTPURL) -> Bool {
        let host = url.host.hasSuffix(".") ? String(url.host.dropLast()) : url.host
        return entries.contains { entry in
            let isNamed = entry.name.hasPrefix("*.") ? host.hasSuffix(entry.name.dropFirst()) : host == entry.name
            return isNamed && url.port == entry.port ?? url.scheme.defaultPort
        }
    }
}
