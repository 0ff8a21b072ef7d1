import Diagnostics

/// Variables of the environment and, where it lacks one, of `.env`.
struct VariableSource: Sendable {
    struct Variable: Sendable {
        var value: String
        /// Where the value stands.
        var span: SourceSpan
        var layer: ConfigurationLayer
    }

    private let environment: [String: String]
    private let dotEnv: [String: DotEnvFile.Entry]
    private let dotEnvOrigin: SourceOrigin
    /// Whether a variable that is not set here may be set where the configuration is used.
    let isOpen: Bool

    init(environment: [String: String], dotEnv: DotEnvFile?, isOpen: Bool = false) {
        self.environment = environment
        self.isOpen = isOpen
        self.dotEnv = dotEnv?.entries ?? [:]
        dotEnvOrigin = dotEnv?.origin ?? .file(".env")
    }

    /// A variable that is set to nothing counts as set here; keys treat it as unset.
    subscript(name: String) -> Variable? {
        if let value = environment[name] {
            let span = SourceSpan(.environmentVariable(name), 0..<value.utf8.count)
            return Variable(value: value, span: span, layer: .environment)
        }
        return dotEnv[name].map {
            Variable(value: $0.value, span: SourceSpan(dotEnvOrigin, $0.range), layer: .dotEnv)
        }
    }

    var names: Set<String> { Set(environment.keys).union(dotEnv.keys) }
}

/// The lines `NAME=value` of a `.env` file.
///
/// Blank lines and lines that begin with `#` are skipped; `export ` may stand before a name. A value between single quotes
/// is taken as it is, one between double quotes may hold `\n`, `\t`, `\"`, `\\` and `\$`; without quotes it ends at ` #` or
/// with the line. Nothing is expanded. Of two lines for one name the last wins.
struct DotEnvFile: Sendable {
    struct Entry: Sendable {
        var value: String
        /// Bytes of the value in the file, quotes included.
        var range: Range<Int>
    }

    let origin: SourceOrigin
    private(set) var entries: [String: Entry] = [:]
    private(set) var diagnostics: [Diagnostic] = []

    init(parsing source: SourceText) {
        origin = source.origin
        for line in source.lines { read(line, source.bytes) }
    }

    private mutating func read(_ line: Range<Int>, _ bytes: [UInt8]) {
        var rest = Self.trimmed(bytes[line])
        guard let first = rest.first, first != UInt8(ascii: "#") else { return }
        let export = Array("export ".utf8)
        if rest.starts(with: export) { rest = Self.trimmed(rest.dropFirst(export.count)) }
        guard let sign = rest.firstIndex(of: UInt8(ascii: "=")) else {
            return report(line, "this line has no `=`", help: "write `NAME=value`, or begin a comment with `#`")
        }
        let name = String(decoding: Self.trimmed(rest[..<sign]), as: UTF8.self)
        guard VariableReference.isName(name) else {
            return report(
                line.lowerBound..<sign, "\(quotedForDisplay(name)) is no name of a variable",
                help: "names are letters, digits and `_`, and do not begin with a digit")
        }
        let text = Self.trimmed(rest[(sign + 1)...])
        let range = text.startIndex..<text.endIndex
        guard let quote = text.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let value = Self.withoutComment(text)
            entries[name] = Entry(
                value: String(decoding: value, as: UTF8.self), range: value.startIndex..<value.endIndex)
            return
        }
        guard let value = Self.quoted(text.dropFirst(), by: quote) else {
            return report(range, "this value's quote is not closed on its line", help: "end it with the same quote")
        }
        entries[name] = Entry(value: value, range: range)
    }

    private mutating func report(_ range: Range<Int>, _ message: String, help: String) {
        diagnostics.append(
            Diagnostic(ConfigurationCode.malformedDotEnv, message, at: SourceSpan(origin, range), help: help))
    }

    /// Up to the closing quote, after which only blanks and a comment may stand.
    private static func quoted(_ text: ArraySlice<UInt8>, by quote: UInt8) -> String? {
        var value: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == quote {
                let rest = trimmed(text[(index + 1)...])
                return rest.isEmpty || rest.first == UInt8(ascii: "#") ? String(decoding: value, as: UTF8.self) : nil
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), index + 1 < text.endIndex {
                index += 1
                value += escaped(text[index])
            } else {
                value.append(byte)
            }
            index += 1
        }
        return nil
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "n"): [UInt8(ascii: "\n")]
        case UInt8(ascii: "t"): [UInt8(ascii: "\t")]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): [byte]
        default: [UInt8(ascii: "\\"), byte]
        }
    }

    private static func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let comment = text.indices.first {
            $0 > text.startIndex && text[$0] == UInt8(ascii: "#") && isBlank(text[$0 - 1])
        }
        return comment.map { trimmed(text[..<$0]) } ?? text
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
