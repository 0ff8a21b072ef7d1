import JSONRPC

/// The parts of the API's public description that are rendered from the tables in this module.
package enum ProtocolReference: Sendable, Hashable {
    case method(SessionMethod)
    case notification(SessionNotificationMethod)
    case errors, answerErrors, sessionStatuses, capabilities, limits

    package static let all: [ProtocolReference] =
        SessionMethod.allCases.map { .method($0) } + SessionNotificationMethod.allCases.map { .notification($0) }
        + [.errors, .answerErrors, .sessionStatuses, .capabilities, .limits]

    /// What the document calls the place of this part.
    package var name: String {
        switch self {
        case .method(let method): method.rawValue
        case .notification(let method): method.rawValue
        case .errors: "errors"
        case .answerErrors: "answer-errors"
        case .sessionStatuses: "session-statuses"
        case .capabilities: "capabilities"
        case .limits: "limits"
        }
    }

    /// GitHub-flavoured Markdown, ending in a line feed.
    package var markdown: String {
        switch self {
        case .method(let method): Self.text(of: method.specification)
        case .notification(let method): Self.text(of: method.specification)
        case .errors:
            Self.table(
                ["code", "message", "`data.kind`", "when", "`data` also has"],
                ErrorKind.allCases.map { kind in
                    [
                        "\(kind.code.rawValue)", kind.code.standardMessage, "`\(kind.rawValue)`", kind.summary,
                        kind.fields.map { "`\($0.name)`: \($0.summary)" }.joined(separator: "; "),
                    ]
                })
        case .answerErrors:
            Self.table(["`error.kind`", "when"], AnswerErrorKind.allCases.map { ["`\($0.rawValue)`", $0.summary] })
        case .sessionStatuses:
            Self.table(
                ["status", "name", "meaning"],
                SessionStatus.allCases.map { ["\($0.rawValue)", "\($0)", $0.summary] })
        case .capabilities:
            Self.table(["capability", "what it brings"], Capability.allCases.map { ["`\($0.rawValue)`", $0.summary] })
        case .limits: Self.table(["name", "meaning"], ServerLimit.allCases.map { ["`\($0.rawValue)`", $0.summary] })
        }
    }

    private static func text(of specification: MethodSpecification) -> String {
        var text = specification.summary + "\n"
        if !specification.params.isEmpty { text += "\n" + fields(specification.params, title: "param") }
        if !specification.result.isEmpty { text += "\n" + fields(specification.result, title: "result") }
        if !specification.errors.isEmpty {
            let kinds = specification.errors.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            text += "\nErrors of its own: \(kinds).\n"
        }
        return text
    }

    private static func text(of specification: NotificationSpecification) -> String {
        var text = specification.summary
        if let capability = specification.capability {
            text += " Sent to clients with the capability `\(capability.rawValue)` only."
        }
        return text + "\n\n" + fields(specification.params, title: "param")
    }

    private static func fields(_ fields: [FieldSpecification], title: String) -> String {
        table(
            [title, "type", "", "meaning"],
            fields.map { ["`\($0.name)`", $0.type.rawValue, $0.isRequired ? "required" : "optional", $0.summary] })
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
