import Diagnostics
import JSON
import SessionProtocol

/// The model's text as it comes, and words about everything else beside it.
package struct TextView: ChatView {
    private enum Style: String {
        case dimmed = "\u{1B}[2m"
        case error = "\u{1B}[1;31m"
    }

    private static let plain = "\u{1B}[0m"
    /// Characters shown of why a tool failed.
    private static let maximumReasonLength = 200

    private let output: ChatOutput
    /// Whether a person goes on talking after an answer.
    private let isConversation: Bool
    /// Whether the model's text is in the middle of a line.
    private var isInLine = false
    /// Whether its thoughts are.
    private var isThinking = false

    package init(_ output: ChatOutput, isConversation: Bool) {
        self.output = output
        self.isConversation = isConversation
    }

    package mutating func show(_ event: ChatEvent) -> Bool {
        if case .text(let text) = event {
            endThoughts()
            isInLine = !text.hasSuffix("\n")
            return output.write(output.isTerminal ? Self.safe(text) : text)
        }
        if case .done(let ending) = event { return end(ending) }
        // Between pieces of the text only where it is one screen with the words: elsewhere the text stays as it is.
        if output.isTerminal, isInLine {
            isInLine = false
            guard output.write("\n") else { return false }
        }
        if case .reasoning(let text) = event {
            isThinking = true
            output.tell(styled(Self.safe(text), .dimmed))
            return true
        }
        endThoughts()
        for line in words(for: event) { output.tell(line + "\n") }
        return true
    }

    private mutating func end(_ ending: ChatEnding) -> Bool {
        endThoughts()
        let mustBreak = isInLine
        isInLine = false
        if mustBreak, !output.write("\n") { return false }
        if ending.reason == .cancelled, isConversation { output.tell(styled("(stopped)", .dimmed) + "\n") }
        return true
    }

    private mutating func endThoughts() {
        if isThinking { output.tell("\n") }
        isThinking = false
    }

    private func words(for event: ChatEvent) -> [String] {
        switch event {
        case .session(_, let model):
            isConversation
                ? ["Talking to \(Self.safe(model)). Ctrl-C stops an answer, /help shows the commands, Ctrl-D leaves."]
                : []
        case .toolCall(_, let name, let arguments, let executor, let needsApproval):
            [
                styled(
                    "\(Self.beginning(executor, needsApproval)) "
                        + escapedForDisplay("\(name) \(JSONValue.object(arguments).jsonText)"), .dimmed)
            ]
        case .toolResult(_, let run, let result):
            [
                styled(
                    escapedForDisplay("\(run.name): \(run.phrase)" + (run.isError ? Self.reason(result) : "")), .dimmed)
            ]
        case .reconnecting(let attempt, let count, let reason):
            [
                "\(Self.safe(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)); "
                    + "connecting again (\(attempt) of \(count))"
            ]
        case .reconnected: ["connected again"]
        case .said(let text): [Self.safe(text.hasSuffix("\n") ? String(text.dropLast()) : text)]
        case .failed(let text): [styled("error:", .error) + " " + Self.safe(text)]
        case .text, .reasoning, .done: []
        }
    }

    private static func beginning(_ executor: ToolExecutor, _ needsApproval: Bool) -> String {
        switch executor {
        case .client: "tool call:"
        case .server: needsApproval ? "the server asks to run" : "the server runs"
        }
    }

    /// What is seen of an error that is meant for the model: the beginning of its first line.
    private static func reason(_ result: String) -> String {
        let line = result.prefix { !$0.isNewline }
        let words = line.hasPrefix("Error: ") ? line.dropFirst("Error: ".count) : line
        guard !words.isEmpty else { return "" }
        return ": " + words.prefix(maximumReasonLength) + (words.count > maximumReasonLength ? "…" : "")
    }

    private func styled(_ text: String, _ style: Style) -> String {
        output.isColoured ? style.rawValue + text + Self.plain : text
    }

    /// The text without anything that a terminal would obey: control characters but line feeds and tabs are spelt out.
    static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if !isControl(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar != "\r" {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        default: false
        }
    }
}
