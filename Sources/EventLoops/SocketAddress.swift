package import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    private enum Storage: Sendable, Hashable {
        case v4(address: UInt32, port: UInt16)
        /// Network order, as eight groups.
        case v6(SIMD8<UInt16>, scope: UInt32, port: UInt16)
    }

    private var storage: Storage

    /// - Parameter host: an address in numbers: `127.0.0.1`, `::1` (no brackets). nil for anything else, names included.
    package init?(host: String, port: UInt16) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, host, &v4) == 1 {
            storage = .v4(address: v4.s_addr, port: port)
        } else if inet_pton(AF_INET6, host, &v6) == 1 {
            storage = .v6(withUnsafeBytes(of: v6) { $0.load(as: SIMD8<UInt16>.self) }, scope: 0, port: port)
        } else {
            return nil
        }
    }

    /// From what the system filled in; nil for families other than IPv4 and IPv6.
    package init?(_ pointer: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(pointer)
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self)
            storage = .v4(address: address.sin_addr.s_addr, port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self)
            let groups = withUnsafeBytes(of: address.sin6_addr) { $0.loadUnaligned(as: SIMD8<UInt16>.self) }
            storage = .v6(groups, scope: address.sin6_scope_id, port: UInt16(bigEndian: address.sin6_port))
        default:
            return nil
        }
    }

    package var port: UInt16 {
        get {
            switch storage {
            case .v4(_, let port), .v6(_, _, let port): port
            }
        }
        set {
            switch storage {
            case .v4(let address, _): storage = .v4(address: address, port: newValue)
            case .v6(let groups, let scope, _): storage = .v6(groups, scope: scope, port: newValue)
            }
        }
    }

    /// The address alone, in numbers.
    package var host: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch storage {
        case .v4(var address, _): inet_ntop(AF_INET, &address, &buffer, socklen_t(buffer.count))
        case .v6(var groups, _, _): inet_ntop(AF_INET6, &groups, &buffer, socklen_t(buffer.count))
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The address alone, in network order: 4 bytes or 16.
    package var addressBytes: [UInt8] {
        switch storage {
        case .v4(let address, _): withUnsafeBytes(of: address) { Array($0) }
        case .v6(let groups, _, _): withUnsafeBytes(of: groups) { Array($0) }
        }
    }

    package var isLoopback: Bool {
        switch storage {
        case .v4(let address, _): UInt32(bigEndian: address) >> 24 == 127
        case .v6(let groups, _, _):
            groups == SIMD8(0, 0, 0, 0, 0, 0, 0, UInt16(1).bigEndian)
        }
    }

    /// `0.0.0.0` or `::`: every address of the machine.
    package var isUnspecified: Bool {
        switch storage {
        case .v4(let address, _): address == 0
        case .v6(let groups, _, _): groups == SIMD8(repeating: 0)
        }
    }

    package var isIPv6: Bool {
        if case .v6 = storage { true } else { false }
    }

    /// `127.0.0.1:8000`, `[::1]:8000`.
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }

    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        switch storage {
        case .v4(let address, let port):
            var system = sockaddr_in()
            system.sin_family = sa_family_t(AF_INET)
            system.sin_port = port.bigEndian
            system.sin_addr.s_addr = address
            return Self.withPointer(to: &system, body)
        case .v6(let groups, let scope, let port):
            var system = sockaddr_in6()
            system.sin6_family = sa_family_t(AF_INET6)
            system.sin6_port = port.bigEndian
            system.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &system.sin6_addr) { $0.storeBytes(of: groups, as: SIMD8<UInt16>.self) }
            return Self.withPointer(to: &system, body)
        }
    }

    private static func withPointer<T, R>(to value: inout T, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: &value) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<T>.size)) }
        }
    }

    /// The address that a socket is bound to.
    package static func local(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length) == 0 ? SocketAddress($0) : nil
            }
        }
    }

    /// The address at the other end of a connected socket.
    package static func remote(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getpeername(descriptor, $0, &length) == 0 ? SocketAddress($0) : nil
            }
        }
    }
}
