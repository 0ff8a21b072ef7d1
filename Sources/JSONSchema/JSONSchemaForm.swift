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

    /// The first thing that is wrong; nil where it is a schema.
    package static func fault(of schema: JSONValue) -> Fault? {
        fault(of: schema, at: "", depth: 0)
    }

    private static func fault(of schema: JSONValue, at pointer: String, depth: Int) -> Fault? {
        if schema.bool != nil { return nil }
        guard let object = schema.object else { return Fault(pointer: pointer, expected: "a schema: a mapping") }
        guard depth < maximumDepth else {
            return Fault(pointer: pointer, expected: "less deep: at most \(maximumDepth) schemas inside each other")
        }
        for member in object.members {
            let place = pointer + "/" + escaped(member.name)
            if let fault = fault(of: member.value, keyword: member.name, at: place, depth: depth) { return fault }
        }
        return nil
    }

    private static func fault(of value: JSONValue, keyword: String, at place: String, depth: Int) -> Fault? {
        let expected: String? =
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
        if let expected { return Fault(pointer: place, expected: expected) }
        return faultInside(value, keyword, at: place, depth: depth)
    }

    private static func faultInside(_ value: JSONValue, _ keyword: String, at place: String, depth: Int) -> Fault? {
        var inner: [(String, JSONValue)] = []
        if schemas.contains(keyword) || keyword == "items" && value.array == nil {
            inner = [(place, value)]
        } else if schemaLists.contains(keyword) || keyword == "items" {
            inner = (value.array ?? []).enumerated().map { ("\(place)/\($0)", $1) }
        } else if schemaMaps.contains(keyword) {
            inner = (value.object?.members ?? []).map { ("\(place)/\(escaped($0.name))", $0.value) }
        }
        for (pointer, schema) in inner {
            if let fault = fault(of: schema, at: pointer, depth: depth + 1) { return fault }
        }
        return nil
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

    private static func escaped(_ name: String) -> String {
        name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}
