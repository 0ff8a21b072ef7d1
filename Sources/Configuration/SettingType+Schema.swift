import JSON
import Quantities

/// What a value of a type may be, as JSON Schema.
extension SettingType {
    private static let reference: JSONValue = ["$ref": "#/$defs/reference"]

    /// - Parameters:
    ///   - form: of the members, where the type is ``object(reserved:)``.
    ///   - takesNull: whether no value is one, too.
    func schema(form: ObjectForm? = nil, takesNull: Bool = false) -> JSONObject {
        var alternatives = forms(form)
        if takesReferences { alternatives.append(Self.reference) }
        if takesNull { alternatives.append(["type": "null"]) }
        // A lone `type: string` with a default is what yaml-language-server writes into a section that it completes.
        guard alternatives.count == 1, let only = alternatives[0].object, only["type"] != "string" else {
            return ["anyOf": .array(alternatives)]
        }
        return only
    }

    /// Whether `${NAME}` may stand for the whole value, where its form alone would not allow that.
    private var takesReferences: Bool {
        switch self {
        case .boolean, .integer, .number, .duration, .size, .choice: true
        case .text(let form): form.schema["pattern"] != nil || form.schema["enum"] != nil
        case .secret, .texts, .secrets, .command, .object, .schema, .records, .namedRecords, .choiceMap, .secretMap:
            false
        }
    }

    /// `errorMessage` is what editors say of a value of another type; others do not look at it.
    private func forms(_ form: ObjectForm?) -> [JSONValue] {
        switch self {
        case .boolean: [["type": "boolean", "errorMessage": "Must be true or false."]]
        case .integer(let range):
            [Self.number("integer", Double(range.lowerBound), Double(range.upperBound), "Must be a whole number.")]
        case .number(let range): [Self.number("number", range.lowerBound, range.upperBound, "Must be a number.")]
        case .duration(let range, let unit):
            [
                Self.number(
                    "number", Self.value(of: range.lowerBound, in: unit), Self.value(of: range.upperBound, in: unit),
                    "Must be a duration: \(unit == .seconds ? "seconds" : "milliseconds"), or 500ms, 30s, 5m, 1h30m."),
                ["type": "string", "pattern": #"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$"#],
            ]
        case .size(let range):
            [
                Self.number(
                    "integer", Double(range.lowerBound), Double(range.upperBound),
                    "Must be a size: bytes, or 64KiB, 1MiB, 10MB."),
                ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)? *(B|kB|KB|MB|GB|KiB|MiB|GiB)$"#],
            ]
        case .text(let form): [.object(form.schema)]
        case .secret: [["type": "string"]]
        case .choice(let choices): [["enum": .array(choices.map { .string($0) })]]
        case .texts(let form, let count): [Self.list(.object(SettingType.text(form).schema()), count)]
        case .secrets(let count): [Self.list(["type": "string"], count)]
        case .command(let count): [Self.list(["type": "string"], count, minimumCount: 1)]
        case .object(let reserved): [.object(Self.object(reserved, form))]
        case .schema: [.object(Self.object([:], nil))]
        case .records(let members, let count): [Self.list(Self.record(members), count)]
        case .namedRecords(let form, let members, let count):
            [Self.map(names: form.namePattern, Self.record(members), count)]
        case .choiceMap(let choices, let count):
            // Editors complete values behind names of any form here only.
            [
                [
                    "type": "object", "additionalProperties": .object(SettingType.choice(choices).schema()),
                    "maxProperties": .number(JSONNumber(count)),
                ]
            ]
        case .secretMap(let count):
            [Self.map(names: TextForm.variableName.namePattern, ["type": ["string", "number", "boolean"]], count)]
        }
    }

    private static func number(_ type: JSONValue, _ minimum: Double, _ maximum: Double, _ error: String) -> JSONValue {
        ["type": type, "minimum": number(minimum), "maximum": number(maximum), "errorMessage": .string(error)]
    }

    private static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .number(JSONNumber($0)) } ?? JSONNumber(value).map { .number($0) } ?? .null
    }

    private static func value(of duration: Duration, in unit: Quantity.DurationUnit) -> Double {
        let nanoseconds = Double(duration.nanoseconds)
        return unit == .seconds ? nanoseconds / 1e9 : nanoseconds / 1e6
    }

    private static func list(_ item: JSONValue, _ maximumCount: Int, minimumCount: Int = 0) -> JSONValue {
        var list: JSONObject = ["type": "array", "items": item]
        if minimumCount > 0 { list["minItems"] = .number(JSONNumber(minimumCount)) }
        list["maxItems"] = .number(JSONNumber(maximumCount))
        return .object(list)
    }

    /// A mapping from names of a form.
    private static func map(names: String, _ value: JSONValue, _ maximumCount: Int) -> JSONValue {
        [
            "type": "object", "patternProperties": [names: value], "additionalProperties": false,
            "maxProperties": .number(JSONNumber(maximumCount)),
        ]
    }

    private static func record(_ members: [SettingMember]) -> JSONValue {
        var properties = JSONObject()
        for member in members {
            var property: JSONObject = [
                "title": .string(member.name), "description": .string(member.summary.replacing("`", with: "") + "."),
            ]
            for part in member.type.schema(takesNull: !member.isRequired).members { property[part.name] = part.value }
            properties[member.name] = .object(property)
        }
        return [
            "type": "object", "properties": .object(properties),
            "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
            "patternProperties": ["^x-": true], "additionalProperties": false,
        ]
    }

    /// Members that it does not know are told as a warning only, which a schema cannot: it takes them.
    private static func object(_ reserved: [String: String], _ form: ObjectForm?) -> JSONObject {
        var properties = JSONObject()
        for (name, member) in (form?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            properties[name] = member.schema
        }
        for name in reserved.keys.sorted() { properties[name] = false }
        return ["type": "object", "properties": .object(properties)]
    }
}

extension TextForm {
    /// Letters, digits, `_` and `-`, without two `_` side by side.
    private static let singleUnderscores = "^(_?[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*_?|_)$"

    /// Of the text as it stands in the file; what variables make of it is not seen.
    fileprivate var schema: JSONObject {
        switch self {
        case .any, .argument: ["type": "string"]
        case .filePath: ["type": "string", "minLength": 1]
        case .nonEmpty: Self.pattern(#"\S"#)
        case .modelName: Self.pattern(#"^\S+$"#)
        case .headerValue: Self.pattern("^[ -~]*$")
        case .endpointURL: Self.pattern(#"^https?://[^\s?#@]+$"#)
        case .optionalURL: Self.pattern("^(https?://[!-~]+)?$")
        case .host: Self.pattern(#"^[^\s/\[\]]+$"#)
        case .requestPath: Self.pattern(#"^/[!"$->@-~]*$"#)
        case .origin: Self.pattern(#"^(\*|https?://[^\s/]+)$"#)
        case .hostPattern: Self.pattern(#"^(\*\.)?[^\s*/]+$"#)
        case .oneOf(let choices): ["enum": .array(choices.map { .string($0) })]
        case .toolName:
            [
                "type": "string", "pattern": .string(namePattern), "maxLength": 64,
                "not": ["enum": .array(Settings.Tools.BuiltIn.allCases.map { .string($0.rawValue) })],
            ]
        case .toolPrefix: ["type": "string", "pattern": .string(namePattern), "maxLength": 32]
        case .variableName: Self.pattern(namePattern)
        }
    }

    /// For names of members.
    fileprivate var namePattern: String {
        switch self {
        case .toolName, .toolPrefix: Self.singleUnderscores
        case .variableName: "^[A-Za-z_][A-Za-z0-9_]*$"
        default: "."
        }
    }

    private static func pattern(_ pattern: String) -> JSONObject {
        ["type": "string", "pattern": .string(pattern)]
    }
}

extension ObjectForm.Member {
    /// With `null`, which is passed on as all else is, and with references, whose value is not known here.
    fileprivate var schema: JSONValue {
        switch self {
        // A member without any type would be completed as a bare word.
        case .any: ["type": ["string", "number", "boolean", "object", "array", "null"]]
        case .boolean: Self.orReference(["type": ["boolean", "null"]])
        case .integer(let range):
            // The ends of the 64-bit range are no limits of anybody's.
            Self.number(
                "integer", range.lowerBound == .min ? nil : range.lowerBound,
                range.upperBound == .max ? nil : range.upperBound)
        case .number(let range):
            Self.number("number", Int(exactly: range.lowerBound), Int(exactly: range.upperBound))
        case .text: ["type": ["string", "null"]]
        case .choice(let choices): Self.orReference(["enum": .array(choices.map { .string($0) } + [.null])])
        case .list: ["type": ["array", "null"]]
        case .texts: ["type": ["array", "null"], "items": ["type": "string"]]
        case .object: ["type": ["object", "null"]]
        case .textOrTexts(let count):
            ["type": ["string", "array", "null"], "items": ["type": "string"], "maxItems": .number(JSONNumber(count))]
        }
    }

    private static func orReference(_ schema: JSONValue) -> JSONValue {
        ["anyOf": [schema, ["$ref": "#/$defs/reference"]]]
    }

    private static func number(_ type: String, _ minimum: Int?, _ maximum: Int?) -> JSONValue {
        var schema: JSONObject = ["type": [.string(type), "null"]]
        if let minimum { schema["minimum"] = .number(JSONNumber(minimum)) }
        if let maximum { schema["maximum"] = .number(JSONNumber(maximum)) }
        return orReference(.object(schema))
    }
}
