import Diagnostics
import JSON

/// Reads command lists: a JSON array of objects with `command` and its params.
///
/// What is wrong with one command keeps none of the others from being read; what is not JSON ends the reading there.
struct JSONScriptParser {
    private let source: SourceText
    private var reader: JSONCommandReader
    private var count = 0

    static func parse(_ source: SourceText, _ problems: inout DiagnosticList) -> Script {
        var parser = JSONScriptParser(
            source: source, reader: JSONCommandReader(source: source, problems: problems))
        parser.run()
        problems = parser.reader.problems
        var script = Script(origin: source.origin)
        script.commands = parser.reader.commands
        return script
    }

    private mutating func run() {
        let bytes = source.bytes
        do throws(JSONParseError) {
            try withJSONCursor(over: bytes.span, maximumDepth: MarkedJSON.maximumDepth) {
                (cursor) throws(JSONParseError) in
                guard try cursor.peekKind() == .array else {
                    let value = try MarkedJSON(&cursor, text: bytes)
                    return reader.report(
                        ScriptCode.wrongValue,
                        "a command list is a JSON array, not \(value.value.kind.phrase)",
                        value.range.lowerBound..<value.range.lowerBound + 1,
                        help: #"as in [{"command": "sendUserMessage", "message": "Hello"}]"#)
                }
                try cursor.readArray { (cursor) throws(JSONParseError) in try readElement(&cursor) }
            }
        } catch {
            report(error)
        }
    }

    private mutating func readElement(_ cursor: inout JSONCursor) throws(JSONParseError) {
        count += 1
        guard count <= Script.maximumCommands else {
            if count == Script.maximumCommands + 1 {
                reader.report(
                    ScriptCode.tooMany, "more than \(Script.maximumCommands) commands",
                    cursor.offset..<cursor.offset + 1, help: "split the script")
            }
            return
        }
        reader.read(try MarkedJSON(&cursor, text: source.bytes))
    }

    // MARK: Text that is no JSON

    private mutating func report(_ error: JSONParseError) {
        let bytes = source.bytes
        let end = bytes.count
        var place = min(error.offset, end)
        var message = error.kind == .tooDeep ? "nested deeper than \(MarkedJSON.maximumDepth)" : "\(error.kind)"
        var help: String?
        switch error.kind {
        case .unexpectedEnd:
            message = bytes.allSatisfy(isWhitespace) ? "the file is empty" : "the text ends in the middle of the list"
            // The last place where something stands is easier to find than the end of the file.
            while place > 0, isWhitespace(bytes[place - 1]) { place -= 1 }
            if place == end, place > 0 { place -= 1 }
        case .unexpectedCharacter: (message, help) = describe(bytes[place], at: place)
        case .trailingCharacters: (message, help) = ("something stands behind the list", "one file holds one list")
        case .controlCharacter:
            (message, help) = ("a line break or control character within a string", #"write a line break as `\n`"#)
        case .invalidEscape: help = #"JSON has \" \\ \/ \b \f \n \r \t and \uXXXX"#
        default: break
        }
        reader.report(ScriptCode.syntax, message, place..<min(place + 1, end), help: help)
    }

    private func describe(_ byte: UInt8, at place: Int) -> (String, help: String?) {
        var before = place
        while before > 0, isWhitespace(source.bytes[before - 1]) { before -= 1 }
        let previous = before > 0 ? source.bytes[before - 1] : 0
        switch byte {
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            if previous == UInt8(ascii: ",") {
                return ("a comma stands before `\(Character(Unicode.Scalar(byte)))`", "leave the last comma out")
            }
            return ("unexpected `\(Character(Unicode.Scalar(byte)))`", nil)
        case UInt8(ascii: "#"), UInt8(ascii: "/"):
            return ("JSON has no comments", #"a command may have a "comment" member"#)
        case UInt8(ascii: "'"): return ("text in single quotes", "JSON has double quotes")
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["):
            return ("something is missing before this", "put a comma between values, and a colon behind a name")
        default:
            let character = source.text(in: place..<source.bytes.count).first.map(String.init) ?? ""
            return ("unexpected \(quotedForDisplay(character))", "names and texts stand between double quotes")
        }
    }

    private func isWhitespace(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}
