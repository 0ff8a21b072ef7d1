import Diagnostics

/// A file's bytes made into text that YAML can be read from; what had to be replaced is reported.
struct ConfigurationText {
    private(set) var source: SourceText
    private(set) var diagnostics: [Diagnostic] = []
    /// False where nothing can be made of the file.
    private(set) var isReadable = true

    /// Faulty bytes reported; the rest are replaced in silence.
    private static let maximumReports = 20
    private static let replacement = Array("\u{FFFD}".utf8)

    init(_ bytes: [UInt8], origin: SourceOrigin) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            source = SourceText(origin, bytes: [])
            isReadable = false
            diagnostics = [
                Diagnostic(
                    ConfigurationCode.invalidEncoding, "the file is UTF-16", at: SourceSpan(startOf: origin),
                    help: "save it as UTF-8")
            ]
            return
        }
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if Self.isClean(bytes[mark...]) {
            source = SourceText(origin, bytes: bytes)
        } else {
            let (text, faults) = Self.repaired(bytes[mark...])
            // With its mark, which is dropped here: a second one behind it is text.
            source = SourceText(origin, bytes: Array(bytes[..<mark]) + text)
            diagnostics = faults.map { $0.diagnostic(origin) }
        }
        source.redact(SecretRedaction.ranges(inConfiguration: source))
    }

    /// Whether there is nothing but ASCII that YAML allows, which most files are.
    private static func isClean(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09) }
    }

    private struct Fault {
        /// Of the replacement in the text.
        var range: Range<Int>
        /// In the file as it is.
        var fileOffset: Int
        /// nil: not UTF-8.
        var scalar: Unicode.Scalar?
        var byte: UInt8

        func diagnostic(_ origin: SourceOrigin) -> Diagnostic {
            let span = SourceSpan(origin, range)
            if let scalar {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                return Diagnostic(
                    ConfigurationCode.controlCharacter, "the control character \(name)", at: span,
                    help: "remove it; between double quotes it can be written as an escape")
            }
            return Diagnostic(
                ConfigurationCode.invalidEncoding,
                "byte \(fileOffset + 1) of the file, 0x\(String(byte, radix: 16, uppercase: true)), is not UTF-8",
                at: span,
                help: "save the file as UTF-8")
        }
    }

    private static func repaired(_ bytes: ArraySlice<UInt8>) -> (text: [UInt8], faults: [Fault]) {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var faults: [Fault] = []
        var offset = bytes.startIndex
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        while true {
            let length: Int
            let scalar: Unicode.Scalar?
            switch parser.parseScalar(from: &input) {
            case .emptyInput: return (text, faults)
            case .error(let count): (length, scalar) = (count, nil)
            case .valid(let encoded): (length, scalar) = (encoded.count, Unicode.UTF8.decode(encoded))
            }
            if let scalar, isAllowed(scalar) {
                text += bytes[offset..<offset + length]
            } else {
                if faults.count < maximumReports {
                    let range = text.count..<text.count + replacement.count
                    faults.append(Fault(range: range, fileOffset: offset, scalar: scalar, byte: bytes[offset]))
                }
                text += replacement
            }
            offset += length
        }
    }

    /// YAML 1.2.2 §5.1, `c-printable`.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
