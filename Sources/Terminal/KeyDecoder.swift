/// Turns the bytes that a terminal sends into keys and pastes, byte by byte.
///
///     ground ── ESC ──▶ escape ──┬─ [ ──▶ sequence ── final byte ──▶ ground, or pasting after ESC [ 200 ~
///        │                       ├─ O ──▶ application key ──▶ ground
///        │                       └─ any other: that key with Alt ──▶ ground
///        └── first byte of a character ──▶ character ── last byte ──▶ ground
///
/// Escape by itself looks like the beginning of all the rest, so whoever feeds the decoder calls ``timeOut()`` where nothing
/// follows for a while and ``isWaiting`` is true.
package struct KeyDecoder: Sendable {
    /// The parameters of a control sequence; a longer sequence means nothing to anybody and is passed over.
    static let maximumSequenceBytes = 32
    /// What is taken of one paste; the rest is dropped.
    package static let maximumPasteBytes = 1 << 20

    private enum State: Sendable {
        case ground
        case escape
        /// After ESC [ (ECMA-48 §5.4): the bytes between it and the final one.
        case sequence([UInt8])
        /// A sequence that is too long.
        case skipping
        /// After ESC [ [, the console's function keys.
        case consoleKey
        /// After ESC O.
        case applicationKey
        case character([UInt8], count: Int, KeyPress.Modifiers)
        /// `matched` bytes of the end mark have come.
        case pasting(matched: Int)
    }

    private static let escapeByte: UInt8 = 0x1B
    private static let pasteEnd: [UInt8] = [0x1B] + Array("[201~".utf8)

    private var state = State.ground
    /// What has come of a paste; not in the state, where it would be copied with each byte.
    private var pasted: [UInt8] = []

    package init() {}

    /// Whether more bytes are needed to know what came.
    package var isWaiting: Bool {
        switch state {
        case .ground, .pasting: false
        default: true
        }
    }

    /// Takes what has come so far as all there is.
    package mutating func timeOut() -> [TerminalEvent] {
        guard isWaiting else { return [] }
        defer { state = .ground }
        if case .escape = state { return [.key(KeyPress(.escape))] }
        return []
    }

    package mutating func feed(_ byte: UInt8) -> [TerminalEvent] {
        switch state {
        case .ground: return take(byte, with: [])
        case .escape: return afterEscape(byte)
        case .sequence(let bytes): return inSequence(bytes, byte)
        case .skipping:
            if 0x40...0x7E ~= byte { state = .ground }
            return []
        case .consoleKey:
            state = .ground
            return []
        case .applicationKey:
            state = .ground
            return Self.key(final: byte).map { [.key(KeyPress($0))] } ?? []
        case .character(let bytes, let count, let modifiers): return inCharacter(bytes, count, modifiers, byte)
        case .pasting(let matched): return inPaste(matched, byte)
        }
    }

    // MARK: Single bytes and characters

    private mutating func take(_ byte: UInt8, with modifiers: KeyPress.Modifiers) -> [TerminalEvent] {
        state = .ground
        switch byte {
        case Self.escapeByte: state = .escape
        case 0x0D: return [.key(KeyPress(.enter, modifiers))]
        case 0x09: return [.key(KeyPress(.tab, modifiers))]
        case 0x08, 0x7F: return [.key(KeyPress(.backspace, modifiers))]
        case 0x00...0x1A:
            // Ctrl-A is 1, and so on; Ctrl-Space is 0.
            let letter = Unicode.Scalar(byte == 0 ? UInt8(ascii: " ") : byte + 0x60)
            return [.key(KeyPress(.character(letter), modifiers.union(.control)))]
        case 0x1C...0x1F:
            return [.key(KeyPress(.character(Unicode.Scalar(byte + 0x40)), modifiers.union(.control)))]
        case 0x20...0x7E: return [.key(KeyPress(.character(Unicode.Scalar(byte)), modifiers))]
        case 0xC2...0xDF: state = .character([byte], count: 2, modifiers)
        case 0xE0...0xEF: state = .character([byte], count: 3, modifiers)
        case 0xF0...0xF4: state = .character([byte], count: 4, modifiers)
        default: return [.key(KeyPress(.character("\u{FFFD}"), modifiers))]
        }
        return []
    }

    private mutating func inCharacter(
        _ bytes: [UInt8], _ count: Int, _ modifiers: KeyPress.Modifiers, _ byte: UInt8
    ) -> [TerminalEvent] {
        guard 0x80...0xBF ~= byte else {
            return [.key(KeyPress(.character("\u{FFFD}"), modifiers))] + take(byte, with: [])
        }
        let bytes = bytes + [byte]
        guard bytes.count == count else {
            state = .character(bytes, count: count, modifiers)
            return []
        }
        state = .ground
        let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        // The C1 controls are no keys.
        return scalar.value < 0xA0 ? [] : [.key(KeyPress(.character(scalar), modifiers))]
    }

    // MARK: Sequences

    private mutating func afterEscape(_ byte: UInt8) -> [TerminalEvent] {
        switch byte {
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O"): state = .applicationKey
        case Self.escapeByte: return [.key(KeyPress(.escape))]
        default: return take(byte, with: .alt)
        }
        return []
    }

    private mutating func inSequence(_ bytes: [UInt8], _ byte: UInt8) -> [TerminalEvent] {
        switch byte {
        case UInt8(ascii: "[") where bytes.isEmpty:
            state = .consoleKey
            return []
        case 0x40...0x7E:
            state = .ground
            return sequence(bytes, final: byte)
        case 0x20...0x3F:
            state = bytes.count < Self.maximumSequenceBytes ? .sequence(bytes + [byte]) : .skipping
            return []
        default: return take(byte, with: [])
        }
    }

    private mutating func sequence(_ bytes: [UInt8], final: UInt8) -> [TerminalEvent] {
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: ";", omittingEmptySubsequences: false)
            .map { Int($0) ?? 1 }
        // xterm's modifiers: 1 plus the sum of Shift 1, Alt 2, Control 4.
        let modifiers = KeyPress.Modifiers(rawValue: numbers.count > 1 ? max(numbers[1] - 1, 0) & 7 : 0)
        switch final {
        case UInt8(ascii: "~"):
            if numbers.first == 200 {
                state = .pasting(matched: 0)
                return []
            }
            // modifyOtherKeys: ESC [ 27 ; modifiers ; code ~
            if numbers.first == 27, numbers.count == 3 { return Self.other(code: numbers[2], modifiers) }
            return Self.key(number: numbers.first ?? 0).map { [.key(KeyPress($0, modifiers))] } ?? []
        case UInt8(ascii: "u"): return Self.other(code: numbers.first ?? 0, modifiers)
        case UInt8(ascii: "Z"): return [.key(KeyPress(.tab, .shift))]
        default: return Self.key(final: final).map { [.key(KeyPress($0, modifiers))] } ?? []
        }
    }

    private static func key(final: UInt8) -> KeyPress.Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "M"): .enter
        default: nil
        }
    }

    private static func key(number: Int) -> KeyPress.Key? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        default: nil
        }
    }

    /// Keys that terminals spell out by their code when modifiers are held, as Shift-Enter.
    private static func other(code: Int, _ modifiers: KeyPress.Modifiers) -> [TerminalEvent] {
        switch code {
        case 13: return [.key(KeyPress(.enter, modifiers))]
        case 9: return [.key(KeyPress(.tab, modifiers))]
        case 27: return [.key(KeyPress(.escape, modifiers))]
        case 8, 127: return [.key(KeyPress(.backspace, modifiers))]
        default:
            guard let value = UInt32(exactly: code), value >= 0x20, let scalar = Unicode.Scalar(value) else {
                return []
            }
            return [.key(KeyPress(.character(scalar), modifiers))]
        }
    }

    // MARK: Pastes

    private mutating func inPaste(_ matched: Int, _ byte: UInt8) -> [TerminalEvent] {
        if byte == Self.pasteEnd[matched] {
            state = .pasting(matched: matched + 1)
            guard matched + 1 == Self.pasteEnd.count else { return [] }
            defer {
                state = .ground
                pasted = []
            }
            return [.paste(Self.text(ofPaste: pasted))]
        }
        let isStart = byte == Self.escapeByte
        let more = Self.pasteEnd[..<matched] + (isStart ? [] : [byte])
        if pasted.count + more.count <= Self.maximumPasteBytes { pasted += more }
        state = .pasting(matched: isStart ? 1 : 0)
        return []
    }

    private static func text(ofPaste bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x0D: text.append("\n")
            case 0x0A: if !isAfterReturn { text.append("\n") }
            case 0x09, 0x20..<0x7F, 0xA0...: text.append(scalar)
            default: break
            }
            isAfterReturn = scalar.value == 0x0D
        }
        return String(text)
    }
}
