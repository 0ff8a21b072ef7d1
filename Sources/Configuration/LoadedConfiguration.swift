package import Diagnostics

/// What a configuration is made from besides defaults.
package struct ConfigurationInputs: Sendable {
    /// A value given on the command line.
    package struct Option: Sendable {
        /// Long name, without dashes.
        package var name: String
        /// Path of the key that it sets.
        package var path: String
        package var text: String

        package init(name: String, path: String, text: String) {
            self.name = name
            self.path = path
            self.text = text
        }
    }

    /// Path of the configuration file; `-` is standard input.
    package var file: String
    /// Whether it is an error that there is no such file.
    package var isFileRequired: Bool
    package var environment: [String: String]
    /// nil: none is looked for.
    package var dotEnvFile: String?
    package var options: [Option]
    /// Whether nothing of the machine counts: no variables, no `.env`, no other files. References to variables stand for
    /// values that are not known and so not judged, unless they have a default.
    package var isHermetic: Bool

    /// The file that is read where none is named.
    package static let defaultFile = "config.yaml"

    package init(
        file: String? = nil, environment: [String: String] = [:], dotEnvFile: String? = ".env", options: [Option] = [],
        isHermetic: Bool = false
    ) {
        self.file = file ?? Self.defaultFile
        isFileRequired = file != nil
        self.environment = isHermetic ? [:] : environment
        self.dotEnvFile = isHermetic ? nil : dotEnvFile
        self.options = options
        self.isHermetic = isHermetic
    }
}

/// What came of loading: the settings as far as they could be made out, all that is wrong, and where each value comes from.
package struct LoadedConfiguration: Sendable {
    /// Values that could not be read have their defaults here; lists and mappings of which a part could not have the others.
    package internal(set) var effective = Settings()
    /// In the order of the file, then what stands elsewhere.
    package internal(set) var diagnostics: [Diagnostic] = []
    /// Problems found beyond what is kept.
    package internal(set) var droppedCount = 0
    package internal(set) var containsError = false
    /// The text that diagnostics point into, secrets redacted.
    package internal(set) var catalog = SourceCatalog()
    /// The configuration file's name; nil where there was none, and none was required.
    package internal(set) var file: String?
    /// The configuration in a word: its file, or that there is none.
    package var displayName: String { file.map { SourceOrigin.file($0).displayName } ?? "configuration" }
    /// False where the configuration file could not be read at all.
    package internal(set) var isReadable = true
    var origins: [String: ValueOrigin] = [:]
    /// Where each key's value and its parts stand.
    var places: [String: ValuePlaces] = [:]
    /// What values were read from, variables replaced, where the value alone does not tell how to write it: lists, mappings,
    /// secrets, and what is written with variables.
    var nodes: [String: YAMLNode] = [:]

    /// nil where there is any error.
    package var settings: Settings? { containsError ? nil : effective }

    /// Where the value of a key comes from.
    package func origin(of path: String) -> ValueOrigin { origins[path] ?? .defaults }

    /// Where a key's value stands; where it has none, the beginning of the file.
    func span(of path: String) -> SourceSpan {
        origin(of: path).span ?? SourceSpan(startOf: .file(file ?? ConfigurationInputs.defaultFile))
    }

    /// The models that are asked for, the first before those that stand in for it, with the key that names each.
    var namedModels: [(path: String, name: String, span: SourceSpan)] {
        let path = "openrouter.fallback_models"
        return [("openrouter.model", effective.openRouter.model, span(of: "openrouter.model"))]
            + effective.openRouter.fallbackModels.enumerated().map { index, model in
                (path, model, span(of: path, at: .item(index)))
            }
    }

    /// Adds what was found out after loading.
    mutating func add(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
        if diagnostic.severity == .error { containsError = true }
    }
}
