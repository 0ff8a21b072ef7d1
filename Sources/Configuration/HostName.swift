import HTTP1

/// Host names and addresses as text.
package enum HostName {
    /// Whether `host` is this machine only: `localhost`, 127.0.0.0/8, `::1`.
    package static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        let address = name.hasPrefix("::ffff:") ? String(name.dropFirst(7)) : name
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.allSatisfy(\.isNumber) ? UInt8($0) : nil }
        if parts.count == 4, numbers.count == 4 { return numbers[0] == 127 }
        return name.contains(":") && name.last == "1" && name.dropLast().allSatisfy { $0 == ":" || $0 == "0" }
    }

    /// Whether `text` is a host, or `*.` and a domain, maybe with a port behind it: `example.org:8080`.
    package static func isPattern(_ text: String) -> Bool {
        let host = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return isValid(host) }
        return isValid(String(parts[0])) && UInt16(parts[1]).map { $0 > 0 } ?? false
    }

    /// Whether `host` has the form of a host name or of an address (IPv6 without brackets).
    package static func isValid(_ host: String) -> Bool {
        guard !host.contains(where: { "/?#@[]".contains($0) }) else { return false }
        let isAddress = host.contains(":")
        let isNumeric = host.allSatisfy { $0.isNumber || $0 == "." }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        guard !isNumeric || numbers.count == 4 && numbers.allSatisfy({ UInt8($0) != nil }) else { return false }
        return (try? HTTPURL(isAddress ? "http://[\(host)]/" : "http://\(host)/")) != nil
    }
}
