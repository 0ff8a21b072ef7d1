import Diagnostics
import JSON
import SessionProtocol

/// The conversation for people, as it goes on: messages behind `> `, answers as they are. What fails is told elsewhere, by
/// ``PlayEvent/diagnostic``.
package struct TextReport: ReplayReport {
    private let isTerminal: Bool
    private var scriptCount = 0
    private var hasWritten = false
    private var endsWithNewline = true
    private var currentFile: String?
    /// Sent and not ended. Answers come in this order, so that only the first one is shown yet.
    private var waiting: [ScriptCommand] = []

    /// On a terminal nothing in an answer may move the cursor.
    package init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    package mutating func began(_ plan: ReplayPlan) -> String {
        scriptCount = plan.scripts.count
        return ""
    }

    package mutating func report(_ event: PlayEvent, of script: Script, after nanoseconds: UInt64) -> String {
        switch event {
        case .messageSent(let command):
            waiting.append(command)
            return waiting.count == 1 ? show(command, script) : ""
        case .chunk(let text):
            if !text.isEmpty { endsWithNewline = text.hasSuffix("\n") }
            return shown(text)
        case .toolCall(let call):
            let who = call.executor == .server ? " (by the server)" : ""
            return line("[calls \(call.name) \(JSONValue.object(call.arguments).jsonText)\(who)]")
        case .toolResult(let name, let result): return line("[\(name) answers \(result.jsonText)]")
        case .disconnected: return line("[disconnected]")
        case .reconnected: return line("[reconnected]")
        case .messageEnded(let result): return finishLine() + end(result.command, script)
        case .commandFailed, .ended: return finishLine()
        }
    }

    package mutating func finished(_ summary: ReplaySummary, exitCode: Int32) -> String { finishLine() }

    private mutating func end(_ command: ScriptCommand, _ script: Script) -> String {
        guard let index = waiting.firstIndex(of: command) else { return "" }
        waiting.remove(at: index)
        guard index == 0, let following = waiting.first else { return "" }
        return show(following, script)
    }

    /// The message, set off from what stands before; with the file's name where there are several.
    private mutating func show(_ command: ScriptCommand, _ script: Script) -> String {
        var start = finishLine()
        if hasWritten { start += "\n" }
        if scriptCount > 1, currentFile != script.origin.displayName {
            currentFile = script.origin.displayName
            start += "== \(script.origin.displayName)\n\n"
        }
        hasWritten = true
        let lines = (command.message?.text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        return start + shown(lines.map { "> \($0)\n" }.joined())
    }

    private mutating func line(_ text: String) -> String { finishLine() + shown(text + "\n") }

    private mutating func finishLine() -> String {
        defer { endsWithNewline = true }
        return endsWithNewline ? "" : "\n"
    }

    private func shown(_ text: String) -> String {
        guard isTerminal else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { escapedForDisplay(String($0)) }
                .joined(separator: "\t")
        }.joined(separator: "\n")
    }
}
