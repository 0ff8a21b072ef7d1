/// Hosts that may be asked: names, and `*.example.com` for all names below example.com.
struct HostList: Sendable {
    private let names: [String]

    init(_ names: [String]) {
        self.names = names.map { $0.lowercased() }
    }

    /// - Parameter host: in lower case.
    func contains(_ host: String) -> Bool {
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        return names.contains { $0.hasPrefix("*.") ? host.hasSuffix($0.dropFirst()) : host == $0 }
    }

    var text: String { names.map { "`\($0)`" }.joined(separator: ", ") }
}
