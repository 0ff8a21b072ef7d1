import Diagnostics

/// `${NAME}` and `${NAME:-default}` in a scalar; `$${` stands for a literal `${`.
enum VariableReference {
    /// How far into a scalar a faulty reference is looked for; farther ones are reported at the scalar.
    private static let searchedBytes = 4096
    /// References in one scalar.
    static let maximumCount = 1000
    /// Characters of a name that help shows.
    private static let longestName = 60
    private static let fault = "write `${NAME}` or `${NAME:-default}`; a literal `${` is written `$${`"

    /// A node with all references replaced, also in what it contains.
    static func expanded(
        _ node: YAMLNode, from variables: VariableSource, in source: SourceText, _ diagnostics: inout DiagnosticList
    ) -> YAMLNode {
        var node = node
        switch node.content {
        case .scalar(var scalar):
            guard scalar.text.utf8.contains(UInt8(ascii: "$")), firstReference(in: Array(scalar.text.utf8)[...]) != nil
            else { return node }
            let written = scalar.text
            var isUnjudged = false
            var isExpanded = false
            scalar.text = expanded(written, from: variables, &isExpanded) { finding in
                isUnjudged = true
                guard case .problem(let problem) = finding else { return }
                let range = node.anchorRange ?? node.range
                let place =
                    diagnostics.isFull
                    ? SourceSpan(source.origin, range) : self.place(of: problem.reference, in: range, source)
                diagnostics.add(Diagnostic(problem.code, problem.message, at: place, help: problem.help))
            }
            scalar.isExpanded = isExpanded
            if isExpanded { scalar.reference = written }
            scalar.isUnjudged = isUnjudged
            node.content = .scalar(scalar)
        case .sequence(let items):
            node.content = .sequence(items.map { expanded($0, from: variables, in: source, &diagnostics) })
        case .mapping(let pairs):
            node.content = .mapping(
                pairs.map {
                    YAMLPair(key: $0.key, value: expanded($0.value, from: variables, in: source, &diagnostics))
                })
        }
        return node
    }

    /// A name as shells take it.
    static func isName(_ text: some StringProtocol) -> Bool {
        text.first.map { !$0.isNumber } ?? false
            && text.utf8.allSatisfy(isNameByte)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }

    /// Whether `text` is `${NAME}` and nothing else.
    static func isReference(_ text: String) -> Bool {
        text.hasPrefix("${") && text.hasSuffix("}") && isName(text.dropFirst(2).dropLast())
    }

    /// Whether some reference in `text` brings a value of its own: `${NAME:-default}`.
    static func hasDefault(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while let dollar = firstReference(in: rest), let end = rest[dollar...].firstIndex(of: UInt8(ascii: "}")) {
            let body = String(decoding: rest[dollar..<end], as: UTF8.self)
            if let separator = body.firstRange(of: ":-"), separator.upperBound < body.endIndex { return true }
            rest = rest[(end + 1)...]
        }
        return false
    }

    private struct Problem {
        var code: DiagnosticCode
        var message: String
        var help: String
        /// As it is written, for finding its place.
        var reference: String
    }

    private enum Finding {
        case problem(Problem)
        /// The variable may be set elsewhere.
        case unknown
    }

    private static func expanded(
        _ text: String, from variables: VariableSource, _ isExpanded: inout Bool, report: (Finding) -> Void
    ) -> String {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var count = 0
        while let dollar = firstReference(in: rest) {
            count += 1
            guard count <= maximumCount else {
                report(malformed("", "more than \(maximumCount) references in one value"))
                break
            }
            result += rest[..<dollar]
            let isProtected = dollar > rest.startIndex && rest[dollar - 1] == UInt8(ascii: "$")
            let reference = rest[dollar...]
            guard !isProtected else {
                // `$${`: the first dollar only protects the second, and is in the result already.
                result.append(UInt8(ascii: "{"))
                rest = reference.dropFirst(2)
                continue
            }
            isExpanded = true
            guard let closing = reference.firstIndex(of: UInt8(ascii: "}")) else {
                report(malformed(String(decoding: reference, as: UTF8.self), "this reference has no `}`"))
                return String(decoding: result, as: UTF8.self)
            }
            result += value(of: String(decoding: reference[...closing], as: UTF8.self), variables, report).utf8
            rest = rest[(closing + 1)...]
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    /// Index of the first `${`.
    private static func firstReference(in text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == UInt8(ascii: "$") && text[$0 + 1] == UInt8(ascii: "{") }
    }

    /// What `${…}` stands for; nothing where that is unknown.
    private static func value(
        of reference: String, _ variables: VariableSource, _ report: (Finding) -> Void
    ) -> String {
        let body = reference.dropFirst(2).dropLast()
        let separator = body.firstRange(of: ":-")
        let name = separator.map { body[..<$0.lowerBound] } ?? body
        guard isName(name) else {
            report(malformed(reference, "\(quotedForDisplay(reference)) names no variable"))
            return ""
        }
        let variable = variables[String(name)]
        guard let separator else {
            if variable == nil {
                report(variables.isOpen ? .unknown : .problem(unset(name, reference)))
            }
            return variable?.value ?? ""
        }
        let fallback = body[separator.upperBound...]
        if fallback.contains("${") {
            report(malformed(reference, "a default cannot refer to another variable"))
            return ""
        }
        return variable.flatMap { $0.value.isEmpty ? nil : $0.value } ?? String(fallback)
    }

    private static func unset(_ name: Substring, _ reference: String) -> Problem {
        Problem(
            code: ConfigurationCode.unsetVariable, message: "the variable \(quotedForDisplay(String(name))) is not set",
            help: "set it in the environment or in .env, or give a default: `${\(name.prefix(longestName)):-default}`",
            reference: reference)
    }

    private static func malformed(_ reference: String, _ message: String) -> Finding {
        .problem(
            Problem(code: ConfigurationCode.malformedReference, message: message, help: fault, reference: reference))
    }

    /// The reference itself where it stands as it is in the source, else the whole scalar.
    private static func place(of reference: String, in range: Range<Int>, _ source: SourceText) -> SourceSpan {
        let wanted = Array(reference.utf8)
        let bytes = source.bytes[range.clamped(to: 0..<source.bytes.count)].prefix(searchedBytes)
        let start = bytes.indices.first { bytes[$0] == wanted.first && bytes[$0...].starts(with: wanted) }
        return SourceSpan(source.origin, start.map { $0..<$0 + wanted.count } ?? range)
    }
}
