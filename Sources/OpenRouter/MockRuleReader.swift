package import JSON

/// Reads the rules of a `mock.script` file from its parsed content: an array of rules, or an object with `rules`.
///
/// Every problem of a file is reported at once; a rule that has one is left out.
package struct MockRuleReader {
    package static let maximumRules = 1000

    package private(set) var rules: [MockRule] = []
    package private(set) var problems: [MockRuleProblem] = []

    package init(_ script: JSONValue) {
        let inObject = script["rules"]
        guard let list = (inObject ?? script).array else {
            report("", "a script is a list of rules, or has one under \"rules\"")
            return
        }
        let root = inObject == nil ? "" : "rules"
        for (index, value) in list.enumerated() {
            guard index < Self.maximumRules else {
                report("\(root)[\(index)]", "no more than \(Self.maximumRules) rules are read")
                return
            }
            read(value, path: "\(root)[\(index)]")
        }
    }

    private mutating func report(_ path: String, _ message: String) {
        problems.append(MockRuleProblem(path: path, message: message))
    }

    private mutating func read(_ value: JSONValue, path: String) {
        guard let object = value.object else { return report(path, "a rule is an object with \"match\"") }
        let problemsBefore = problems.count
        var rule = MockRule(match: "")
        if object["match"] == nil { report(path, "\"match\" is missing: the message that the rule answers") }
        for member in object.members { set(member, of: &rule, path: "\(path).\(member.name)") }
        if problems.count == problemsBefore { rules.append(rule) }
    }

    private mutating func set(_ member: JSONObject.Member, of rule: inout MockRule, path: String) {
        let value = member.value
        switch member.name {
        case "match": rule.match = text(value, path) ?? ""
        case "reasoning": rule.reasoning = text(value, path) ?? ""
        case "answer": rule.answer = text(value, path) ?? ""
        case "after_tools": rule.afterTools = text(value, path)
        case "tool_calls": rule.toolCalls = toolCalls(value, path)
        case "error": rule.failure = failure(value, path)
        case "delay_ms": rule.delayMilliseconds = count(value, path) ?? 0
        case "chunk_interval_ms": rule.chunkIntervalMilliseconds = count(value, path)
        case "chunk_bytes": rule.chunkBytes = count(value, path)
        case "cut_after_chunks": rule.cutAfterChunks = count(value, path)
        default:
            report(
                path,
                "unknown; a rule has match, reasoning, answer, after_tools, tool_calls, error, delay_ms, "
                    + "chunk_interval_ms, chunk_bytes, cut_after_chunks")
        }
    }

    private mutating func text(_ value: JSONValue, _ path: String) -> String? {
        if let text = value.string { return text }
        report(path, "must be text")
        return nil
    }

    private mutating func count(_ value: JSONValue, _ path: String) -> Int? {
        // A day in milliseconds: longer waits are slips of the pen.
        if let number = value.int, (0...86_400_000).contains(number) { return number }
        report(path, "must be a whole number from 0 to 86400000")
        return nil
    }

    private mutating func toolCalls(_ value: JSONValue, _ path: String) -> [MockRule.Call] {
        guard let list = value.array else {
            report(path, "must be a list of {name, arguments}")
            return []
        }
        return list.enumerated().compactMap { index, value in
            guard let name = value["name"]?.string, !name.isEmpty else {
                report("\(path)[\(index)]", "\"name\" is missing: the tool to call")
                return nil
            }
            // Text goes out as it is, so that a script can also show arguments that are no JSON.
            let arguments = value["arguments"].map { $0.string ?? $0.jsonText }
            return MockRule.Call(name: name, arguments: arguments ?? "{}")
        }
    }

    private mutating func failure(_ value: JSONValue, _ path: String) -> MockRule.Failure? {
        if let message = value.string { return MockRule.Failure(message: message) }
        guard let object = value.object else {
            report(path, "must be text, or {status, message, retry_after}")
            return nil
        }
        var failure = MockRule.Failure()
        for member in object.members {
            let path = "\(path).\(member.name)"
            switch member.name {
            case "message": failure.message = text(member.value, path) ?? ""
            case "status":
                if let status = member.value.int, (400...599).contains(status) {
                    failure.status = status
                } else {
                    report(path, "must be an HTTP status from 400 to 599")
                }
            case "retry_after":
                if let seconds = member.value.double, seconds >= 0, seconds.isFinite {
                    failure.retryAfterSeconds = seconds
                } else {
                    report(path, "must be a number of seconds")
                }
            default: report(path, "unknown; an error has status, message, retry_after")
            }
        }
        return failure
    }
}
