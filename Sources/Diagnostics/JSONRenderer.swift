import JSON

/// Diagnostics for programs: `{"version": 1, "diagnostics": […]}`.
///
/// Each has `code`, `severity`, `message`, `help` (where there is one), `file`, `line`, `column`, `endLine`, `endColumn`, and
/// `related` (where there are second places: `message` and the same place members). Lines and columns count from 1, columns
/// in code points; the end is the first place behind the span. What stands in no file has the name of its source as `file`.
package struct JSONRenderer: Sendable {
    private var writer = JSONWriter()

    package init() {
        writer.beginObject()
        writer.name("version")
        writer.integer(1)
        writer.name("diagnostics")
        writer.beginArray()
    }

    /// Adds diagnostics that point into the sources of `catalog`.
    package mutating func add(_ diagnostics: [Diagnostic], from catalog: SourceCatalog) {
        for diagnostic in diagnostics { add(diagnostic, catalog) }
    }

    /// One JSON text without line breaks.
    package consuming func finished() -> [UInt8] {
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private mutating func add(_ diagnostic: Diagnostic, _ catalog: SourceCatalog) {
        writer.beginObject()
        writer.name("code")
        writer.string(diagnostic.code.id)
        writer.name("severity")
        writer.string(diagnostic.severity.rawValue)
        writer.name("message")
        writer.string(diagnostic.message)
        if let help = diagnostic.help {
            writer.name("help")
            writer.string(help)
        }
        add(diagnostic.span, catalog)
        if !diagnostic.related.isEmpty {
            writer.name("related")
            writer.beginArray()
            for related in diagnostic.related {
                writer.beginObject()
                writer.name("message")
                writer.string(related.message)
                add(related.span, catalog)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    private mutating func add(_ span: SourceSpan, _ catalog: SourceCatalog) {
        let source = catalog[span.origin]
        let start = source?.position(at: span.range.lowerBound) ?? .start
        let end = source?.position(at: span.range.upperBound) ?? .start
        writer.name("file")
        writer.string(span.origin.name)
        for (name, value) in [
            ("line", start.line), ("column", start.column), ("endLine", end.line), ("endColumn", end.column),
        ] {
            writer.name(name)
            writer.integer(value)
        }
    }
}
