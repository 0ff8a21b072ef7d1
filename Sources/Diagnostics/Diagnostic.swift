/// How much a diagnostic matters. Only errors make an input unusable.
package enum Severity: String, Sendable, CaseIterable {
    case warning
    case error
}

/// The stable name of one kind of problem, such as `AL012`. A code is never given a second meaning.
package struct DiagnosticCode: Sendable, Hashable {
    package let id: String
    /// What all diagnostics of this code have in common, as a phrase.
    package let title: String

    package init(_ id: String, _ title: String) {
        self.id = id
        self.title = title
    }
}

/// One problem in what a person wrote: where, what is wrong, and the way to mend it.
package struct Diagnostic: Sendable, Hashable {
    /// A second place that matters: the first of two equal keys, the limit that contradicts another.
    package struct Related: Sendable, Hashable {
        package var span: SourceSpan
        package var message: String

        package init(_ span: SourceSpan, _ message: String) {
            self.span = span
            self.message = message
        }
    }

    package var code: DiagnosticCode
    package var severity: Severity
    /// What is wrong: a sentence without a final stop, the offender in backticks.
    package var message: String
    /// What would be right.
    package var help: String?
    package var span: SourceSpan
    package var related: [Related]

    package init(
        _ code: DiagnosticCode, _ message: String, at span: SourceSpan, severity: Severity = .error,
        help: String? = nil, related: [Related] = []
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.span = span
        self.help = help
        self.related = related
    }
}

/// Diagnostics as they are found, at most ``maximumCount`` of them; the rest are only counted.
package struct DiagnosticList: Sendable {
    package let maximumCount: Int
    package private(set) var diagnostics: [Diagnostic] = []
    /// How many more were found than are kept.
    package private(set) var droppedCount = 0
    /// How many errors were found, kept or not.
    package private(set) var errorCount = 0

    /// Whether what is added from now on is only counted.
    package var isFull: Bool { diagnostics.count >= maximumCount }

    package init(maximumCount: Int = 200) {
        self.maximumCount = maximumCount
    }

    /// Adds a diagnostic, unless the same one is already there.
    package mutating func add(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { errorCount += 1 }
        guard !isFull else {
            droppedCount += 1
            return
        }
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }
}
