import Diagnostics
import JSON

/// The JSON Schema (2020-12) of a configuration file, made from ``SettingTable``: for editors, which complete and check by it.
///
/// It says no more than a schema can: what contradicts each other, ranges of values with units, what a variable holds and what
/// exists is only found by loading. Some of it is shaped by yaml-language-server, which most editors use: see the comments.
package enum SettingSchema {
    /// Indented, as it is committed and printed.
    package static var text: String { schema().indentedText + "\n" }

    private static func schema() -> JSONValue {
        var schema: JSONObject = ["$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ailoopctl"]
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
                // `doNotSuggest` is yaml-language-server's own.
                properties[name] = [
                    "description": "Of older versions; not used", "deprecated": true, "doNotSuggest": true,
                ]
            }
        }
        var section: JSONObject = ["type": ["object", "null"]]
        if !path.isEmpty {
            section["title"] = .string(path)
            section["description"] = .string((SettingTable.sectionSummaries[path] ?? "") + ".")
        }
        section["properties"] = .object(properties)
        section["patternProperties"] = ["^x-": true]
        section["additionalProperties"] = false
        return section
    }

    private static func property(_ key: SettingKey) -> JSONObject {
        // Editors show a title as the heading of what they tell about a value, and as where a fault was found.
        var property: JSONObject = [
            "title": .string(key.path), "description": .string(SettingReference.description(of: key)),
        ]
        for member in key.type.schema(form: key.form, takesNull: key.defaultValue == nil).members {
            property[member.name] = member.value
        }
        let value = key.defaultValue.map { json($0.yaml(of: key.type)) }
        property["default"] = value
        // What equals the default would be offered twice.
        let example = json(key.example)
        if example != value { property["examples"] = [example] }
        return property
    }

    private static func json(_ yaml: String) -> JSONValue {
        YAMLDocument(parsing: SourceText(.option("example"), text: yaml)).root?.jsonValue() ?? .null
    }
}
