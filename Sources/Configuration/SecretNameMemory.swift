/// What was found out of the names of a file, of which most stand many times.
struct SecretNameMemory {
    private var meanings: [String: Meaning] = [:]

    struct Meaning {
        /// nil: it is no name of a secret.
        var kind: SecretName.Kind?
        /// Whether it begins with one that has grown together with what stood behind it.
        var isGlued: Bool
    }

    /// Different names that are compared with all those that may be meant. No configuration has so many; of those past them it is
    /// enough that they may be a secret's.
    static let maximumCount = 2000

    mutating func meaning(of name: String) -> Meaning {
        if let known = meanings[name] { return known }
        let isThorough = meanings.count < Self.maximumCount
        let meaning = Meaning(
            kind: SecretName.kind(of: name, isThorough: isThorough),
            isGlued: SecretName.isGlued(name, isThorough: isThorough))
        if isThorough { meanings[name] = meaning }
        return meaning
    }
}
