/// Recognises chunks that differ from an earlier one in nothing but their text, without parsing them.
///
/// The chunks of a stream repeat everything around the text: id, model, provider, the empty members. A chunk that begins and
/// ends like one that was parsed, and has between the two a JSON string without escapes, means the same with another text.
/// It takes comparing two runs of bytes to know that, about a tenth of the time of parsing.
struct ChunkTemplate: Sendable {
    /// Services that put something new into every chunk are not tried for ever.
    static let maximumMisses = 8
    /// Around texts larger chunks are not remembered.
    static let maximumFrameBytes = 4096

    private static let marker = Array(#""content":""#.utf8)

    /// Up to and including the quote that opens the text; empty: nothing is known.
    private var prefix: [UInt8] = []
    /// From the quote that closes it.
    private var suffix: [UInt8] = []
    private var misses = 0

    /// The text of `payload`; nil where it must be parsed.
    func text(in payload: UnsafeRawBufferPointer) -> String? {
        let length = payload.count - prefix.count - suffix.count
        guard !prefix.isEmpty, length >= 0, Self.equal(payload, at: 0, prefix),
            Self.equal(payload, at: payload.count - suffix.count, suffix)
        else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: payload[prefix.count..<prefix.count + length])
        var isASCII = true
        for byte in text {
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return nil }
            if byte >= 0x80 { isASCII = false }
        }
        return isASCII ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
    }

    /// Takes a chunk that was parsed and found to yield `text` and nothing else.
    mutating func learn(_ payload: UnsafeRawBufferPointer, text: String) {
        guard misses < Self.maximumMisses else { return }
        misses += 1
        prefix = []
        guard payload.count - text.utf8.count <= Self.maximumFrameBytes, let start = Self.textStart(in: payload) else {
            return
        }
        let end = start + text.utf8.count
        // A text that was written with escapes is not found as it is.
        guard end < payload.count, payload[end] == UInt8(ascii: "\""), payload[start..<end].elementsEqual(text.utf8)
        else {
            return
        }
        prefix = Array(payload[..<start])
        suffix = Array(payload[end...])
    }

    /// Behind the one place where a string member `content` can begin; nil where there are several.
    ///
    /// Quotes inside of strings are escaped, so the marker can only stand between them; except that its first quote may be
    /// an escaped one, which the byte before it tells.
    private static func textStart(in payload: UnsafeRawBufferPointer) -> Int? {
        var found: Int?
        for start in 0..<max(payload.count - marker.count, 0) where equal(payload, at: start, marker) {
            guard found == nil, start > 0, payload[start - 1] != UInt8(ascii: "\\") else { return nil }
            found = start + marker.count
        }
        return found
    }

    /// Whether `bytes` stand in `payload` at `offset`, where there is room for them.
    private static func equal(_ payload: UnsafeRawBufferPointer, at offset: Int, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var index = 0
            while index &+ 8 <= bytes.count {
                let left = payload.loadUnaligned(fromByteOffset: offset &+ index, as: UInt64.self)
                if left != bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) { return false }
                index &+= 8
            }
            while index < bytes.count {
                if payload[offset &+ index] != bytes[index] { return false }
                index &+= 1
            }
            return true
        }
    }
}
