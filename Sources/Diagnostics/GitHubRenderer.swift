/// Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines that they are about:
///
///     ::error file=config.yaml,line=3,col=3,endLine=3,endColumn=7,title=AL020::unknown key `prot` in `server`
///
/// The help and second places stand in the message, on lines of their own.
package struct GitHubRenderer: Sendable {
    private let catalog: SourceCatalog

    package init(catalog: SourceCatalog) {
        self.catalog = catalog
    }

    /// One diagnostic, ended by a line break.
    package func render(_ diagnostic: Diagnostic) -> String {
        var properties: [(String, String)] = []
        if case .file(let name) = diagnostic.span.origin, name != "-" { properties.append(("file", name)) }
        if let source = catalog[diagnostic.span.origin] {
            let start = source.position(at: diagnostic.span.range.lowerBound)
            let end = source.position(at: diagnostic.span.range.upperBound)
            properties += [
                ("line", "\(start.line)"), ("col", "\(start.column)"), ("endLine", "\(end.line)"),
                ("endColumn", "\(end.column)"),
            ]
        }
        properties.append(("title", diagnostic.code.id))
        let list = properties.map { "\($0)=\(Self.escapedProperty($1))" }.joined(separator: ",")
        return "::\(diagnostic.severity.rawValue) \(list)::\(Self.escaped(text(of: diagnostic)))\n"
    }

    private func text(of diagnostic: Diagnostic) -> String {
        var lines = [diagnostic.message]
        if case .file = diagnostic.span.origin {
        } else {
            lines[0] = "\(diagnostic.span.origin.displayName): \(diagnostic.message)"
        }
        for related in diagnostic.related {
            let line = catalog[related.span.origin].map { ":\($0.position(at: related.span.range.lowerBound).line)" }
            lines.append("\(related.span.origin.displayName)\(line ?? ""): \(related.message)")
        }
        if let help = diagnostic.help { lines.append("help: \(help)") }
        return lines.map(escapedForDisplay).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func escapedProperty(_ text: String) -> String {
        escaped(text).map { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : String($0) }.joined()
    }
}
