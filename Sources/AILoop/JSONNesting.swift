/// How deep within a JSON text one is after what has come of it so far. Each byte is looked at once: a text that comes in many
/// pieces can be asked after each of them whether it is over.
///
/// Only what a text of arguments may be counts: an object, or a string that holds one.
struct JSONNesting: Sendable {
    private enum State {
        /// Before anything but blanks. To `within`, `other`.
        case start
        /// To `over`.
        case within
        /// Only blanks may follow. To `other`.
        case over
        /// No object and no string, or more than one of them.
        case other
    }

    private var state = State.start
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// The object or string has ended. What is between its ends may be anything.
    var isOver: Bool { state == .over }

    /// Whether an object or a string begins there.
    static func begins(_ text: String) -> Bool {
        text.utf8.first { !isBlank($0) }.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "\"") } ?? false
    }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    private mutating func append(_ byte: UInt8) {
        switch state {
        case .other: break
        case .within: advance(byte)
        case .start, .over:
            guard !Self.isBlank(byte) else { return }
            let begins = state == .start && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: "\""))
            state = begins ? .within : .other
            advance(byte)
        }
    }

    private mutating func advance(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        if state == .within, depth == 0, !isInString { state = .over }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
