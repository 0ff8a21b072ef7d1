package import Diagnostics
package import JSON
package import SessionProtocol

/// What happens while a script is played, as reports hear it.
package enum PlayEvent: Sendable, Hashable {
    /// A message is on its way.
    case messageSent(ScriptCommand)
    /// More of an answer.
    case chunk(String)
    case toolCall(ToolCallRecord)
    /// The script answered a tool call.
    case toolResult(name: String, JSONValue)
    case disconnected
    case reconnected
    /// Exactly once for each message of the script.
    case messageEnded(MessageResult)
    /// A command that is no message did not do what it is for.
    case commandFailed(ScriptCommand, PlayFailure)
    /// The last event of a script.
    case ended(ScriptOutcome)
}

package struct ToolCallRecord: Sendable, Hashable {
    package var name: String
    package var arguments: JSONObject
    package var executor: ToolExecutor

    package init(name: String, arguments: JSONObject, executor: ToolExecutor) {
        self.name = name
        self.arguments = arguments
        self.executor = executor
    }
}

/// How a message of a script ended.
package struct MessageResult: Sendable, Hashable {
    package enum Status: Sendable, Hashable {
        case ok
        case failed(PlayFailure)
        /// Not sent, or not waited for, since something failed before it.
        case skipped
    }

    package var command: ScriptCommand
    package var status: Status
    /// All chunks together.
    package var answer = ""
    package var toolCalls: [ToolCallRecord] = []
    /// Of each model call.
    package var usage: [UsageReport] = []
    /// Nanoseconds from sending to the end.
    package var duration: UInt64 = 0
    /// Nanoseconds from sending to the first text.
    package var timeToFirstChunk: UInt64?

    package init(command: ScriptCommand, status: Status) {
        self.command = command
        self.status = status
    }
}

/// Why something did not end well.
package struct PlayFailure: Sendable, Hashable {
    /// A closed list, which `docs/replay.md` explains.
    package enum Kind: String, Sendable, CaseIterable {
        case answer, refused, timeout, expectation, toolCall, connection, session, sequence, malformedReply
        case interrupted
    }

    package var kind: Kind
    /// A sentence without a final stop.
    package var detail: String
    package var help: String?
    /// The expectation that was not met.
    package var expectation: SourceSpan?

    package init(_ kind: Kind, _ detail: String, help: String? = nil, expectation: SourceSpan? = nil) {
        self.kind = kind
        self.detail = detail
        self.help = help
        self.expectation = expectation
    }
}

/// How a script ended as a whole.
package enum ScriptOutcome: Sendable, Hashable {
    case ok
    case failed
    /// No connection could be opened.
    case unreachable(String)
    case interrupted
}

extension PlayEvent {
    /// What has to be said about it as about a problem of the script: where, and why. nil where all is well.
    package var diagnostic: Diagnostic? {
        switch self {
        case .messageEnded(let result):
            guard case .failed(let failure) = result.status else { return nil }
            if let place = failure.expectation {
                return Diagnostic(
                    ScriptCode.unmetExpectation, failure.detail, at: place, help: failure.help,
                    related: [Diagnostic.Related(result.command.span, "the message")])
            }
            return Diagnostic(
                ScriptCode.messageFailed, "the message did not end well: \(failure.detail)", at: result.command.span,
                help: failure.help)
        case .commandFailed(let command, let failure):
            return Diagnostic(
                ScriptCode.commandFailed, "`\(command.name)` failed: \(failure.detail)", at: command.span,
                help: failure.help)
        default: return nil
        }
    }
}
