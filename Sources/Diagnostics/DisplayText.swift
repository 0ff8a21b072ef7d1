/// `text` with everything escaped that could move the cursor, hide or reorder what stands beside it on a terminal.
package func escapedForDisplay(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafeToDisplay) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isUnsafeToDisplay(scalar) {
            result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// `text` between backticks, safe to display, cut where it is longer than `limit` characters.
package func quotedForDisplay(_ text: String, limit: Int = 60) -> String {
    let shown = text.count > limit ? String(text.prefix(limit)) + "…" : text
    return "`\(escapedForDisplay(shown))`"
}

/// Control characters, and the invisible ones that reorder text.
func isUnsafeToDisplay(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
}

/// Columns that a character takes on a terminal: 0 for what only combines, 2 for East Asian wide characters and emoji.
package func displayWidth(of character: Character) -> Int {
    guard let base = character.unicodeScalars.first else { return 0 }
    if character.isASCII { return 1 }
    if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch base.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return base.properties.isEmojiPresentation || isEastAsianWide(base) ? 2 : 1
}

/// Unicode's East Asian Width W and F, by block (UAX #11); emoji are asked for by their own property.
private func isEastAsianWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD:
        true
    default: false
    }
}
