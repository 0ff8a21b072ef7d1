import Diagnostics
import JSON

/// Reads text scripts: a message a line, `#` comments, blank lines, and lines that are commands.
///
/// A line is a command where its first word is exactly one of ``commandWords``, or where it begins with one of ``keywords``
/// and a colon; whatever follows must then be right. Everything else is a message as it stands, without the blanks around it.
struct TextScriptParser {
    static let commandWords = ["startSession", "sendUserMessage", "stopSession"]
    static let keywords = ["USER", "WAIT", "EXPECT", "EXPECT-NOT", "EXPECT-EXACTLY"]

    private let source: SourceText
    private var script: Script
    private var problems: DiagnosticList
    /// Whether there were more commands than a script may have.
    private var isFull = false

    static func parse(_ source: SourceText, _ problems: inout DiagnosticList) -> Script {
        var parser = TextScriptParser(source: source, script: Script(origin: source.origin), problems: problems)
        for (index, line) in source.lines.enumerated() {
            if parser.isFull { break }
            parser.read(source.bytes.trimmed(line), line: index + 1)
        }
        problems = parser.problems
        return parser.script
    }

    private mutating func read(_ range: Range<Int>, line: Int) {
        guard let first = source.bytes[range].first, first != UInt8(ascii: "#") else { return }
        guard range.count <= Script.maximumMessageBytes else {
            return report(
                ScriptCode.tooLong, "the line is longer than \(Script.maximumMessageBytes >> 20) MiB",
                range.lowerBound..<range.lowerBound + 1)
        }
        if let control = source.bytes[range].firstIndex(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            return report(
                ScriptCode.controlCharacter, "a control character in the line", control..<control + 1,
                help: #"remove it, or write it as an escape: sendUserMessage message="…\u001B…""#)
        }
        if let (keyword, rest) = keyword(at: range) { return read(keyword: keyword, rest, range, line) }
        let word = firstWord(of: range)
        switch source.text(in: word) {
        case "startSession": startSession(range, after: word, line)
        case "sendUserMessage": sendUserMessage(range, after: word, line)
        case "stopSession":
            let rest = source.bytes.trimmed(word.upperBound..<range.upperBound)
            guard rest.isEmpty else {
                return report(ScriptCode.malformedLine, "`stopSession` stands alone", rest, help: asMessage(range))
            }
            add(.stopSession, "stopSession", range, line)
        default:
            warnOfLookalike(range, word)
            add(.sendUserMessage(ScriptMessage(source.text(in: range))), "message", range, line)
        }
    }

    // MARK: Keywords with a colon

    private func keyword(at range: Range<Int>) -> (String, rest: Range<Int>)? {
        guard let colon = source.bytes[range].prefix(20).firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = source.text(in: range.lowerBound..<colon)
        guard Self.keywords.contains(name) else { return nil }
        return (name, source.bytes.trimmed(colon + 1..<range.upperBound))
    }

    private mutating func read(keyword: String, _ rest: Range<Int>, _ range: Range<Int>, _ line: Int) {
        guard !rest.isEmpty else {
            return report(ScriptCode.malformedLine, "nothing follows `\(keyword):`", range)
        }
        let text = source.text(in: rest)
        switch keyword {
        case "USER": add(.sendUserMessage(ScriptMessage(text)), "USER", rest, line)
        case "WAIT":
            guard let nanoseconds = waitNanoseconds(text) else {
                return report(
                    ScriptCode.wrongValue,
                    "`WAIT:` takes seconds, a number from 0 to \(Script.maximumWaitSeconds)", rest,
                    help: asMessage(range))
            }
            add(.wait(nanoseconds), "WAIT", range, line)
        default:
            let kinds: [String: Expectation.Kind] = [
                "EXPECT": .contains, "EXPECT-NOT": .lacks, "EXPECT-EXACTLY": .equals,
            ]
            let kind = kinds[keyword] ?? .contains
            guard let last = script.commands.indices.last, var message = script.commands[last].message else {
                return report(
                    ScriptCode.misplaced, "`\(keyword):` follows no message", range,
                    help: "put it right behind the message whose answer it is about")
            }
            guard let expected = quotable(rest, help: "leave the quotes out, or put all of the text between them")
            else { return }
            message.expectations.append(Expectation(kind, expected, span: SourceSpan(source.origin, rest)))
            script.commands[last].action = .sendUserMessage(message)
        }
    }

    // MARK: Words with params

    private mutating func startSession(_ range: Range<Int>, after word: Range<Int>, _ line: Int) {
        let names = ["userId"] + SessionParamNames.texts
        var reader = TextParamReader(source: source, position: word.upperBound, end: range.upperBound)
        var values: [String: String] = [:]
        var meant: [String] = []
        do throws(TextParamReader.Fault) {
            while let param = try reader.next() {
                let name = source.text(in: param.name)
                if !names.contains(name) {
                    let nearest = nearestName(to: name, among: names)
                    meant += [nearest].compactMap(\.self)
                    report(
                        ScriptCode.unknownParam, "unknown param \(quotedForDisplay(name)) of `startSession`",
                        param.name,
                        help: nearest.map { "did you mean `\($0)`?" }
                            ?? "there are \(names.map { "`\($0)`" }.joined(separator: ", "))")
                } else if values.updateValue(param.value, forKey: name) != nil {
                    report(ScriptCode.duplicateParam, "`\(name)` stands twice", param.name)
                }
            }
        } catch {
            return report(ScriptCode.malformedLine, error.message, error.range, help: error.help ?? asMessage(range))
        }
        guard let userID = values.removeValue(forKey: "userId") else {
            // A misspelt name is one mistake, not two.
            guard !meant.contains("userId") else { return }
            return report(
                ScriptCode.missingParam, "`startSession` needs `userId=…`", word,
                help: "as in `startSession userId=ann`")
        }
        var params = JSONObject()
        for name in SessionParamNames.texts { params[name] = values[name].map { .string($0) } }
        add(.startSession(userID: userID, sessionParams: params), "startSession", range, line)
    }

    private mutating func sendUserMessage(_ range: Range<Int>, after word: Range<Int>, _ line: Int) {
        let rest = source.bytes.trimmed(word.upperBound..<range.upperBound)
        let prefix = Array("message=".utf8)
        guard source.bytes[rest].starts(with: prefix) else {
            return report(
                ScriptCode.malformedLine, "`sendUserMessage` needs `message=…`", rest.isEmpty ? word : rest,
                help: asMessage(range))
        }
        let value = source.bytes.trimmed(rest.lowerBound + prefix.count..<rest.upperBound)
        guard !value.isEmpty else {
            return report(
                ScriptCode.malformedLine, "`message=` has no text", rest, help: #"an empty message is `message=""`"#)
        }
        guard let text = quotable(value, help: "for a message that begins with a quote write `USER: …`") else { return }
        add(.sendUserMessage(ScriptMessage(text)), "sendUserMessage", value, line)
    }

    /// The text of `range`; a JSON string where it begins with a double quote. nil, reported, where it is none.
    private mutating func quotable(_ range: Range<Int>, help: String) -> String? {
        guard source.bytes[range].first == UInt8(ascii: "\"") else { return source.text(in: range) }
        do throws(JSONParseError) {
            if let text = try JSONParser.parse(Array(source.bytes[range])).string { return text }
        } catch {
            let place = min(range.lowerBound + error.offset, range.upperBound)
            report(
                ScriptCode.malformedLine, TextParamReader.describe(error),
                place..<min(place + 1, range.upperBound), help: help)
        }
        return nil
    }

    // MARK: Words that people may have meant

    private mutating func warnOfLookalike(_ range: Range<Int>, _ word: Range<Int>) {
        let text = source.text(in: word)
        let start = text.prefix { $0 != ":" }
        let meant =
            Self.commandWords.first { $0.lowercased() == text.lowercased() }
            ?? Self.keywords.first { $0 != "WAIT" && start.count < text.count && $0 == start.uppercased() }.map {
                $0 + ":"
            }
        guard let meant else { return }
        problems.add(
            Diagnostic(
                ScriptCode.lookalike, "\(quotedForDisplay(text)) is sent as part of a message",
                at: SourceSpan(source.origin, word), severity: .warning,
                help: "a command is written `\(meant)`; put `USER: ` before a message"))
    }

    private func asMessage(_ range: Range<Int>) -> String {
        "to send the line as a message write \(quotedForDisplay("USER: " + source.text(in: range)))"
    }

    // MARK: Results

    private func firstWord(of range: Range<Int>) -> Range<Int> {
        range.lowerBound..<(source.bytes[range].firstIndex(where: isBlank) ?? range.upperBound)
    }

    private mutating func add(_ action: ScriptCommand.Action, _ name: String, _ range: Range<Int>, _ line: Int) {
        guard script.commands.count < Script.maximumCommands else {
            isFull = true
            return report(
                ScriptCode.tooMany, "more than \(Script.maximumCommands) commands", range, help: "split the script")
        }
        script.commands.append(
            ScriptCommand(action, name: name, span: SourceSpan(source.origin, range), line: line))
    }

    private mutating func report(_ code: DiagnosticCode, _ message: String, _ range: Range<Int>, help: String? = nil) {
        problems.add(Diagnostic(code, message, at: SourceSpan(source.origin, range), help: help))
    }
}

/// Nanoseconds of a number of seconds; nil where it is none, or out of range.
func waitNanoseconds(_ text: String) -> UInt64? {
    // Double's own reading also takes `0x1p3`, `inf` and `nan`.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }), let seconds = Double(text),
        seconds <= Double(Script.maximumWaitSeconds)
    else { return nil }
    return UInt64(seconds * 1_000_000_000)
}

extension [UInt8] {
    /// `range` without the blanks at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(self[start]) { start += 1 }
        while start < end, isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }
}
