package import JSON

/// Whether a value is a well-formed JSON Schema (2020-12, and what older drafts wrote otherwise), as the parameters of a tool
/// and the form of an answer must be. What its keywords mean is not looked at, nor where references lead.
package enum JSONSchemaForm {
    package struct Fault: Sendable, Equatable {
        /// JSON Pointer (RFC 6901) to the faulty member; empty: the whole value.
        package var pointer: String
        /// What it must be, to follow "must be".
        package var expected: String
    }

    /// Schemas inside each other.
    package static let maximumDepth = 64

    private static let types = ["array", "boolean", "integer", "null", "number", "object", "string"]
    private static let numbers: Set = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"]
    private static let counts: Set = [
        "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains",
        "minContains",
    ]
    private static let texts: Set = [
        "$id", "$schema", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment", "title", "description",
        "format",
        "pattern", "contentEncoding", "contentMediaType",
    ]
    private static let booleans: Set = ["uniqueItems", "deprecated", "readOnly", "writeOnly"]
    private static let schemas: Set = [
        "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames", "contains",
        "contentSchema",
        "not", "if", "then", "else", "additionalItems",
    ]
    private static let schemaLists: Set = ["allOf", "anyOf", "oneOf", "prefixItems"]
    private static let schemaMaps: Set = [
        "properties", "patternProperties", "$defs", "definitions", "dependentSchemas",
    ]

    /// After so many faults the rest is not looked at.
    package static let maximumFaults = 20

    /// What is wrong, in the order of the text; nothing where it is a schema.
    package static func faults(of schema: JSONValue, maximumCount: Int = maximumFaults) -> [Fault] {
        var faults: [Fault] = []
        find(in: schema, at: "", depth: 0, &faults, maximumCount)
        return faults
    }

    private static func find(
        in schema: JSONValue, at pointer: String, depth: Int, _ faults: inout [Fault], _ maximumCount: Int
    ) {
        if schema.bool != nil { return }
        guard let object = schema.object else {
            return faults.append(Fault(pointer: pointer, expected: "a schema: a mapping"))
        }
        guard depth < maximumDepth else {
            let expected = "less deep: at most \(maximumDepth) schemas inside each other"
            return faults.append(Fault(pointer: pointer, expected: expected))
        }
        for member in object.members {
            let place = pointer + "/" + JSONPointer.escaped(member.name)
            if let expected = expected(of: member.value, keyword: member.name) {
                faults.append(Fault(pointer: place, expected: expected))
            } else {
                for (pointer, schema) in schemas(in: member.value, of: member.name, at: place) {
                    guard faults.count < maximumCount else { return }
                    find(in: schema, at: pointer, depth: depth + 1, &faults, maximumCount)
                }
            }
            guard faults.count < maximumCount else { return }
        }
    }

    /// What a keyword's value must be; nil where it is that.
    private static func expected(of value: JSONValue, keyword: String) -> String? {
        switch keyword {
        case "type": isType(value) ? nil : "one of \(types.joined(separator: ", ")), or a list of them"
        case "enum": value.array.map { !$0.isEmpty } ?? false ? nil : "a list of at least one value"
        case "required": isNames(value) ? nil : "a list of names, each once"
        case "multipleOf": value.double.map { $0 > 0 } ?? false ? nil : "a number greater than 0"
        case _ where numbers.contains(keyword): value.double != nil ? nil : "a number"
        case _ where counts.contains(keyword): value.double.map(isCount) ?? false ? nil : "a whole number from 0"
        case _ where texts.contains(keyword): value.string != nil ? nil : "text"
        case _ where booleans.contains(keyword): value.bool != nil ? nil : "`true` or `false`"
        case _ where schemaMaps.contains(keyword): value.object != nil ? nil : "a mapping of names to schemas"
        case _ where schemaLists.contains(keyword):
            value.array.map { !$0.isEmpty } ?? false ? nil : "a list of at least one schema"
        default: nil
        }
    }

    private static func schemas(
        in value: JSONValue, of keyword: String, at place: String
    ) -> [(pointer: String, schema: JSONValue)] {
        if schemas.contains(keyword) || keyword == "items" && value.array == nil {
            [(place, value)]
        } else if schemaLists.contains(keyword) || keyword == "items" {
            (value.array ?? []).enumerated().map { ("\(place)/\($0)", $1) }
        } else if schemaMaps.contains(keyword) {
            (value.object?.members ?? []).map { ("\(place)/\(JSONPointer.escaped($0.name))", $0.value) }
        } else {
            []
        }
    }

    private static func isType(_ value: JSONValue) -> Bool {
        if let name = value.string { return types.contains(name) }
        guard let names = value.array, !names.isEmpty, isNames(value) else { return false }
        return names.allSatisfy { types.contains($0.string ?? "") }
    }

    private static func isNames(_ value: JSONValue) -> Bool {
        guard let items = value.array else { return false }
        let names = items.compactMap(\.string)
        return names.count == items.count && Set(names).count == names.count
    }

    private static func isCount(_ value: Double) -> Bool { value >= 0 && value.rounded() == value }
}
