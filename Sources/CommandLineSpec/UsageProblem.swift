import Diagnostics

/// Something on the command line that cannot be understood.
package struct UsageProblem: Sendable, Equatable {
    /// What is wrong: a phrase with the offender in backticks.
    package var message: String
    /// What would be right.
    package var help: String?

    package init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    /// Message and help as one line.
    package var line: String { help.map { "\(message); \($0)" } ?? message }
}

extension UsageProblem {
    /// A problem with a name of which something similar may be known.
    static func unknown(_ what: String, _ name: String, among known: [String], otherwise: String? = nil) -> Self {
        let nearest = nearestName(to: name, among: known)
        return Self(
            "unknown \(what) \(quotedForDisplay(name))", help: nearest.map { "did you mean `\($0)`?" } ?? otherwise)
    }
}
