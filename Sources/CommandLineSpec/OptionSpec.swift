/// An option, with a value or as a flag. Where one that is not repeatable is given twice, the last wins.
package struct OptionSpec: Sendable {
    /// Long name, without dashes.
    package var name: String
    package var short: Character?
    /// nil: a flag.
    package var value: ValueSpec?
    package var isRepeatable: Bool
    /// The configuration key that it sets.
    package var setting: String?
    /// The variable that does the same where the option is not given.
    package var environment: String?
    /// The heading that help lists it under; nil: `Options`.
    package var group: String?
    /// Whether it is understood but shown nowhere.
    package var isHidden: Bool
    /// One phrase without a final stop.
    package var summary: String
    /// What only the long help and the man page say, in sentences.
    package var details: String?

    package init(
        _ name: String, short: Character? = nil, value: ValueSpec? = nil, isRepeatable: Bool = false,
        setting: String? = nil, environment: String? = nil, group: String? = nil, isHidden: Bool = false,
        _ summary: String, details: String? = nil
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.isRepeatable = isRepeatable
        self.setting = setting
        self.environment = environment
        self.group = group
        self.isHidden = isHidden
        self.summary = summary
        self.details = details
    }
}

/// The value of an option.
package struct ValueSpec: Sendable {
    /// As help shows it: `PORT`.
    package var name: String
    package var kind: ValueKind

    package init(_ name: String, _ kind: ValueKind) {
        self.name = name
        self.kind = kind
    }
}

/// An argument that is no option.
package struct ArgumentSpec: Sendable {
    /// As help shows it: `FILE`.
    package var name: String
    package var kind: ValueKind
    package var summary: String
    package var isRequired: Bool
    package var isRepeatable: Bool
    /// What to do where too many are given.
    package var excessHelp: String?

    package init(
        _ name: String, _ kind: ValueKind, _ summary: String, isRequired: Bool = false, isRepeatable: Bool = false,
        excessHelp: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.isRequired = isRequired
        self.isRepeatable = isRepeatable
        self.excessHelp = excessHelp
    }
}
