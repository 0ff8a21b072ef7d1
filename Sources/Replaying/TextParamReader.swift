import Diagnostics
import JSON

/// Reads `name=value` pairs between blanks. A value that begins with a double quote is a JSON string; any other one ends at
/// the next blank.
struct TextParamReader {
    struct Param {
        var name: Range<Int>
        var value: String
    }

    struct Fault: Error {
        var message: String
        var range: Range<Int>
        var help: String?
    }

    let source: SourceText
    var position: Int
    let end: Int

    /// nil at the end of the line.
    mutating func next() throws(Fault) -> Param? {
        let bytes = source.bytes
        while position < end, isBlank(bytes[position]) { position += 1 }
        guard position < end else { return nil }
        let start = position
        let wordEnd = bytes[start..<end].firstIndex(where: isBlank) ?? end
        guard let sign = bytes[start..<wordEnd].firstIndex(of: UInt8(ascii: "=")), sign > start else {
            throw Fault(
                message: "\(quotedForDisplay(source.text(in: start..<wordEnd))) is not `name=value`",
                range: start..<wordEnd)
        }
        let name = start..<sign
        position = sign + 1
        if position < end, bytes[position] == UInt8(ascii: "\"") { return Param(name: name, value: try quoted()) }
        guard wordEnd > position else {
            throw Fault(
                message: "`\(source.text(in: name))=` has no value", range: start..<wordEnd,
                help: "an empty value is written `\"\"`")
        }
        defer { position = wordEnd }
        return Param(name: name, value: source.text(in: position..<wordEnd))
    }

    private mutating func quoted() throws(Fault) -> String {
        let bytes = source.bytes
        let start = position
        var index = start + 1
        while index < end, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < end else {
            throw Fault(
                message: "text without a closing quote", range: start..<start + 1, help: "end the value with `\"`")
        }
        position = index + 1
        guard position == end || isBlank(bytes[position]) else {
            throw Fault(
                message: "text behind a closing quote", range: position..<position + 1,
                help: #"a quote within a value is written `\"`"#)
        }
        do throws(JSONParseError) {
            return try JSONParser.parse(Array(bytes[start..<position])).string ?? ""
        } catch {
            let place = start + error.offset
            throw Fault(message: Self.describe(error), range: place..<min(place + 1, end))
        }
    }

    /// What keeps quoted text from being a JSON string.
    static func describe(_ error: JSONParseError) -> String {
        switch error.kind {
        case .unexpectedEnd: "text without a closing quote"
        case .trailingCharacters: "text behind a closing quote"
        case .invalidEscape: "an escape that JSON does not have"
        case let kind: "\(kind)"
        }
    }
}
