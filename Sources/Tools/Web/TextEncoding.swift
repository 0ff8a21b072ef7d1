/// How the characters of a text stand in its bytes.
enum TextEncoding: Sendable, Hashable {
    case utf8
    /// ISO 8859-1 and its superset, which is what is meant where the former is said (WHATWG Encoding Standard §4.2).
    case windows1252

    /// - Parameter contentType: of the text. Without a word about the encoding it is UTF-8.
    ///
    /// nil where it is another one.
    init?(contentType: String) {
        let parameters = contentType.lowercased().split(separator: ";").dropFirst()
        let names = parameters.compactMap { parameter -> String? in
            let parts = parameter.filter { $0 != " " && $0 != "\t" && $0 != "\"" && $0 != "'" }.split(separator: "=")
            return parts.count == 2 && parts[0] == "charset" ? String(parts[1]) : nil
        }
        switch names.first ?? "utf-8" {
        case "utf-8", "utf8": self = .utf8
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252",
            "cp1252":
            self = .windows1252
        default: return nil
        }
    }

    /// What is no character is replaced.
    ///
    /// - Parameter isCut: there is more of the text; half a character at its end is left out.
    func text(_ bytes: ArraySlice<UInt8>, isCut: Bool = false) -> String {
        switch self {
        case .utf8: return String(decoding: isCut ? Self.wholeCharacters(bytes) : bytes, as: UTF8.self)
        case .windows1252:
            var scalars = String.UnicodeScalarView()
            for byte in bytes {
                let value = (0x80...0x9F).contains(byte) ? Self.windows[Int(byte) - 0x80] : UInt16(byte)
                scalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
            }
            return String(scalars)
        }
    }

    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes }
        let length = bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : bytes[lead] >= 0xC0 ? 2 : 1
        return bytes.endIndex - lead < length ? bytes[..<lead] : bytes
    }

    /// Of the bytes 0x80 to 0x9F.
    private static let windows: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D,
        0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153,
        0x9D,
        0x017E, 0x0178,
    ]
}
