import Diagnostics

/// Values that are several mappings, and mappings from names that the file chooses.
extension SettingDecoder {
    mutating func records(_ node: YAMLNode, _ members: [SettingMember], _ maximumCount: Int) -> SettingValue? {
        guard let items = items(node, maximumCount) else { return nil }
        var names: [String: YAMLNode] = [:]
        var records: [[String: SettingValue]?] = []
        for (index, item) in items.enumerated() {
            records.append(record(item, members, path: "\(key.path)[\(index)]"))
            guard case .mapping(let pairs) = item.content,
                let name = pairs.first(where: { $0.key.scalar?.text == "name" })?.value.scalar?.text
            else { continue }
            if let first = names.updateValue(item, forKey: name) { reportDouble(name, item, first) }
        }
        return records.contains { $0 == nil } ? nil : .records(records.compactMap { $0 })
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
        let records = pairs.map { pair -> [String: SettingValue]? in
            let name = text(pair.key, form)
            var record = record(pair.value, members, path: "\(key.path).\(pair.key.scalar?.text ?? "")")
            guard let name else { return nil }
            record?["name"] = .text(name)
            return record
        }
        return records.contains { $0 == nil } ? nil : .records(records.compactMap { $0 })
    }

    private mutating func record(
        _ node: YAMLNode, _ members: [SettingMember], path: String
    ) -> [String: SettingValue]? {
        guard case .mapping(let pairs) = node.content else { return mismatch(node, "a mapping", at: path) }
        var record: [String: SettingValue] = [:]
        var isFaulty = false
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            guard !name.hasPrefix("x-") else { continue }
            guard let member = members.first(where: { $0.name == name }) else {
                isFaulty = true
                reportUnknownMember(name, pair, members, path)
                continue
            }
            // `name:` with nothing behind it leaves an optional member unset.
            if pair.value.isNull, !member.isRequired { continue }
            var decoder = SettingDecoder(member.key(below: path), from: origin)
            let value = decoder.decode(pair.value)
            diagnostics += decoder.diagnostics
            secretRanges += decoder.secretRanges
            plainSecrets += decoder.plainSecrets
            record[name] = value
            if value == nil { isFaulty = true }
        }
        for member in members where member.isRequired && !pairs.contains(where: { $0.key.scalar?.text == member.name })
        {
            isFaulty = true
            diagnostics.append(
                Diagnostic(
                    ConfigurationCode.missingKey, "`\(path)` has no `\(member.name)`", at: span(node),
                    help: "add `\(member.name):` \u{2014} \(member.summary.lowercasedFirst)"))
        }
        return isFaulty ? nil : record
    }

    private mutating func reportUnknownMember(
        _ name: String, _ pair: YAMLPair, _ members: [SettingMember], _ path: String
    ) {
        let names = members.map(\.name)
        // A mapping is an environment more often than not.
        if case .mapping = pair.value.content { secretRanges += pair.value.textRanges }
        let list = names.map { "`\($0)`" }.joined(separator: ", ")
        diagnostics.append(
            Diagnostic(
                ConfigurationCode.unknownKey, "unknown key \(quotedForDisplay(name)) in `\(path)`", at: span(pair.key),
                help: nearestName(to: name, among: names).map { "did you mean `\($0)`?" } ?? "known keys: \(list)"))
    }

    // MARK: - Mappings from names

    mutating func choiceMap(_ node: YAMLNode, _ choices: [String], _ maximumCount: Int) -> SettingValue? {
        guard let pairs = pairs(node, maximumCount) else { return nil }
        var map: [String: String] = [:]
        for pair in pairs {
            let name = pair.key.scalar?.text ?? ""
            let path = "\(key.path).\(name)"
            var decoder = SettingDecoder(SettingMember(name, .choice(choices), "").key(below: key.path), from: origin)
            if case .text(let choice)? = decoder.decode(pair.value) { map[name] = choice }
            diagnostics += decoder.diagnostics
            if name.isEmpty { let _: String? = mismatch(pair.key, "a mapping from names", at: path) }
        }
        return map.count == pairs.count ? .choiceMap(map) : nil
    }

    mutating func secretMap(_ node: YAMLNode, _ maximumCount: Int) -> SettingValue? {
        guard let pairs = pairs(node, maximumCount) else { return nil }
        var map: [String: Secret] = [:]
        for pair in pairs {
            guard let name = text(pair.key, .variableName) else { continue }
            guard let scalar = pair.value.scalar, !pair.value.isNull, !scalar.text.utf8.contains(0) else {
                let _: String? = mismatch(pair.value, "text", at: "\(key.path).\(name)")
                continue
            }
            map[name] = Secret(scalar.text)
            if !scalar.isExpanded, scalar.text.utf8.count >= Self.shortestSecret {
                let range = pair.value.anchorRange ?? pair.value.range
                secretRanges.append(range)
                if SecretName.tells(name) || SecretName.looksLikeSecret(Array(scalar.text.utf8)[...]) {
                    plainSecrets.append(("\(key.path).\(name)", range))
                }
            }
        }
        return map.count == pairs.count ? .secretMap(map) : nil
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
        diagnostics += decoder.diagnostics
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
