import Glibc

extension SocketAddress {
    /// The first address of a name or of numbers, IPv4 before IPv6 where both are had. May wait for the name service: for
    /// start-up, not for a running loop.
    package static func resolve(host: String, port: UInt16) -> SocketAddress? {
        if let address = SocketAddress(host: host, port: port) { return address }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let pointer = entry.pointee.ai_addr, var address = SocketAddress(pointer) {
                address.port = port
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses.first { !$0.isIPv6 } ?? addresses.first
    }
}
