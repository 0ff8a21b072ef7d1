import JSON

/// What a client and the server say to each other, as the API's document writes it:
///
///     → a message of the client, sent as it stands
///     ← a message of the server; lines without an arrow continue it
///     ← close CODE: REASON
///     // one of ``Happening``
///
/// A string `<name>` in a message of the server stands for a value that nobody can know before; it is bound where it
/// first occurs, and means that value from then on, in messages of the client too. `[X, … N times]` stands for an array of
/// N times X.
struct Transcript: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case send(String)
        case receive(JSONValue)
        case close(code: Int, reason: String)
        case happening(Happening)
    }

    /// What happens between the messages; the raw value is how the document says it.
    enum Happening: String, Sendable, CaseIterable {
        case connectionBreaks = "// The connection breaks. On a new one:"
        case connectionBreaksMeanwhile = "// The connection breaks. On a new one, after the answer has gone on:"
        case secondConnection = "// On a second connection:"
        case firstConnection = "// On the first connection:"
        case drain = "// The server is told to end."
        case withdrawal = "// The operator withdraws the token."
        case answer = "// The AI service answers."
    }

    var steps: [Step] = []

    init(_ text: String) throws {
        var paragraphs: [String] = []
        for line in text.split(separator: "\n") {
            if ["→", "←", "//"].contains(where: { line.hasPrefix($0) }) {
                paragraphs.append(String(line))
            } else {
                guard !paragraphs.isEmpty else { throw TestFailure("a transcript starts with an arrow, not: \(line)") }
                paragraphs[paragraphs.count - 1] += "\n" + line
            }
        }
        steps = try paragraphs.map(Self.step)
    }

    private static func step(_ text: String) throws -> Step {
        if text.hasPrefix("//") {
            guard let happening = Happening(rawValue: text) else {
                throw TestFailure("nobody knows how to do this: \(text)")
            }
            return .happening(happening)
        }
        let content = text.dropFirst(2)
        if text.hasPrefix("→") { return .send(try expanded(content)) }
        if let close = closure(content) { return close }
        do {
            return .receive(try JSONParser.parse(Array(content.utf8)))
        } catch {
            throw TestFailure("\(error): \(content)")
        }
    }

    private static func closure(_ text: Substring) -> Step? {
        guard text.hasPrefix("close "), let colon = text.firstIndex(of: ":"),
            let code = Int(text[..<colon].dropFirst("close ".count))
        else { return nil }
        return .close(code: code, reason: String(text[colon...].dropFirst(2)))
    }

    /// `[X, … 3 times]` → `[X,X,X]`
    private static func expanded(_ text: Substring) throws -> String {
        let parts = text.split(separator: ", … ")
        guard parts.count == 2, parts[0].hasPrefix("["), parts[1].hasSuffix(" times]") else { return String(text) }
        guard let count = Int(parts[1].dropLast(" times]".count)) else { throw TestFailure("how often? \(text)") }
        return "[" + [Substring](repeating: parts[0].dropFirst(), count: count).joined(separator: ",") + "]"
    }

    // MARK: What it shows

    /// Whether it goes on from a session that has just been started.
    var needsSession: Bool {
        guard case .send(let text)? = steps.first else { return false }
        return text.contains("<sessionId>")
    }

    var received: [JSONValue] {
        steps.flatMap { step -> [JSONValue] in
            guard case .receive(let message) = step else { return [] }
            return message.array ?? [message]
        }
    }

    /// Methods of requests that are answered by a result.
    var methods: Set<String> {
        var names: [JSONValue: String] = [:]
        for case .send(let text) in steps {
            guard let sent = try? JSONParser.parse(Array(text.utf8)) else { continue }
            for request in sent.array ?? [sent] {
                if let id = request["id"], let method = request["method"]?.string { names[id] = method }
            }
        }
        return Set(received.compactMap { $0["result"] == nil ? nil : $0["id"].flatMap { names[$0] } })
    }

    var notifications: Set<String> { Set(received.compactMap { $0["method"]?.string }) }

    /// `data.kind` of errors.
    var errorKinds: Set<String> { Set(received.compactMap { $0["error"]?["data"]?["kind"]?.string }) }

    /// `error.kind` of statuses.
    var answerErrorKinds: Set<String> { Set(received.compactMap { $0["params"]?["error"]?["kind"]?.string }) }
}

/// What the placeholders of a transcript stand for.
struct Bindings: Sendable {
    private var values: [String: String] = [:]

    /// Whether `received` is what `expected` says; binds what it learns. nil: yes; else what differs, and where.
    mutating func mismatch(_ expected: JSONValue, _ received: JSONValue, at path: String = "message") -> String? {
        switch (expected, received) {
        case (.object(let expected), .object(let received)):
            guard expected.members.map(\.name) == received.members.map(\.name) else {
                return "\(path) must have \(expected.members.map(\.name)), not \(received.members.map(\.name))"
            }
            for (left, right) in zip(expected.members, received.members) {
                if let found = mismatch(left.value, right.value, at: "\(path).\(left.name)") { return found }
            }
            return nil
        case (.array(let expected), .array(let received)):
            guard expected.count == received.count else {
                return "\(path) must have \(expected.count) elements, not \(received.count)"
            }
            for (index, pair) in zip(expected, received).enumerated() {
                if let found = mismatch(pair.0, pair.1, at: "\(path)[\(index)]") { return found }
            }
            return nil
        case (.string(let expected), .string(let received)):
            if let name = Self.placeholder(expected), values[name] == nil {
                return bind(name, to: received) ? nil : "\(path): \(received) cannot be \(expected)"
            }
            let meant = resolved(expected)
            return meant == received ? nil : "\(path) must be \"\(meant)\", not \"\(received)\""
        default:
            return expected == received ? nil : "\(path) must be \(expected.jsonText), not \(received.jsonText)"
        }
    }

    /// The text with the values of the placeholders that are known.
    func resolved(_ text: String) -> String {
        values.reduce(text) { $0.replacing("<\($1.key)>", with: $1.value) }
    }

    private static func placeholder(_ text: String) -> String? {
        guard text.hasPrefix("<"), text.hasSuffix(">"), text.dropFirst().dropLast().allSatisfy(\.isLetter) else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    /// For what the transcript does not show.
    mutating func learn(_ name: String, _ value: String) throws {
        guard bind(name, to: value) else { throw TestFailure("\(value) cannot be <\(name)>") }
    }

    /// Two names never stand for one value, and a value has the form that its name promises.
    private mutating func bind(_ name: String, to value: String) -> Bool {
        let isPlausible =
            name.lowercased().hasSuffix("token")
            ? value.utf8.count == 64 && value.allSatisfy(\.isHexDigit)
            : value.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
        guard isPlausible, !values.values.contains(value) else { return false }
        values[name] = value
        return true
    }
}
