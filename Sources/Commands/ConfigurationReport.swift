import Configuration
import Diagnostics

/// What is wrong with a configuration, in the one look that all commands share.
struct ConfigurationReport {
    private let loaded: LoadedConfiguration

    init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    /// Every diagnostic, then how many there are.
    func text(usesColour: Bool) -> String {
        let renderer = TextRenderer(catalog: loaded.catalog, usesColour: usesColour)
        let blocks = loaded.diagnostics.map { renderer.render($0) } + [summary + "\n"]
        return blocks.joined(separator: "\n")
    }

    /// `config.yaml: 2 errors, 1 warning`.
    var summary: String {
        let errors = loaded.diagnostics.count { $0.severity == .error }
        let warnings = loaded.diagnostics.count - errors
        var parts: [String] = []
        if errors > 0 { parts.append(errors == 1 ? "1 error" : "\(errors) errors") }
        if warnings > 0 { parts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
        if loaded.droppedCount > 0 { parts.append("\(loaded.droppedCount) more not shown") }
        return "\(loaded.displayName): \(parts.isEmpty ? "valid" : parts.joined(separator: ", "))"
    }
}
