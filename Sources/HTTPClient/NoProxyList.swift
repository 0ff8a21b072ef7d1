import Glibc

/// The servers of `NO_PROXY`: names (with all names below them), addresses, networks as `10.0.0.0/8`, each with a port or
/// without, separated by commas or blanks; `*` for all.
struct NoProxyList: Sendable {
    private enum Pattern: Sendable {
        case everything
        /// Without a dot in front.
        case name(String)
        /// An address is a network of all its bits.
        case network([UInt8], bits: Int)
    }

    private struct Entry: Sendable {
        let pattern: Pattern
        /// nil: any.
        let port: UInt16?
    }

    private let entries: [Entry]

    /// What cannot be read is passed over, as other programs do that share the variable.
    init(_ text: String) {
        entries = text.split { $0 == "," || $0.isWhitespace }.compactMap { Self.entry($0.lowercased()) }
    }

    func contains(host: String, port: UInt16) -> Bool {
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let address = Self.address(name)
        return entries.contains { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch entry.pattern {
            case .everything: return true
            case .name(let pattern): return address == nil && (name == pattern || name.hasSuffix("." + pattern))
            case .network(let network, let bits): return address.map { Self.matches($0, network, bits) } ?? false
            }
        }
    }

    // MARK: Reading

    private static func entry(_ text: String) -> Entry? {
        if text == "*" { return Entry(pattern: .everything, port: nil) }
        // An IPv6 address has several colons, and a port after it only behind brackets.
        if text.hasPrefix("[") {
            let host = text.dropFirst().prefix { $0 != "]" }
            let rest = text.dropFirst(host.count + 2)
            guard rest.isEmpty || rest.first == ":" else { return nil }
            return entry(host: String(host), port: rest.isEmpty ? nil : rest.dropFirst())
        }
        guard text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") else {
            return entry(host: text, port: nil)
        }
        return entry(host: String(text[..<colon]), port: text[text.index(after: colon)...])
    }

    private static func entry(host: String, port: Substring?) -> Entry? {
        var number: UInt16?
        if let port {
            guard let value = UInt16(port) else { return nil }
            number = value
        }
        return pattern(host).map { Entry(pattern: $0, port: number) }
    }

    private static func pattern(_ text: String) -> Pattern? {
        if let bytes = address(text) { return .network(bytes, bits: bytes.count * 8) }
        if let slash = text.firstIndex(of: "/") {
            guard let bytes = address(String(text[..<slash])), let bits = Int(text[text.index(after: slash)...]),
                (0...bytes.count * 8).contains(bits)
            else { return nil }
            return .network(bytes, bits: bits)
        }
        var name = Substring(text)
        if name.hasPrefix("*.") { name = name.dropFirst(2) }
        if name.hasPrefix(".") { name = name.dropFirst() }
        return name.isEmpty ? nil : .name(String(name))
    }

    // MARK: Addresses

    /// 4 or 16 bytes; nil for a name.
    private static func address(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private static func matches(_ address: [UInt8], _ network: [UInt8], _ bits: Int) -> Bool {
        guard address.count == network.count else { return false }
        let whole = bits / 8
        guard address[..<whole] == network[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0
    }
}
