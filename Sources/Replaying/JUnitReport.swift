import Diagnostics

/// JUnit's XML: a suite for each script, a case for each message, and one for each other command that failed. Written at the
/// end, since the counts stand in front.
package struct JUnitReport: ReplayReport {
    /// Of a message in the name of its case.
    private static let maximumNameLength = 80

    private struct Suite {
        var name: String
        var cases = ""
        var counts = ReplaySummary()
        var duration: UInt64 = 0
        var error: String?
    }

    private var finishedSuites: [Suite] = []
    private var suite: Suite?

    package init() {}

    package mutating func began(_ plan: ReplayPlan) -> String { "" }

    package mutating func report(_ event: PlayEvent, of script: Script, after nanoseconds: UInt64) -> String {
        var suite = suite ?? Suite(name: script.origin.displayName)
        suite.counts.add(event)
        switch event {
        case .messageEnded(let result): suite.cases += testCase(result, suite.name)
        case .commandFailed(let command, let failure):
            suite.cases += testCase(
                command, named: command.name, suite.name, seconds: "0.000",
                content: element(failure, command, suite.name))
        case .ended(let outcome):
            suite.duration = nanoseconds
            if case .unreachable(let reason) = outcome { suite.error = reason }
            finishedSuites.append(suite)
            self.suite = nil
            return ""
        default: break
        }
        self.suite = suite
        return ""
    }

    package mutating func finished(_ summary: ReplaySummary, exitCode: Int32) -> String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let errors = finishedSuites.count { $0.error != nil }
        text += "<testsuites name=\"ailoopctl replay\" \(counts(summary, errors: errors, summary.duration))>\n"
        for suite in finishedSuites {
            let errors = suite.error == nil ? 0 : 1
            text += "  <testsuite name=\"\(Self.escaped(suite.name))\" "
            text += "\(counts(suite.counts, errors: errors, suite.duration))>\n"
            if let error = suite.error {
                text += "    <testcase name=\"connect\" classname=\"\(Self.escaped(suite.name))\" time=\"0.000\">\n"
                text += "      <error message=\"\(Self.escaped(error))\" type=\"unreachable\"/>\n    </testcase>\n"
            }
            text += suite.cases + "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private func counts(_ summary: ReplaySummary, errors: Int, _ duration: UInt64) -> String {
        let tests = summary.messages + summary.failedCommands + errors
        let failures = summary.failed + summary.failedCommands
        return "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(summary.skipped)\" "
            + "time=\"\(secondsText(duration))\""
    }

    private func testCase(_ result: MessageResult, _ suite: String) -> String {
        let text = result.command.message?.text ?? ""
        let name =
            text.count > Self.maximumNameLength ? String(text.prefix(Self.maximumNameLength - 1)) + "…" : text
        let content: String? =
            switch result.status {
            case .ok: nil
            case .skipped: "<skipped/>"
            case .failed(let failure): element(failure, result.command, suite)
            }
        return testCase(
            result.command, named: name, suite, seconds: secondsText(result.duration), content: content)
    }

    private func testCase(
        _ command: ScriptCommand, named name: String, _ suite: String, seconds: String, content: String?
    ) -> String {
        let start =
            "    <testcase name=\"\(Self.escaped("line \(command.line): \(name)"))\" classname=\"\(Self.escaped(suite))\" "
            + "time=\"\(seconds)\""
        guard let content else { return start + "/>\n" }
        return start + ">\n      \(content)\n    </testcase>\n"
    }

    private func element(_ failure: PlayFailure, _ command: ScriptCommand, _ suite: String) -> String {
        let place = Self.escaped("\(suite):\(command.line): \(failure.detail)")
        return
            "<failure message=\"\(Self.escaped(failure.detail))\" type=\"\(failure.kind.rawValue)\">\(place)</failure>"
    }

    /// For element content and attributes; what XML 1.0 cannot hold, and what a terminal should not see, becomes visible.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result += escapedForDisplay(String(Character(scalar)))
            }
        }
        return result
    }
}
