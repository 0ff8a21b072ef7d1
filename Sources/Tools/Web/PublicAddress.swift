import EventLoops

extension SocketAddress {
    /// Whether it is one of the public internet: none of this machine, of a private network, or of a special kind (the
    /// registries of RFC 6890). An IPv4 address within an IPv6 one counts as itself.
    var isPublic: Bool {
        let bytes = addressBytes
        return bytes.count == 4 ? Self.isPublic(v4: bytes) : Self.isPublic(v6: bytes)
    }

    private static func isPublic(v4 bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _): false
        case (100, 64...127, _): false
        case (169, 254, _): false
        case (172, 16...31, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (192, 168, _): false
        case (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
        case (224..., _, _): false
        default: true
        }
    }

    private static func isPublic(v6 bytes: [UInt8]) -> Bool {
        // IPv4-mapped and -compatible, and the prefixes of NAT64 and 6to4.
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == bytes[11], [0, 0xFF].contains(bytes[10]) {
            return bytes[10] == 0xFF && isPublic(v4: Array(bytes[12...]))
        }
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) {
            return bytes[4..<12].allSatisfy { $0 == 0 } && isPublic(v4: Array(bytes[12...]))
        }
        if bytes.starts(with: [0x20, 0x02]) { return isPublic(v4: Array(bytes[2..<6])) }
        // Global unicast is 2000::/3. Teredo, ORCHID and documentation are in it and public to nobody.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes.starts(with: [0x20, 0x01]) {
            return !(bytes[2] < 0x02 || bytes[2...].starts(with: [0x0D, 0xB8]))
        }
        return !(bytes.starts(with: [0x3F, 0xFF]) && bytes[2] < 0x10)
    }
}
