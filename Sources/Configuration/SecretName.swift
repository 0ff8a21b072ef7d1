import Diagnostics

/// What tells a secret where nothing else does: the name that stands before it, or its own look.
enum SecretName {
    enum Kind {
        /// All that stands behind the name is secret.
        case value
        /// The values of its members are: they go into an environment.
        case members
        /// It is a section; text in its place is what should stand in it.
        case section
    }

    /// Folded as ``folded(_:)`` does. What people write where a secret belongs, in our files and in those of others.
    private static let valueNames: Set<String> = [
        "apikey", "tokens", "token", "secret", "secrets", "password", "passwd", "passphrase", "authorization",
        "credential", "credentials", "key", "privatekey", "accesskey",
    ]
    private static let membersNames: Set<String> = ["env", "environment"]
    private static let sectionName = "auth"
    /// `GITHUB_TOKEN`, `X-Api-Key`.
    private static let endings = [
        "token", "tokens", "secret", "password", "passwd", "apikey", "accesskey", "privatekey",
    ]
    /// Those that a misspelling of is worth looking for: of `key` half of all short words are one.
    private static let misspeltNames =
        ["apikey", "tokens", "token", "secret", "password", "authorization"].map {
            (Array($0.unicodeScalars), Kind.value)
        }
        + membersNames.sorted().map { (Array($0.unicodeScalars), Kind.members) }

    /// Names that have another meaning in a configuration, as they are written there.
    static let known: Set<String> = {
        var names = Set(SettingTable.byPath.keys.flatMap { $0.split(separator: ".").map(String.init) })
        for key in SettingTable.keys {
            if let form = key.form { names.formUnion(form.members.keys) }
            switch key.type {
            case .records(let members, _), .namedRecords(_, let members, _): names.formUnion(members.map(\.name))
            default: break
            }
        }
        return names.union(SettingTable.unused)
    }()

    /// Those of them behind which no secret stands.
    private static let harmless = known.filter { name in
        let folded = folded(name)
        return !valueNames.contains(folded) && !membersNames.contains(folded) && folded != sectionName
    }

    private static let longest = 64

    /// What stands behind `name`; nil where it is no name of a secret.
    ///
    /// - Parameter isThorough: whether what may be a misspelt name is compared with all other names.
    static func kind(of name: String, isThorough: Bool = true) -> Kind? {
        if harmless.contains(name) || name.utf8.count > longest { return nil }
        if let kind = plainKind(of: name) { return kind }
        let folded = folded(name)
        if folded == sectionName { return .section }
        if isVariable(name) || tells(name) { return .value }
        return misspelt(folded, isThorough)
    }

    /// The same where the name is neither misspelt nor part of a longer one.
    static func plainKind(of name: String) -> Kind? {
        let folded = folded(name)
        return valueNames.contains(folded) ? .value : membersNames.contains(folded) ? .members : nil
    }

    /// Whether a name says that its value is secret.
    static func tells(_ name: String) -> Bool {
        guard !harmless.contains(name) else { return false }
        let folded = folded(name)
        return valueNames.contains(folded) || endings.contains { folded.hasSuffix($0) }
            || ["_pat", "_key"].contains { name.lowercased().hasSuffix($0) }
    }

    /// Whether a name is one that only variables of an environment have.
    static func isVariable(_ name: String) -> Bool {
        name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
            && name.utf8.contains { (0x41...0x5A).contains($0) }
    }

    /// A name that is nearer to one of a secret's than to any other.
    private static func misspelt(_ folded: String, _ isThorough: Bool) -> Kind? {
        guard folded.utf8.count >= 2 else { return nil }
        let letters = Array(folded.unicodeScalars)
        var best: (kind: Kind, distance: Int)?
        for (candidate, kind) in misspeltNames {
            let most = candidate.count > 5 ? 2 : 1
            guard abs(candidate.count - letters.count) <= most, leastDistance(letters, candidate) <= most else {
                continue
            }
            guard isThorough else { return kind }
            let distance = editDistance(letters, candidate)
            if distance <= most, distance < best?.distance ?? .max { best = (kind, distance) }
        }
        guard let best else { return nil }
        let isOther = otherNames.contains {
            leastDistance(letters, $0) < best.distance && editDistance(letters, $0) < best.distance
        }
        return isOther ? nil : best.kind
    }

    private static let otherNames = harmless.map { Array(folded($0).unicodeScalars) }
    private static let otherCandidates = NameCandidates(harmless)

    /// Whether a secret's name has grown together with what stood behind it: `api_keyhunter2`.
    ///
    /// - Parameter isThorough: whether it is asked if another name is meant.
    static func isGlued(_ name: String, isThorough: Bool = true) -> Bool {
        let folded = folded(name)
        return gluing.contains { folded.hasPrefix($0) && folded != $0 } && !known.contains(name)
            && !(isThorough && otherCandidates.nearest(to: name) != nil)
    }

    private static let gluing = ["apikey", "tokens", "password", "secret", "authorization"]

    // MARK: - Words

    private static let longestNumber = 6

    /// Whether it is a number that is too small for a secret: a count, a port, a limit.
    static func isSmallNumber(_ text: some Collection<UInt8>) -> Bool {
        text.count <= longestNumber && text.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }

    private static let prefixes =
        [
            "sk-", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "hf_", "AKIA", "AIza", "eyJ",
            "gsk_",
        ]
        .map { Array($0.utf8) }
    private static let shortestKey = 8
    private static let shortestGrown = 16
    private static let shortestRandom = 20
    private static let shortestHexadecimal = 32

    /// Whether a key has grown together with what stood before it.
    private static func containsKey(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count > shortestGrown, let digit = word.lastIndex(where: { (0x30...0x39).contains($0) }) else {
            return false
        }
        return word.indices.dropLast(shortestGrown).prefix { $0 < digit }.contains { index in
            prefixes.contains { word[index...].starts(with: $0) }
        }
    }

    /// Whether a word looks like a key: by the beginning that services give theirs, or because nobody would think of it.
    static func looksLikeSecret(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= 3 + shortestKey else { return false }
        if prefixes.contains(where: { word.starts(with: $0) && word.count >= $0.count + shortestKey }) { return true }
        if containsKey(word) { return true }
        guard word.count >= shortestRandom else { return false }
        let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let isLower: (UInt8) -> Bool = { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let isUpper: (UInt8) -> Bool = { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard word.contains(where: isDigit), word.allSatisfy({ isDigit($0) || isLower($0) || isUpper($0) }) else {
            return false
        }
        if word.contains(where: isLower), word.contains(where: isUpper) { return true }
        let isHexadecimal = word.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
        }
        return isHexadecimal && word.count >= shortestHexadecimal && word.contains { !isDigit($0) }
    }

    private static func folded(_ name: String) -> String {
        String(
            decoding: name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") },
            as: UTF8.self)
    }
}
