import Configuration
import Diagnostics
import Observability

/// What is wrong with a configuration, in the one look that all commands share.
struct ConfigurationReport {
    private let loaded: LoadedConfiguration

    init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    var isEmpty: Bool { loaded.diagnostics.isEmpty }

    /// Every diagnostic, then how many there are.
    func text(usesColour: Bool) -> String {
        let renderer = TextRenderer(catalog: loaded.catalog, usesColour: usesColour)
        let blocks = loaded.diagnostics.map { renderer.render($0) } + [summary + "\n"]
        return blocks.joined(separator: "\n")
    }

    /// Every diagnostic as a line of the log, for whoever reads that and not standard error.
    func write(to log: Logger) {
        for diagnostic in loaded.diagnostics {
            let place = loaded.catalog[diagnostic.span.origin]?.position(at: diagnostic.span.range.lowerBound)
            log.log(
                diagnostic.severity == .error ? .error : .warning, diagnostic.message,
                [
                    "code": .string(diagnostic.code.id), "file": .string(diagnostic.span.origin.displayName),
                    "line": .integer(place?.line ?? 1), "column": .integer(place?.column ?? 1),
                    "help": .string(diagnostic.help ?? ""),
                ])
        }
    }

    /// `config.yaml: 2 errors, 1 warning`.
    var summary: String {
        let count = DiagnosticCount(loaded.diagnostics, notShown: loaded.droppedCount)
        return "\(loaded.displayName): \(count.text)"
    }
}
