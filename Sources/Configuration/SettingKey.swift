package import JSON
package import Quantities

/// One row of the table that loading, environment variables, help, reference and schema are made from.
package struct SettingKey: Sendable {
    /// Levels joined by dots: `server.auth.tokens`.
    package let path: String
    package let type: SettingType
    /// One sentence for a person, without final stop.
    package let summary: String
    /// What stands for the default where it is no value: "from `OPENROUTER_API_KEY`".
    package let defaultNote: String?
    /// Whether a running server takes a changed value over.
    package let isReloadable: Bool
    /// Puts a value of ``type`` where it belongs.
    let store: @Sendable (SettingValue, inout Settings) -> Void
    let read: @Sendable (Settings) -> SettingValue?
    /// What the members of an object may be; nil: anything.
    var form: ObjectForm?
    /// A value as it may stand in a file, where the type gives none that tells enough.
    var ownExample: String?

    /// The variable that sets this key: `AILOOP_SERVER__AUTH__TOKENS`.
    package var environmentName: String {
        "AILOOP_" + path.split(separator: ".").joined(separator: "__").uppercased()
    }

    package var isSecret: Bool {
        switch type {
        case .secret, .secrets: true
        default: false
        }
    }

    /// Whether some part of its value is secret.
    package var holdsSecrets: Bool {
        switch type {
        case .records(let members, _), .namedRecords(_, let members, _):
            members.contains { if case .secretMap = $0.type { true } else { false } }
        default: isSecret
        }
    }

    /// nil: unset.
    package var defaultValue: SettingValue? { currentValue(in: Settings()) }

    /// The value in force; nil where it is unset.
    package func currentValue(in settings: Settings) -> SettingValue? { read(settings) }
}

/// What values a key takes.
package enum SettingType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A plain number counts in `unit`.
    case duration(ClosedRange<Duration>, Quantity.DurationUnit)
    /// Bytes.
    case size(ClosedRange<Int>)
    case text(TextForm)
    case choice([String])
    /// Several of them, each once.
    case texts(TextForm, maximumCount: Int)
    /// A program, which there must be, and its arguments.
    case command(maximumCount: Int)
    /// A mapping that is passed on as it is, without these names, each of which has a key of its own.
    case object(reserved: [String: String])
    /// The JSON Schema of a function's parameters: of an object.
    case schema
    case secret
    case secrets(maximumCount: Int)
    /// A list of mappings with these members, among them a `name`, which stands once.
    case records([SettingMember], maximumCount: Int)
    /// A mapping from names of such a form to mappings with these members.
    case namedRecords(TextForm, [SettingMember], maximumCount: Int)
    /// A mapping from any names to one of these choices each.
    case choiceMap([String], maximumCount: Int)
    /// A mapping from names of variables to secrets.
    case secretMap(maximumCount: Int)
}

/// One member of the mappings that a key holds several of.
package struct SettingMember: Sendable {
    package let name: String
    package let type: SettingType
    package let isRequired: Bool
    /// One sentence for a person, without final stop.
    package let summary: String

    init(_ name: String, _ type: SettingType, required isRequired: Bool = false, _ summary: String) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.summary = summary
    }
}

/// A value of a key, checked.
package enum SettingValue: Sendable, Equatable {
    case boolean(Bool)
    /// Also sizes, in bytes.
    case integer(Int)
    case number(Double)
    case duration(Duration)
    /// Also choices.
    case text(String)
    case texts([String])
    case object(JSONObject)
    case secret(Secret)
    case secrets([Secret])
    /// Of each mapping its members; where it stands behind a name, that as `name`.
    case records([[String: SettingValue]])
    case choiceMap([String: String])
    case secretMap([String: Secret])
}

// MARK: - Rows

extension SettingKey {
    /// The same row with a value that shows what is meant, as YAML.
    func example(_ yaml: String) -> Self {
        var key = self
        key.ownExample = yaml
        return key
    }

    /// The same row of an object whose members are looked at.
    func members(_ form: ObjectForm) -> Self {
        var key = self
        key.form = form
        return key
    }
}

/// A place in ``Settings``.
typealias SettingPlace<Value> = any WritableKeyPath<Settings, Value> & Sendable

extension SettingKey {
    static func boolean(_ path: String, _ place: SettingPlace<Bool>, reloadable: Bool = false, _ summary: String)
        -> Self
    {
        Self(path: path, type: .boolean, summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .boolean(let value) = value { settings[keyPath: place] = value }
        } read: {
            .boolean($0[keyPath: place])
        }
    }

    static func integer(
        _ path: String, _ place: SettingPlace<Int>, _ range: ClosedRange<Int>, reloadable: Bool = false,
        _ summary: String
    ) -> Self {
        wholeNumber(path, .integer(range), place, reloadable, summary)
    }

    static func size(
        _ path: String, _ place: SettingPlace<Int>, _ range: ClosedRange<Int>, reloadable: Bool = false,
        _ summary: String
    ) -> Self {
        wholeNumber(path, .size(range), place, reloadable, summary)
    }

    private static func wholeNumber(
        _ path: String, _ type: SettingType, _ place: SettingPlace<Int>, _ reloadable: Bool, _ summary: String
    ) -> Self {
        Self(path: path, type: type, summary: summary, defaultNote: nil, isReloadable: reloadable) { value, settings in
            if case .integer(let value) = value { settings[keyPath: place] = value }
        } read: {
            .integer($0[keyPath: place])
        }
    }

    static func integer(
        _ path: String, _ place: SettingPlace<Int?>, _ range: ClosedRange<Int>, default note: String,
        reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(path: path, type: .integer(range), summary: summary, defaultNote: note, isReloadable: reloadable) {
            value, settings in
            if case .integer(let value) = value { settings[keyPath: place] = value }
        } read: {
            $0[keyPath: place].map { .integer($0) }
        }
    }

    static func number(
        _ path: String, _ place: SettingPlace<Double?>, _ range: ClosedRange<Double>, default note: String,
        reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(path: path, type: .number(range), summary: summary, defaultNote: note, isReloadable: reloadable) {
            value, settings in
            if case .number(let value) = value { settings[keyPath: place] = value }
        } read: {
            $0[keyPath: place].map { .number($0) }
        }
    }

    static func duration(
        _ path: String, _ place: SettingPlace<Duration>, _ range: ClosedRange<Duration>,
        unit: Quantity.DurationUnit = .seconds, reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(path: path, type: .duration(range, unit), summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .duration(let value) = value { settings[keyPath: place] = value }
        } read: {
            .duration($0[keyPath: place])
        }
    }

    static func duration(
        _ path: String, _ place: SettingPlace<Duration?>, _ range: ClosedRange<Duration>, default note: String,
        reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(
            path: path, type: .duration(range, .seconds), summary: summary, defaultNote: note, isReloadable: reloadable
        ) {
            value, settings in
            if case .duration(let value) = value { settings[keyPath: place] = value }
        } read: {
            $0[keyPath: place].map { .duration($0) }
        }
    }

    static func text(
        _ path: String, _ place: SettingPlace<String>, _ form: TextForm = .any, default note: String? = nil,
        reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(path: path, type: .text(form), summary: summary, defaultNote: note, isReloadable: reloadable) {
            value, settings in
            if case .text(let value) = value { settings[keyPath: place] = value }
        } read: {
            let text = $0[keyPath: place]
            return note != nil && text.isEmpty ? nil : .text(text)
        }
    }

    static func text(
        _ path: String, _ place: SettingPlace<String?>, _ form: TextForm = .any, default note: String,
        reloadable: Bool = false, _ summary: String
    ) -> Self {
        Self(path: path, type: .text(form), summary: summary, defaultNote: note, isReloadable: reloadable) {
            value, settings in
            if case .text(let value) = value { settings[keyPath: place] = value }
        } read: {
            $0[keyPath: place].map { .text($0) }
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ place: SettingPlace<Choice>, reloadable: Bool = false, _ summary: String
    ) -> Self {
        let names = Choice.allCases.map(\.rawValue)
        return Self(path: path, type: .choice(names), summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .text(let name) = value, let choice = Choice(rawValue: name) { settings[keyPath: place] = choice }
        } read: {
            .text($0[keyPath: place].rawValue)
        }
    }

    static func texts(
        _ path: String, _ place: SettingPlace<[String]>, _ form: TextForm, maximumCount: Int, reloadable: Bool = false,
        _ summary: String
    ) -> Self {
        let type = SettingType.texts(form, maximumCount: maximumCount)
        return Self(path: path, type: type, summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .texts(let value) = value { settings[keyPath: place] = value }
        } read: {
            .texts($0[keyPath: place])
        }
    }

    static func object(
        _ path: String, _ place: SettingPlace<JSONObject>, reserved: [String: String] = [:], reloadable: Bool = false,
        _ summary: String
    ) -> Self {
        let type = SettingType.object(reserved: reserved)
        return Self(path: path, type: type, summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .object(let value) = value { settings[keyPath: place] = value }
        } read: {
            .object($0[keyPath: place])
        }
    }

    static func secret(
        _ path: String, _ place: SettingPlace<Secret?>, default note: String, reloadable: Bool = false,
        _ summary: String
    ) -> Self {
        Self(path: path, type: .secret, summary: summary, defaultNote: note, isReloadable: reloadable) {
            value, settings in
            if case .secret(let value) = value { settings[keyPath: place] = value }
        } read: {
            $0[keyPath: place].map { .secret($0) }
        }
    }

    static func secrets(
        _ path: String, _ place: SettingPlace<[Secret]>, maximumCount: Int, reloadable: Bool = false, _ summary: String
    ) -> Self {
        let type = SettingType.secrets(maximumCount: maximumCount)
        return Self(path: path, type: type, summary: summary, defaultNote: nil, isReloadable: reloadable) {
            value, settings in
            if case .secrets(let value) = value { settings[keyPath: place] = value }
        } read: {
            .secrets($0[keyPath: place])
        }
    }
}
