package import EventLoops
import Glibc

/// Why a name has no addresses.
package struct NameError: Error, Sendable, Hashable {
    /// The system's words: `Name or service not known`.
    package var message: String
    /// The name has addresses, but none that the caller lets be used; ``message`` says why.
    package var isRefused: Bool

    package init(message: String, isRefused: Bool = false) {
        self.message = message
        self.isRefused = isRefused
    }
}

/// Finds the addresses of names. Blocks: not for use on an event loop.
package struct NameLookUp: Sendable {
    /// Gives the addresses of a name in the order in which they are to be tried, with port 0.
    package let addresses: @Sendable (_ name: String) -> Result<[SocketAddress], NameError>

    package init(_ addresses: @escaping @Sendable (String) -> Result<[SocketAddress], NameError>) {
        self.addresses = addresses
    }

    /// By the system: the hosts file, DNS, whatever it is configured for, in the order of RFC 6724.
    package static let system = NameLookUp { name in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let text = code == EAI_SYSTEM ? strerror(errno) : UnsafeMutablePointer(mutating: gai_strerror(code))
            return .failure(NameError(message: text.map { String(cString: $0) } ?? "error \(code)"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr.flatMap({ SocketAddress($0) }) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(NameError(message: "no IPv4 or IPv6 address")) : .success(addresses)
    }
}
