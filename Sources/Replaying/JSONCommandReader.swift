import Diagnostics
import JSON
import JSONRPC
import SessionProtocol

/// Makes commands of JSON objects, by the table of ``CommandSpecification``.
struct JSONCommandReader {
    /// Sent where a script does not say what.
    static let malformedText = #"{"jsonrpc": "2.0", "method": "#

    let source: SourceText
    var problems: DiagnosticList
    private(set) var commands: [ScriptCommand] = []

    init(source: SourceText, problems: DiagnosticList) {
        self.source = source
        self.problems = problems
    }

    mutating func report(_ code: DiagnosticCode, _ message: String, _ range: Range<Int>, help: String? = nil) {
        problems.add(Diagnostic(code, message, at: SourceSpan(source.origin, range), help: help))
    }

    /// Adds the command, or reports everything that is wrong with it.
    mutating func read(_ value: MarkedJSON) {
        guard case .object(let members) = value.content else {
            return report(
                ScriptCode.wrongValue, "a command is an object, not \(value.value.kind.phrase)", value.range,
                help: #"as in {"command": "sendUserMessage", "message": "Hello"}"#)
        }
        let errorsBefore = problems.errorCount
        guard let specification = specification(value) else { return }
        let meant = check(members, specification)
        for param in specification.params where param.isRequired && value[param.name] == nil {
            // A misspelt name is one mistake, not two.
            guard !meant.contains(param.name) else { continue }
            report(
                ScriptCode.missingParam, "`\(specification.name)` needs `\(param.name)`",
                value["command"]?.range ?? value.range)
        }
        let action = action(specification.name, value)
        guard problems.errorCount == errorsBefore, let action else { return }
        let place = (value["message"] ?? value["command"] ?? value).range
        commands.append(
            ScriptCommand(
                action, name: specification.name, span: SourceSpan(source.origin, place),
                line: source.position(at: place.lowerBound).line))
    }

    private mutating func specification(_ value: MarkedJSON) -> CommandSpecification? {
        guard let command = value["command"] else {
            report(ScriptCode.missingParam, "`command` is missing", value.range.lowerBound..<value.range.lowerBound + 1)
            return nil
        }
        guard let name = command.value.string else {
            report(
                ScriptCode.wrongValue, "`command` must be a string, not \(command.value.kind.phrase)", command.range)
            return nil
        }
        let known = CommandSpecification.all
        if let found = known.first(where: { $0.name == name }) { return found }
        let names = known.map(\.name)
        report(
            ScriptCode.unknownCommand, "unknown command \(quotedForDisplay(name))", command.range,
            help: nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
                ?? "there are \(names.map { "`\($0)`" }.joined(separator: ", "))")
        return nil
    }

    /// Checks names and kinds of all members; returns the names that unknown ones probably stand for.
    private mutating func check(
        _ members: [MarkedJSON.Member], _ specification: CommandSpecification
    ) -> [String] {
        let params = specification.params + [CommandSpecification.comment]
        var meant: [String] = []
        for member in distinct(members) where member.name != "command" {
            guard let param = params.first(where: { $0.name == member.name }) else {
                let name = unknown(member, of: "`\(specification.name)`", among: params.map(\.name))
                meant += [name].compactMap(\.self)
                continue
            }
            let kind = member.value.value.kind
            guard !param.kinds.contains(kind) else { continue }
            let kinds = param.kinds.map(\.phrase).joined(separator: " or ")
            report(ScriptCode.wrongValue, "`\(member.name)` must be \(kinds), not \(kind.phrase)", member.value.range)
        }
        return meant
    }

    /// The first member of each name; every other one is reported.
    private mutating func distinct(_ members: [MarkedJSON.Member]) -> [MarkedJSON.Member] {
        var seen: Set<String> = []
        return members.filter { member in
            if seen.insert(member.name).inserted { return true }
            report(ScriptCode.duplicateParam, "\(quotedForDisplay(member.name)) stands twice", member.nameRange)
            return false
        }
    }

    /// The name that was probably meant.
    @discardableResult
    private mutating func unknown(
        _ member: MarkedJSON.Member, of whole: String, among names: [String]
    ) -> String? {
        let nearest = nearestName(to: member.name, among: names)
        report(
            ScriptCode.unknownParam, "unknown param \(quotedForDisplay(member.name)) of \(whole)", member.nameRange,
            help: nearest.map { "did you mean `\($0)`?" })
        return nearest
    }

    // MARK: Each command

    /// nil where a value is not what it must be; that is reported here or already was.
    private mutating func action(_ name: String, _ value: MarkedJSON) -> ScriptCommand.Action? {
        switch name {
        case "startSession":
            let sessionParams = value["sessionParams"]
            if let sessionParams { check(sessionParams: sessionParams) }
            guard let userID = value["userId"]?.value.string else { return nil }
            return .startSession(userID: userID, sessionParams: sessionParams?.value.object ?? [:])
        case "sendUserMessage":
            guard let message = value["message"], let text = boundedText(message) else { return nil }
            let expected = value["expect"].map { expectations($0) } ?? []
            let waits = value["wait"]?.value.bool ?? true
            return .sendUserMessage(ScriptMessage(text, waits: waits, expectations: expected))
        case "provideToolResult":
            guard let result = value["result"]?.value else { return nil }
            return .provideToolResult(
                result, callID: value["toolCallId"]?.value.string, toolName: value["toolName"]?.value.string)
        case "sendMalformedJSON": return malformed(value["text"])
        case "disconnect":
            guard let count = value["afterChunks"] else { return .disconnect(afterChunks: 0) }
            guard let chunks = count.value.int, chunks >= 0 else {
                report(ScriptCode.wrongValue, "`afterChunks` must be a whole number of 0 or more", count.range)
                return nil
            }
            return .disconnect(afterChunks: chunks)
        case "wait":
            guard let seconds = value["seconds"] else { return nil }
            guard let number = seconds.value.double, number >= 0, number <= Double(Script.maximumWaitSeconds) else {
                report(
                    ScriptCode.wrongValue, "`seconds` must be a number from 0 to \(Script.maximumWaitSeconds)",
                    seconds.range)
                return nil
            }
            return .wait(UInt64(number * 1_000_000_000))
        case "reconnect": return .reconnect
        default: return .stopSession
        }
    }

    private mutating func boundedText(_ value: MarkedJSON) -> String? {
        guard let text = value.value.string else { return nil }
        guard text.utf8.count <= Script.maximumMessageBytes else {
            report(
                ScriptCode.tooLong, "the text is longer than \(Script.maximumMessageBytes >> 20) MiB",
                value.range.lowerBound..<value.range.lowerBound + 1)
            return nil
        }
        return text
    }

    private mutating func malformed(_ value: MarkedJSON?) -> ScriptCommand.Action? {
        guard let value else { return .sendMalformedJSON(Self.malformedText) }
        guard let text = boundedText(value) else { return nil }
        guard (try? JSONParser.parse(text)) == nil else {
            report(
                ScriptCode.wrongValue, "`text` is valid JSON", value.range,
                help: "leave `text` out to send something that is none")
            return nil
        }
        return .sendMalformedJSON(text)
    }

    private mutating func check(sessionParams: MarkedJSON) {
        guard case .object(let members) = sessionParams.content else { return }
        let errorsBefore = problems.errorCount
        for member in distinct(members) {
            guard let field = SessionParamNames.fields.first(where: { $0.name == "sessionParams." + member.name })
            else {
                unknown(member, of: "`sessionParams`", among: SessionParamNames.all)
                continue
            }
            let kind = member.value.value.kind
            if !field.type.accepts(kind), kind != .null {
                report(
                    ScriptCode.wrongValue,
                    "`\(member.name)` must be of type \(field.type.rawValue), not \(kind.phrase)",
                    member.value.range)
            }
        }
        guard problems.errorCount == errorsBefore else { return }
        do throws(JSONRPCError) {
            _ = try StartSessionParams(["userId": "", "sessionParams": sessionParams.value])
        } catch {
            let path = error.invalidParam?.dropFirst("sessionParams".count) ?? ""
            report(
                ScriptCode.wrongValue, error.detail ?? error.message, sessionParams.following(path).range)
        }
    }

    // MARK: Expectations

    private mutating func expectations(_ value: MarkedJSON) -> [Expectation] {
        if case .array(let elements) = value.content { return elements.compactMap { expectation($0) } }
        return [expectation(value)].compactMap(\.self)
    }

    /// A string that the answer contains, or `{"contains": …}`, `{"lacks": …}`, `{"equals": …}`.
    private mutating func expectation(_ value: MarkedJSON) -> Expectation? {
        if let text = value.value.string {
            return Expectation(.contains, text, span: SourceSpan(source.origin, value.range))
        }
        let kinds = Expectation.Kind.allCases.map(\.rawValue)
        guard case .object(let members) = value.content, members.count == 1 else {
            report(
                ScriptCode.wrongValue,
                "an expectation is a string, or an object with one of \(kinds.map { "`\($0)`" }.joined(separator: ", "))",
                value.range)
            return nil
        }
        guard let kind = Expectation.Kind(rawValue: members[0].name) else {
            unknown(members[0], of: "an expectation", among: kinds)
            return nil
        }
        guard let text = members[0].value.value.string else {
            let found = members[0].value.value.kind.phrase
            report(ScriptCode.wrongValue, "`\(kind.rawValue)` must be a string, not \(found)", members[0].value.range)
            return nil
        }
        return Expectation(kind, text, span: SourceSpan(source.origin, members[0].value.range))
    }
}
