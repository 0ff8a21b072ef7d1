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

    package static let all = [
        unreadable, tooLarge, invalidEncoding, controlCharacter, syntax, tab, unclosedQuote, indentation,
        unclosedBracket, duplicateKey, alias, tooComplex, severalDocuments, tag, invalidKey, unsetVariable,
        malformedReference, malformedDotEnv, unknownKey, unavailableKey, unusedKey, unknownVariable, wrongType,
        outOfRange, unknownChoice, malformedUnit, malformedText, oldBoolean, reservedParameter, missingKey,
        missingAPIKey, secretInFile, contradiction, unreachableLimit, openBind, secretFile, plainTransport,
        withoutEffect,
    ]
}
