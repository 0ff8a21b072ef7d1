import Diagnostics
import JSON
import Quantities

/// The JSON Schema (2020-12) of a configuration file, made from ``SettingTable``: for editors, which complete and check by it.
///
/// It says no more than a schema can: what contradicts each other, what a variable holds and what exists is only found by
/// loading.
package enum SettingSchema {
    /// Indented, as it is committed and printed.
    package static var text: String { schema().indentedText + "\n" }

    private static func schema() -> JSONValue {
        var schema: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Configuration of ailoopctl",
        ]
        for member in section("").members { schema[member.name] = member.value }
        schema["$defs"] = [
            "reference": [
                "description": "A reference to variables of the environment: ${NAME} or ${NAME:-default}",
                "type": "string", "pattern": #"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"#,
            ]
        ]
        return .object(schema)
    }

    /// The mapping at `path`; `""` is the whole file.
    private static func section(_ path: String) -> JSONObject {
        var properties = JSONObject()
        let prefix = path.isEmpty ? "" : path + "."
        for key in SettingTable.keys where key.path.hasPrefix(prefix) {
            let rest = key.path.dropFirst(prefix.count)
            let name = String(rest.prefix { $0 != "." })
            guard properties[name] == nil else { continue }
            properties[name] = .object(rest.count == name.count ? property(key) : section(prefix + name))
        }
        if path.isEmpty {
            for name in SettingTable.unused {
                properties[name] = ["description": "Of older versions; not used", "deprecated": true]
            }
        }
        return [
            "type": ["object", "null"], "properties": .object(properties), "patternProperties": ["^x-": true],
            "additionalProperties": false,
        ]
    }

    private static func property(_ key: SettingKey) -> JSONObject {
        var alternatives = forms(of: key)
        if !alternatives.contains(where: { $0["type"]?.string == "string" && $0["pattern"] == nil }) {
            alternatives.append(["$ref": "#/$defs/reference"])
        }
        if key.defaultValue == nil { alternatives.append(["type": "null"]) }
        var property: JSONObject = ["description": .string(SettingReference.description(of: key))]
        if alternatives.count == 1 {
            for member in alternatives[0].members { property[member.name] = member.value }
        } else {
            property["anyOf"] = .array(alternatives.map { .object($0) })
        }
        if let value = key.defaultValue { property["default"] = example(value.yaml(of: key.type)) }
        property["examples"] = [example(key.example)]
        return property
    }

    private static func example(_ yaml: String) -> JSONValue {
        YAMLDocument(parsing: SourceText(.option("example"), text: yaml)).root?.jsonValue() ?? .null
    }

    /// What a value may be, any of these.
    private static func forms(of key: SettingKey) -> [JSONObject] {
        switch key.type {
        case .boolean: [["type": "boolean"]]
        case .integer(let range): [number("integer", Double(range.lowerBound), Double(range.upperBound))]
        case .number(let range): [number("number", range.lowerBound, range.upperBound)]
        case .duration(let range, let unit):
            [
                number("number", value(of: range.lowerBound, in: unit), value(of: range.upperBound, in: unit)),
                ["type": "string", "pattern": #"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$"#],
            ]
        case .size(let range):
            [
                number("integer", Double(range.lowerBound), Double(range.upperBound)),
                ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)? *(B|kB|KB|MB|GB|KiB|MiB|GiB)$"#],
            ]
        case .text, .secret: [["type": "string"]]
        case .choice(let choices): [["enum": .array(choices.map { .string($0) })]]
        case .texts(_, let count), .secrets(let count):
            [["type": "array", "items": ["type": "string"], "maxItems": .number(JSONNumber(count))]]
        case .object(let reserved): [object(reserved, key.form)]
        case .records(_, let count):
            [["type": "array", "items": ["type": "object"], "maxItems": .number(JSONNumber(count))]]
        case .namedRecords(_, _, let count):
            [
                [
                    "type": "object", "additionalProperties": ["type": "object"],
                    "maxProperties": .number(JSONNumber(count)),
                ]
            ]
        case .choiceMap(let choices, let count):
            [
                [
                    "type": "object", "additionalProperties": ["enum": .array(choices.map { .string($0) })],
                    "maxProperties": .number(JSONNumber(count)),
                ]
            ]
        case .secretMap(let count):
            [
                [
                    "type": "object", "additionalProperties": ["type": "string"],
                    "maxProperties": .number(JSONNumber(count)),
                ]
            ]
        }
    }

    private static func number(_ type: JSONValue, _ minimum: Double, _ maximum: Double) -> JSONObject {
        ["type": type, "minimum": number(minimum), "maximum": number(maximum)]
    }

    private static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .number(JSONNumber($0)) } ?? JSONNumber(value).map { .number($0) } ?? .null
    }

    private static func value(of duration: Duration, in unit: Quantity.DurationUnit) -> Double {
        let nanoseconds = Double(duration.nanoseconds)
        return unit == .seconds ? nanoseconds / 1e9 : nanoseconds / 1e6
    }

    private static func object(_ reserved: [String: String], _ form: ObjectForm?) -> JSONObject {
        var properties = JSONObject()
        for (name, member) in (form?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            properties[name] = .object(member.schema)
        }
        for name in reserved.keys.sorted() { properties[name] = false }
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        if form?.isClosed == true { object["additionalProperties"] = false }
        return object
    }
}

extension ObjectForm.Member {
    fileprivate var schema: JSONObject {
        switch self {
        case .any: [:]
        case .boolean: ["type": ["boolean", "null"]]
        case .integer(let range):
            // The ends of the 64-bit range are no limits of anybody's.
            Self.number(
                "integer", range.lowerBound == .min ? nil : range.lowerBound,
                range.upperBound == .max ? nil : range.upperBound)
        case .number(let range):
            Self.number("number", Int(exactly: range.lowerBound), Int(exactly: range.upperBound))
        case .text: ["type": ["string", "null"]]
        case .choice(let choices): ["enum": .array(choices.map { .string($0) } + [.null])]
        case .list: ["type": ["array", "null"]]
        case .texts: ["type": ["array", "null"], "items": ["type": "string"]]
        case .object: ["type": ["object", "null"]]
        case .textOrTexts(let count):
            ["type": ["string", "array", "null"], "items": ["type": "string"], "maxItems": .number(JSONNumber(count))]
        }
    }

    private static func number(_ type: String, _ minimum: Int?, _ maximum: Int?) -> JSONObject {
        var schema: JSONObject = ["type": [.string(type), "null"]]
        if let minimum { schema["minimum"] = .number(JSONNumber(minimum)) }
        if let maximum { schema["maximum"] = .number(JSONNumber(maximum)) }
        return schema
    }
}
