package import AILoop

/// Makes text of an upstream fit to be shown: an error that echoes what was sent must not carry the key or the prompt
/// into a log or to a client.
package struct DetailRedactor: Sendable {
    /// Upstream text beyond this many bytes is not looked at.
    package static let maximumInputBytes = 4096
    /// What is shown of it, in characters.
    package static let maximumCharacters = 500
    /// A piece of a message as long as this, or a whole message of at least ``shortestMessageBytes``, is an echo of it.
    package static let promptWindowBytes = 24
    package static let shortestMessageBytes = 8
    /// A piece of the key as long as this is taken for the key.
    package static let keyWindowBytes = 8

    private let key: [UInt8]
    private let messages: [ChatMessage]

    /// - Parameters:
    ///   - key: the API key that the request carried.
    ///   - messages: the conversation that it carried.
    package init(key: String? = nil, messages: [ChatMessage] = []) {
        self.key = Array((key ?? "").utf8)
        self.messages = messages
    }

    /// One line without control characters, keys and prompt text, of at most ``maximumCharacters``.
    package func clean(_ text: String) -> String {
        var marked = MarkedText(Self.oneLine(text.utf8, limit: Self.maximumInputBytes))
        if !key.isEmpty {
            marked.markEchoes(of: key, window: min(Self.keyWindowBytes, key.count), as: .secret)
        }
        marked.markTokenShapes()
        for message in messages { markEchoes(of: message, in: &marked) }
        return marked.text(limit: Self.maximumCharacters)
    }

    private func markEchoes(of message: ChatMessage, in marked: inout MarkedText) {
        switch message {
        case .system(let text), .user(let text), .tool(_, let text):
            markEchoes(of: text, in: &marked)
        case .assistant(let answer):
            markEchoes(of: answer.text, in: &marked)
            for call in answer.toolCalls { markEchoes(of: call.arguments, in: &marked) }
        }
    }

    private func markEchoes(of text: String, in marked: inout MarkedText) {
        // A short detail holds no piece of a long message. What is long only by its white space is looked at.
        guard marked.count >= Self.promptWindowBytes || text.utf8.count <= 64 + 4 * marked.count else { return }
        let bytes = Self.oneLine(text.utf8, limit: .max)
        guard bytes.count >= Self.shortestMessageBytes else { return }
        marked.markEchoes(of: bytes, window: min(Self.promptWindowBytes, bytes.count), as: .prompt)
    }

    /// White space and control characters in a row become one space; none stays at the ends.
    private static func oneLine(_ text: String.UTF8View, limit: Int) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(min(text.count, limit))
        for byte in text {
            guard line.count < limit else { break }
            if byte > 0x20 && byte != 0x7F {
                line.append(byte)
            } else if let last = line.last, last != 0x20 {
                line.append(0x20)
            }
        }
        if line.last == 0x20 { line.removeLast() }
        return line
    }
}

/// A text and what must not be shown of it.
private struct MarkedText {
    enum Mark { case none, secret, prompt }

    private let bytes: [UInt8]
    private var marks: [Mark]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        marks = Array(repeating: .none, count: bytes.count)
    }

    var count: Int { bytes.count }

    /// Marks whatever of this text stands in `source` too, in pieces of `window` bytes or more.
    ///
    /// A rolling hash visits every window of both once. Two windows whose 64-bit hashes agree are taken for equal.
    mutating func markEchoes(of source: [UInt8], window: Int, as mark: Mark) {
        guard window > 0, bytes.count >= window, source.count >= window else { return }
        var places: [UInt64: [Int]] = [:]
        // Conversations are long: a bit for each hash keeps most of their windows from being looked up.
        var isPresent = [Bool](repeating: false, count: 1 << 14)
        Self.forEachWindow(of: bytes, length: window) { start, hash in
            places[hash, default: []].append(start)
            isPresent[Int(hash >> 50)] = true
        }
        var found: [Int] = []
        Self.forEachWindow(of: source, length: window) { _, hash in
            guard isPresent[Int(hash >> 50)], let starts = places.removeValue(forKey: hash) else { return }
            found += starts
        }
        for start in found {
            for index in start..<start + window { marks[index] = mark }
        }
    }

    private static func forEachWindow(of bytes: [UInt8], length: Int, _ body: (Int, UInt64) -> Void) {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        let weight = (1..<max(length, 1)).reduce(UInt64(1)) { power, _ in power &* factor }
        var hash: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index >= length { hash &-= (UInt64(bytes[index - length]) &+ 1) &* weight }
            hash = hash &* factor &+ UInt64(byte) &+ 1
            if index >= length - 1 { body(index - length + 1, hash) }
        }
    }

    /// Marks what looks like a key: `sk-…`, and whatever follows the word `Bearer`.
    mutating func markTokenShapes() {
        mark(after: Array("sk-".utf8), minimum: 4, keepingPrefix: false)
        mark(after: Array("bearer ".utf8), minimum: 8, keepingPrefix: true)
    }

    private mutating func mark(after prefix: [UInt8], minimum: Int, keepingPrefix: Bool) {
        guard bytes.count > prefix.count else { return }
        for start in 0..<bytes.count - prefix.count {
            guard start == 0 || !Self.isAlphanumeric(bytes[start - 1]),
                prefix.indices.allSatisfy({ Self.lowercased(bytes[start + $0]) == prefix[$0] })
            else { continue }
            let tokenStart = start + prefix.count
            let tokenEnd = bytes[tokenStart...].firstIndex { !Self.isTokenCharacter($0) } ?? bytes.count
            guard tokenEnd - tokenStart >= minimum else { continue }
            for index in (keepingPrefix ? tokenStart : start)..<tokenEnd { marks[index] = .secret }
        }
    }

    /// Keys are also echoed with their middle replaced by stars or dots.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-_*.+/=~".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lowercased(byte))
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    /// The text with each marked run replaced, cut to `limit` characters.
    func text(limit: Int) -> String {
        var shown: [UInt8] = []
        var index = 0
        while index < bytes.count {
            // A character of several bytes is shown whole or not at all.
            let next = bytes[(index + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? bytes.count
            let mark = marks[index..<next].first { $0 != .none } ?? .none
            switch mark {
            case .none: shown += bytes[index..<next]
            case .secret: Self.append("[redacted]", to: &shown)
            case .prompt: Self.append("…", to: &shown)
            }
            index = next
        }
        let text = String(decoding: shown, as: UTF8.self)
        return text.count > limit ? text.prefix(limit - 1) + "…" : text
    }

    /// A run of marked characters is replaced once.
    private static func append(_ replacement: String, to shown: inout [UInt8]) {
        if !shown.reversed().starts(with: replacement.utf8.reversed()) { shown += replacement.utf8 }
    }
}
