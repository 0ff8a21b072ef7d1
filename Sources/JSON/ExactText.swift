/// A string compared byte by byte, as JSON compares strings (RFC 8259 §8.3).
struct ExactText: Sendable, Hashable {
    let text: String

    static func == (left: ExactText, right: ExactText) -> Bool {
        equal(left.text, right.text)
    }

    func hash(into hasher: inout Hasher) {
        let utf8 = text.utf8Span.span
        utf8.withUnsafeBytes { hasher.combine(bytes: $0) }
        // Keeps `ab` `c` apart from `a` `bc` where texts are hashed in a row.
        hasher.combine(0xFF as UInt8)
    }

    static func equal(_ left: String, _ right: String) -> Bool {
        let left = left.utf8Span.span
        let right = right.utf8Span.span
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in right.withUnsafeBytes { right in equal(left, right) } }
    }

    /// The buffers must be of one length.
    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index &+ 8 <= left.count {
            let leftWord = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard leftWord == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
            index &+= 8
        }
        while index < left.count {
            guard left[index] == right[index] else { return false }
            index &+= 1
        }
        return true
    }
}
