import Synchronization

/// Knows the secrets that must not be told, and takes them out of texts.
package final class SecretRedactor: Sendable {
    /// What stands in a secret's place.
    package static let replacement = "[redacted]"

    /// Longest first, so that a secret that contains another is found whole.
    private let secrets = Mutex<[[UInt8]]>([])

    package init() {}

    /// From now on `secret` appears in no text. An empty one is ignored.
    package func register(_ secret: String) {
        let bytes = Array(secret.utf8)
        guard !bytes.isEmpty else { return }
        secrets.withLock { secrets in
            guard !secrets.contains(bytes) else { return }
            secrets.append(bytes)
            secrets.sort { $0.count > $1.count }
        }
    }

    /// `text` with every secret replaced.
    package func redacted(_ text: String) -> String {
        let secrets = secrets.withLock { $0 }
        guard !secrets.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if let secret = secrets.first(where: { Self.stands($0, in: bytes, at: position) }) {
                result += Self.replacement.utf8
                position += secret.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func stands(_ secret: [UInt8], in bytes: [UInt8], at position: Int) -> Bool {
        guard bytes[position] == secret[0], secret.count <= bytes.count - position else { return false }
        return bytes[position..<(position + secret.count)].elementsEqual(secret)
    }
}
