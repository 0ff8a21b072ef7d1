package import Diagnostics

/// The layers that a value can come from, the weakest first.
package enum ConfigurationLayer: Int, Sendable, Comparable, CaseIterable {
    case defaults
    case file
    case dotEnv
    case environment
    case option

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where the value in force of one key comes from.
package struct ValueOrigin: Sendable, Equatable {
    package var layer: ConfigurationLayer
    /// nil for defaults.
    package var span: SourceSpan?

    package static let defaults = ValueOrigin(layer: .defaults, span: nil)

    /// `default`, `config.yaml:12`, `.env:3`, `environment variable NAME`, `option --port`.
    package func description(in catalog: SourceCatalog) -> String {
        guard let span else { return "default" }
        guard case .file = span.origin, let source = catalog[span.origin] else { return span.origin.displayName }
        return "\(span.origin.displayName):\(source.position(at: span.range.lowerBound).line)"
    }
}
