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
        let count = DiagnosticCount(loaded.diagnostics, notShown: loaded.droppedCount)
        return "\(loaded.displayName): \(count.text)"
    }
}
