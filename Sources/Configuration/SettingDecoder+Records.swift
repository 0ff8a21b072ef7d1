import Diagnostics

/// Values that are several mappings, and mappings from names that the file chooses.
extension SettingDecoder {
    mutating func records(_ node: YAMLNode, _ members: [SettingMember], _ maximumCount: Int) -> SettingValue? {
        guard let items = items(node, maximumCount) else { return nil }
        var names: [String: YAMLNode] = [:]
        var records: [[String: SettingValue]] = []
        for (index, item) in items.enumerated() {
            records.append(record(item, members, path: "\(key.path)[\(index)]"))
            guard case .mapping(let pairs) = item.content,
                let name = pairs.first(where: { $0.key.scalar?.text == "name" })?.value.scalar?.text
            else { continue }
            if let first = names[name] { reportDouble(name, item, first) } else { names[name] = item }
        }
        return .records(records)
    }

    private mutating func reportDouble(_ name: String, _ node: YAMLNode, _ first: YAMLNode) {
        diagnostics.append(
            Diagnostic(
                ConfigurationCode.duplicateName, "`\(key.path)` has two items named \(quotedForDisplay(name))",
                at: span(node), help: "give one of them another name",
                related: [Diagnostic.Related(span(first), "the first one")]))
    }

    mutating func namedRecords(
        _ node: YAMLNode, _ form: TextForm, _ members: [SettingMember], _ maximumCount: Int
    ) -> SettingValue? {
        guard let pairs = pairs(node, maximumCount) else { return nil }
        return .records(
            pairs.map { pair in
                _ = text(pair.key, form)
                let name = pair.key.scalar?.text ?? ""
                var record = record(pair.value, members, path: path(of: name))
                record["name"] = .text(name)
                return record
            })
    }

    /// The members that could be read.
    private mutating func record(
        _ node: YAMLNode, _ members: [SettingMember], path: String
    ) -> [String: SettingValue] {
        guard !isOpaque(node) else { return [:] }
        guard case .mapping(let pairs) = node.content else { return mismatch(node, "a mapping", at: path) ?? [:] }
        var record: [String: SettingValue] = [:]
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            guard !name.hasPrefix("x-") else { continue }
            guard let member = members.first(where: { $0.name == name }) else {
                reportUnknownMember(name, pair, members, path)
                continue
            }
            // `name:` with nothing behind it leaves an optional member unset.
            if pair.value.isNull, !pair.value.isOpaque, !member.isRequired { continue }
            var decoder = SettingDecoder(member.key(below: path), from: origin)
            record[name] = decoder.decode(pair.value)
            absorb(decoder)
        }
        if !node.isTorn { reportMissing(members, pairs, node, path) }
        return record
    }

    private mutating func reportMissing(
        _ members: [SettingMember], _ pairs: [YAMLPair], _ node: YAMLNode, _ path: String
    ) {
        for member in members where member.isRequired && !pairs.contains(where: { $0.key.scalar?.text == member.name })
        {
            fail(
                Diagnostic(
                    ConfigurationCode.missingKey, "`\(path)` has no `\(member.name)`", at: span(node),
                    help: "add `\(member.name):` \u{2014} \(member.summary.lowercasedFirst)"))
        }
    }

    private mutating func reportUnknownMember(
        _ name: String, _ pair: YAMLPair, _ members: [SettingMember], _ path: String
    ) {
        let names = members.map(\.name)
        // A mapping is an environment more often than not.
        if case .mapping = pair.value.content { secretRanges += pair.value.textRanges }
        let list = names.map { "`\($0)`" }.joined(separator: ", ")
        fail(
            Diagnostic(
                ConfigurationCode.unknownKey, "unknown key \(quotedForDisplay(name)) in `\(path)`", at: span(pair.key),
                help: nearestName(to: name, among: names).map { "did you mean `\($0)`?" } ?? "known keys: \(list)"))
    }

    // MARK: - Mappings from names

    /// As messages call the member of a name that the file chose.
    private func path(of name: String) -> String { "\(key.path).\(quotedForDisplay(name).dropFirst().dropLast())" }

    mutating func choiceMap(_ node: YAMLNode, _ choices: [String], _ maximumCount: Int) -> SettingValue? {
        guard let pairs = pairs(node, maximumCount) else { return nil }
        var map: [String: String] = [:]
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            let path = path(of: name)
            var decoder = SettingDecoder(SettingMember(name, .choice(choices), "").key(below: key.path), from: origin)
            if case .text(let choice)? = decoder.decode(pair.value) { map[name] = choice }
            absorb(decoder)
            if name.isEmpty { let _: String? = mismatch(pair.key, "a mapping from names", at: path) }
        }
        return .choiceMap(map)
    }

    mutating func secretMap(_ node: YAMLNode, _ maximumCount: Int) -> SettingValue? {
        guard let pairs = pairs(node, maximumCount) else { return nil }
        var map: [String: Secret] = [:]
        for pair in pairs {
            guard let name = text(pair.key, .variableName), !isOpaque(pair.value) else { continue }
            let path = path(of: name)
            guard let scalar = pair.value.scalar, !pair.value.isNull else {
                let _: String? = mismatch(pair.value, "text", at: path)
                continue
            }
            guard !scalar.text.utf8.contains(0) else {
                reportNull(in: pair.value, path)
                continue
            }
            map[name] = Secret(scalar.text)
            if scalar.isLiteral, scalar.isExpanded || scalar.text.utf8.count >= Self.shortestSecret {
                let range = pair.value.anchorRange ?? pair.value.range
                secretRanges.append(range)
                if SecretName.tells(name)
                    || !scalar.isExpanded && SecretName.looksLikeSecret(Array(scalar.text.utf8)[...])
                {
                    plainSecrets.append((path, range))
                }
            }
        }
        return .secretMap(map)
    }

    /// The value is not shown: it may be a secret.
    private mutating func reportNull(in node: YAMLNode, _ path: String) {
        fail(
            Diagnostic(
                ConfigurationCode.malformedText, "`\(path)` contains a null character", at: span(node),
                help: "remove it: no variable can hold one"))
    }

    /// Shorter ones, such as `1` or `en`, are none, and hiding them would make messages unreadable.
    private static let shortestSecret = 4

    private mutating func pairs(_ node: YAMLNode, _ maximumCount: Int) -> [YAMLPair]? {
        guard case .mapping(let pairs) = node.content else { return mismatch(node, "a mapping", at: key.path) }
        guard pairs.count <= maximumCount else {
            return malformed(
                ConfigurationCode.outOfRange, node, "has \(pairs.count) members",
                help: "at most \(maximumCount) are taken", showsValue: false)
        }
        return pairs
    }

    private mutating func mismatch<Value>(_ node: YAMLNode, _ expected: String, at path: String) -> Value? {
        var decoder = SettingDecoder(SettingMember("", .boolean, "").key(at: path), from: origin)
        let value: Value? = decoder.mismatch(node, expected)
        absorb(decoder)
        return value
    }
}

extension SettingMember {
    /// As a key of its own, so that it is read and spoken of like one.
    fileprivate func key(below path: String) -> SettingKey { key(at: "\(path).\(name)") }

    fileprivate func key(at path: String) -> SettingKey {
        SettingKey(
            path: path, type: type, summary: summary, defaultNote: nil, isReloadable: false, store: { _, _ in },
            read: { _ in nil })
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
