/// How much is wrong with one source, in words.
package struct DiagnosticCount: Sendable, Hashable {
    private var errors: Int
    private var warnings: Int
    private var notShown: Int

    /// - Parameter notShown: found besides those.
    package init(_ diagnostics: [Diagnostic], notShown: Int) {
        errors = diagnostics.count { $0.severity == .error }
        warnings = diagnostics.count - errors
        self.notShown = notShown
    }

    /// `2 errors, 1 warning`, or `valid`.
    package var text: String {
        var parts: [String] = []
        if errors > 0 { parts.append(errors == 1 ? "1 error" : "\(errors) errors") }
        if warnings > 0 { parts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
        if notShown > 0 { parts.append("\(notShown) more not shown") }
        return parts.isEmpty ? "valid" : parts.joined(separator: ", ")
    }
}
