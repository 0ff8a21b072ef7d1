package import Diagnostics

/// The codes of all problems that a configuration can have. Numbers are stable: none is given a second meaning.
package enum ConfigurationCode {
    // Reading the file.
    package static let unreadable = DiagnosticCode("AL001", "a file cannot be read")
    package static let tooLarge = DiagnosticCode("AL002", "a file is too large")
    package static let invalidEncoding = DiagnosticCode("AL003", "text is not UTF-8")
    package static let controlCharacter = DiagnosticCode("AL004", "a control character")

    // YAML.
    package static let syntax = DiagnosticCode("AL005", "text is not YAML")
    package static let tab = DiagnosticCode("AL006", "a tab where only spaces may stand")
    package static let unclosedQuote = DiagnosticCode("AL007", "quoted text without an end")
    package static let indentation = DiagnosticCode("AL008", "indentation that does not fit")
    package static let unclosedBracket = DiagnosticCode("AL009", "a list or mapping in brackets without an end")
    package static let duplicateKey = DiagnosticCode("AL010", "a key stands twice")
    package static let alias = DiagnosticCode("AL011", "an alias that stands for nothing")
    package static let tooComplex = DiagnosticCode("AL012", "too deep or too many nodes")
    package static let severalDocuments = DiagnosticCode("AL013", "more than one document")
    package static let tag = DiagnosticCode("AL014", "an unknown tag")
    package static let invalidKey = DiagnosticCode("AL015", "a key that is not text")

    // Variables.
    package static let unsetVariable = DiagnosticCode("AL016", "a variable is not set")
    package static let malformedReference = DiagnosticCode("AL017", "a reference to a variable that cannot be read")
    package static let malformedDotEnv = DiagnosticCode("AL018", "a line of .env that cannot be read")

    // Keys.
    package static let unknownKey = DiagnosticCode("AL020", "an unknown key")
    package static let unavailableKey = DiagnosticCode("AL021", "a key that this version does not support")
    package static let unusedKey = DiagnosticCode("AL022", "a key of older versions, not used")
    package static let unknownVariable = DiagnosticCode("AL023", "an unknown AILOOP_ variable")

    // Values.
    package static let wrongType = DiagnosticCode("AL030", "a value of the wrong type")
    package static let outOfRange = DiagnosticCode("AL031", "a value out of range")
    package static let unknownChoice = DiagnosticCode("AL032", "a value that is none of the choices")
    package static let malformedUnit = DiagnosticCode("AL033", "a duration or size that cannot be read")
    package static let malformedText = DiagnosticCode("AL034", "text of the wrong form")
    package static let oldBoolean = DiagnosticCode("AL035", "a word that other tools read as true or false")
    package static let reservedParameter = DiagnosticCode("AL036", "a parameter with a key of its own")
    package static let olderReading = DiagnosticCode("AL037", "a value that other tools read as something else")
    package static let unknownParameter = DiagnosticCode("AL038", "a parameter that no service knows")
    package static let invalidParameter = DiagnosticCode("AL039", "a parameter with a value that no service takes")

    // Meaning.
    package static let missingKey = DiagnosticCode("AL040", "a required key is missing")
    package static let missingAPIKey = DiagnosticCode("AL041", "no API key")
    package static let secretInFile = DiagnosticCode("AL042", "a secret written into the file")
    package static let contradiction = DiagnosticCode("AL043", "settings that contradict each other")
    package static let unreachableLimit = DiagnosticCode("AL044", "a limit that cannot be reached")
    package static let openBind = DiagnosticCode("AL045", "a server open to everybody")
    package static let secretFile = DiagnosticCode("AL046", "a secret's file that cannot be used")
    package static let plainTransport = DiagnosticCode("AL047", "a key sent in plain text")
    package static let withoutEffect = DiagnosticCode("AL048", "a setting without effect")
    package static let modelName = DiagnosticCode("AL049", "a model's name without its author")
    package static let maskedSecret = DiagnosticCode("AL050", "a masked secret")
    package static let overlappingFiles = DiagnosticCode("AL051", "one file for two purposes")

    // The machine.
    package static let exposedSecret = DiagnosticCode("AL060", "a secret's file that everybody can read")
    package static let unusablePath = DiagnosticCode("AL061", "a file or directory that cannot be used")
    package static let missingProgram = DiagnosticCode("AL062", "a program that cannot be run")
    package static let reachableSecret = DiagnosticCode("AL063", "secrets that tools can read")

    // The endpoint, where it is asked.
    package static let unreachableEndpoint = DiagnosticCode("AL070", "an endpoint that does not answer")
    package static let refusedKey = DiagnosticCode("AL071", "a key that the endpoint refuses")
    package static let spentKey = DiagnosticCode("AL072", "a key that pays for nothing more")
    package static let unlistedModels = DiagnosticCode("AL073", "an endpoint that does not list its models")
    package static let unknownModel = DiagnosticCode("AL074", "a model that the endpoint does not have")
    package static let unsupportedFeature = DiagnosticCode("AL075", "something that the model does not support")
    package static let contextBeyondModel = DiagnosticCode("AL076", "a context larger than the model's")

    // Lists and tools.
    package static let duplicateName = DiagnosticCode("AL080", "a name that stands twice in a list")
    package static let toolSchema = DiagnosticCode("AL081", "a tool's parameters that are no schema of them")

    package static let all = [
        unreadable, tooLarge, invalidEncoding, controlCharacter, syntax, tab, unclosedQuote, indentation,
        unclosedBracket, duplicateKey, alias, tooComplex, severalDocuments, tag, invalidKey, unsetVariable,
        malformedReference, malformedDotEnv, unknownKey, unavailableKey, unusedKey, unknownVariable, wrongType,
        outOfRange, unknownChoice, malformedUnit, malformedText, oldBoolean, reservedParameter, olderReading,
        unknownParameter, invalidParameter, missingKey, missingAPIKey, secretInFile, contradiction, unreachableLimit,
        openBind, secretFile, plainTransport, withoutEffect, modelName, maskedSecret, overlappingFiles, exposedSecret,
        unusablePath, missingProgram, reachableSecret, unreachableEndpoint, refusedKey, spentKey, unlistedModels,
        unknownModel, unsupportedFeature, contextBeyondModel, duplicateName, toolSchema,
    ]

    /// The code of an identifier as people write it: `AL020`, `al020`, `20`.
    package static func code(named text: String) -> DiagnosticCode? {
        let digits = text.lowercased().hasPrefix("al") ? text.dropFirst(2) : text[...]
        guard let number = Int(digits), (0..<1000).contains(number) else { return nil }
        let padding = String(repeating: "0", count: 3 - String(number).count)
        return all.first { $0.id == "AL\(padding)\(number)" }
    }
}
