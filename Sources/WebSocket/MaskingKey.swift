/// The four bytes that a client's payload is combined with (RFC 6455 §5.3).
package struct MaskingKey: Sendable, Hashable {
    /// The first byte of the wire is the lowest.
    package let bits: UInt32

    package init(bits: UInt32) {
        self.bits = bits
    }

    /// The key whose first use comes `count` payload bytes later.
    package func advanced(by count: Int) -> MaskingKey {
        let shift = UInt32(truncatingIfNeeded: count & 3) * 8
        return MaskingKey(bits: bits >> shift | bits << (32 - shift & 31))
    }

    /// Copies the payload, masking or unmasking it on the way, a word at a time. `destination` has room for it and does
    /// not overlap it.
    package func copy(_ payload: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) {
        guard let source = payload.baseAddress else { return }
        let word = UInt64(littleEndian: UInt64(bits) << 32 | UInt64(bits))
        var index = 0
        while index + 8 <= payload.count {
            let masked = source.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
            destination.storeBytes(of: masked, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < payload.count {
            let key = UInt8(truncatingIfNeeded: bits >> (UInt32(truncatingIfNeeded: index & 3) * 8))
            let masked = source.load(fromByteOffset: index, as: UInt8.self) ^ key
            destination.storeBytes(of: masked, toByteOffset: index, as: UInt8.self)
            index += 1
        }
    }
}
