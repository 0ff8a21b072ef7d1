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

    /// Every diagnostic as a line of the log, for whoever reads that and not standard error; behind it one for each second place. Last
    /// how many there are, where some are not told.
    func write(to log: Logger) {
        for diagnostic in loaded.diagnostics {
            let level: LogLevel = diagnostic.severity == .error ? .error : .warning
            write(diagnostic.message, diagnostic.help, diagnostic.span, diagnostic.code, level, to: log)
            for related in diagnostic.related {
                write(related.message, nil, related.span, diagnostic.code, level, to: log)
            }
        }
        if loaded.droppedCount > 0 { log.log(loaded.containsError ? .error : .warning, summary) }
    }

    private func write(
        _ message: String, _ help: String?, _ span: SourceSpan, _ code: DiagnosticCode, _ level: LogLevel,
        to log: Logger
    ) {
        let place = loaded.catalog[span.origin]?.position(at: span.range.lowerBound) ?? .start
        let (code, file) = (LogValue.string(code.id), LogValue.string(span.origin.displayName))
        let (line, column) = (LogValue.integer(place.line), LogValue.integer(place.column))
        if let help {
            log.log(
                level, message,
                ["code": code, "file": file, "line": line, "column": column, "help": .string(help)])
        } else {
            log.log(level, message, ["code": code, "file": file, "line": line, "column": column])
        }
    }

    /// `config.yaml: 2 errors, 1 warning`.
    var summary: String {
        let count = DiagnosticCount(loaded.diagnostics, notShown: loaded.droppedCount)
        return "\(loaded.displayName): \(count.text)"
    }
}
