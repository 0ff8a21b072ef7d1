package import JSON

/// Where a value does not fit its schema, and why.
package struct SchemaFault: Sendable, Hashable, CustomStringConvertible {
    /// From the value's root: `city`, `days[2].name`; empty: the value itself.
    package var path: String
    /// To follow the path: `must be a string, not a number`.
    package var message: String

    package var description: String { path.isEmpty ? message : "`\(path)` \(message)" }
}

/// Checks values against a JSON Schema, as far as descriptions of functions use it.
///
/// Known are `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `patternProperties`, `minProperties`,
/// `maxProperties`, `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`, `minLength`, `maxLength`, `pattern`,
/// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` (of whole numbers), `anyOf`, `oneOf`, `allOf`,
/// `not`, and `$ref` within the document. Everything else is passed over, also a `pattern` that ``LinearPattern`` does not
/// take: the tool itself has the last word.
package struct SchemaValidator: Sendable {
    /// Faults that are told; the rest adds nothing.
    package static let maximumFaults = 8
    /// Work of one check: comparisons of values, and of places of a pattern with characters. Past it the value is taken:
    /// `$ref`, `anyOf` and patterns can multiply, and whoever waits shall not wait long.
    package static let maximumSteps = 1_000_000
    /// What a schema that is applied to a value counts for.
    static let stepsPerSchema = 50
    /// Schemas that are applied inside each other, for the value and for what it contains. Past it the value is taken.
    package static let maximumDepth = 128

    private let root: JSONValue

    package init(_ schema: JSONValue) {
        root = schema
    }

    /// Empty where the value fits.
    package func faults(in value: JSONValue) -> [SchemaFault] {
        var run = SchemaRun(root: root)
        let fits = run.check(value, root, path: "", depth: 0)
        return fits || run.isExhausted ? [] : run.faults
    }
}

/// One check of one value.
private struct SchemaRun {
    let root: JSONValue
    var faults: [SchemaFault] = []
    private var steps = SchemaValidator.maximumSteps
    /// Those met so far, each compiled once; nil for what is not taken.
    private var patterns: [JSONValue: LinearPattern?] = [:]
    /// In branches of `anyOf`, `oneOf` and `not` a fault is no fault of the value yet.
    private var silence = 0

    init(root: JSONValue) {
        self.root = root
    }

    var isExhausted: Bool { steps < 0 }

    /// The message is made only where it is told: it may show much.
    private mutating func fail(_ path: String, _ message: @autoclosure () -> String) -> Bool {
        if silence == 0, faults.count < SchemaValidator.maximumFaults, !isExhausted {
            faults.append(SchemaFault(path: path, message: message()))
        }
        return false
    }

    private mutating func spend(_ count: Int) {
        steps -= count
    }

    /// For work that goes through `count` bytes as fast as memory gives them.
    private mutating func spend(bytes count: Int) {
        steps -= count >> 4
    }

    mutating func check(_ value: JSONValue, _ schema: JSONValue, path: String, depth: Int) -> Bool {
        spend(SchemaValidator.stepsPerSchema)
        spend(bytes: path.utf8.count)
        // As with too much work: what is answered here would be turned round by `not`, and counted by `oneOf`.
        if depth >= SchemaValidator.maximumDepth { steps = -1 }
        guard !isExhausted else { return true }
        if schema.bool == false { return fail(path, "is not allowed") }
        guard let schema = schema.object else { return true }
        var fits = checkType(value, schema, path)
        // What else is said of a value of another kind would only repeat it.
        guard fits else { return false }
        fits = checkConstants(value, schema, path) && fits
        switch value {
        case .string(let text): fits = checkText(text, schema, path) && fits
        case .number(let number): fits = checkNumber(number, schema, path) && fits
        case .array(let items): fits = checkArray(items, schema, path, depth) && fits
        case .object(let object): fits = checkObject(object, schema, path, depth) && fits
        case .null, .bool: break
        }
        return checkCombinations(value, schema, path, depth) && fits
    }

    // MARK: Kinds and constants

    private mutating func checkType(_ value: JSONValue, _ schema: JSONObject, _ path: String) -> Bool {
        let names: [String]
        switch schema["type"] {
        case .string(let name): names = [name]
        case .array(let values): names = values.compactMap(\.string)
        default: return true
        }
        spend(names.count)
        guard !names.isEmpty, !names.contains(where: { Self.isOfType(value, $0) }) else { return true }
        let isNumber = value.kind == .number && names == ["integer"]
        return fail(
            path,
            """
            must be \(names.map { Self.phrase(ofType: $0) }.joined(separator: " or ")), \
            not \(isNumber ? value.jsonText : value.kind.phrase)
            """)
    }

    private static func isOfType(_ value: JSONValue, _ name: String) -> Bool {
        switch name {
        case "integer": value.double.map { $0.rounded() == $0 } ?? false
        case "null", "boolean", "number", "string", "array", "object": value.kind.rawValue == name
        default: true
        }
    }

    private static func phrase(ofType name: String) -> String {
        name == "integer" ? "a whole number" : JSONKind(rawValue: name)?.phrase ?? name
    }

    private mutating func checkConstants(_ value: JSONValue, _ schema: JSONObject, _ path: String) -> Bool {
        if let constant = schema["const"], !isSame(value, constant) {
            return fail(path, "must be \(Self.shown(constant))")
        }
        if let choices = schema["enum"]?.array, !choices.contains(where: { isSame(value, $0) }) {
            return fail(path, "must be one of \(Self.list(of: choices)), not \(Self.shown(value))")
        }
        return true
    }

    private static func list(of choices: [JSONValue]) -> String {
        choices.prefix(20).map { shown($0) }.joined(separator: ", ") + (choices.count > 20 ? ", …" : "")
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.jsonText
        return text.count > 80 ? text.prefix(79) + "…" : text
    }

    /// Numbers are the same where their values are: `1` and `1.0`.
    private mutating func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        spend(1)
        guard !isExhausted else { return true }
        switch (left, right) {
        case (.number(let left), .number(let right)):
            spend(bytes: left.text.utf8.count + right.text.utf8.count)
            return left == right || left.double == right.double
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.members.allSatisfy { member in right[member.name].map { isSame(member.value, $0) } ?? false }
        case (.string(let left), .string(let right)):
            spend(bytes: left.utf8.count)
            return left == right
        default: return left == right
        }
    }

    // MARK: Text and numbers

    private mutating func checkText(_ text: String, _ schema: JSONObject, _ path: String) -> Bool {
        spend(bytes: text.utf8.count)
        guard !isExhausted else { return true }
        let count = text.unicodeScalars.count
        if let minimum = schema["minLength"]?.int, count < minimum {
            return fail(path, "must have at least \(minimum) characters, not \(count)")
        }
        if let maximum = schema["maxLength"]?.int, count > maximum {
            return fail(path, "must have at most \(maximum) characters, not \(count)")
        }
        if let pattern = schema["pattern"]?.string, !matches(text, pattern) {
            return fail(path, "must match the pattern \(pattern)")
        }
        return true
    }

    /// True also where the pattern is not taken.
    private mutating func matches(_ text: String, _ pattern: String) -> Bool {
        spend(bytes: pattern.utf8.count)
        guard !isExhausted, let compiled = compiled(pattern) else { return true }
        return compiled.isFound(in: text, steps: &steps) ?? true
    }

    private mutating func compiled(_ pattern: String) -> LinearPattern? {
        if let known = patterns[.string(pattern)] { return known }
        let compiled = LinearPattern(pattern)
        spend(pattern.utf8.count + (compiled?.length ?? LinearPattern.maximumInstructions))
        patterns[.string(pattern)] = .some(compiled)
        return compiled
    }

    private mutating func checkNumber(_ number: JSONNumber, _ schema: JSONObject, _ path: String) -> Bool {
        spend(bytes: number.text.utf8.count)
        guard !isExhausted, let value = number.double else { return true }
        if let minimum = schema["minimum"]?.double {
            // Draft 4 writes the exclusive bound as a boolean beside it.
            let isExclusive = schema["exclusiveMinimum"]?.bool == true
            if value < minimum || isExclusive && value == minimum {
                return fail(path, "must be \(isExclusive ? "more than" : "at least") \(Self.text(schema["minimum"]))")
            }
        }
        if let maximum = schema["maximum"]?.double {
            let isExclusive = schema["exclusiveMaximum"]?.bool == true
            if value > maximum || isExclusive && value == maximum {
                return fail(path, "must be \(isExclusive ? "less than" : "at most") \(Self.text(schema["maximum"]))")
            }
        }
        if let bound = schema["exclusiveMinimum"]?.double, value <= bound {
            return fail(path, "must be more than \(Self.text(schema["exclusiveMinimum"]))")
        }
        if let bound = schema["exclusiveMaximum"]?.double, value >= bound {
            return fail(path, "must be less than \(Self.text(schema["exclusiveMaximum"]))")
        }
        if let divisor = schema["multipleOf"]?.int, divisor > 0, let whole = number.int, whole % divisor != 0 {
            return fail(path, "must be a multiple of \(divisor)")
        }
        return true
    }

    private static func text(_ value: JSONValue?) -> String { value?.jsonText ?? "" }

    // MARK: Arrays and objects

    private mutating func checkArray(
        _ items: [JSONValue], _ schema: JSONObject, _ path: String, _ depth: Int
    ) -> Bool {
        if let minimum = schema["minItems"]?.int, items.count < minimum {
            return fail(path, "must have at least \(minimum) items, not \(items.count)")
        }
        if let maximum = schema["maxItems"]?.int, items.count > maximum {
            return fail(path, "must have at most \(maximum) items, not \(items.count)")
        }
        if schema["uniqueItems"]?.bool == true {
            spend(items.reduce(0) { $0 + Self.size(of: $1) })
            guard !isExhausted else { return true }
            if Set(items.map(Self.canonical)).count != items.count {
                return fail(path, "must not have the same item twice")
            }
        }
        // The first of them may have schemas of their own; before 2020-12 `items` held those, too.
        let own = schema["prefixItems"]?.array ?? schema["items"]?.array ?? []
        let others = schema["items"]?.array == nil ? schema["items"] : schema["additionalItems"]
        var fits = true
        for (index, item) in items.enumerated() {
            guard !isExhausted, let itemSchema = index < own.count ? own[index] : others else { break }
            fits = check(item, itemSchema, path: "\(path)[\(index)]", depth: depth + 1) && fits
        }
        return fits
    }

    /// The same for all values that are the same, however their numbers are written and their members ordered.
    private static func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .string: value
        case .number(let number):
            .number(number.int.map { JSONNumber($0) } ?? number.double.flatMap { JSONNumber($0) } ?? number)
        case .array(let items): .array(items.map(canonical))
        case .object(let object):
            .object(
                object.members.sorted { $0.name < $1.name }.reduce(into: JSONObject()) {
                    $0.set($1.name, to: canonical($1.value))
                })
        }
    }

    /// Roughly what it takes to go through all of it.
    private static func size(of value: JSONValue) -> Int {
        switch value {
        case .null, .bool, .number: 1
        case .string(let text): 1 + text.utf8.count >> 4
        case .array(let items): items.reduce(1) { $0 + size(of: $1) }
        case .object(let object): object.members.reduce(1) { $0 + 1 + $1.name.utf8.count >> 4 + size(of: $1.value) }
        }
    }

    private mutating func checkObject(
        _ object: JSONObject, _ schema: JSONObject, _ path: String, _ depth: Int
    ) -> Bool {
        var fits = checkRequired(object, schema, path)
        if let minimum = schema["minProperties"]?.int, object.count < minimum {
            fits = fail(path, "must have at least \(minimum) members")
        }
        if let maximum = schema["maxProperties"]?.int, object.count > maximum {
            fits = fail(path, "must have at most \(maximum) members")
        }
        let properties = schema["properties"]?.object ?? [:]
        let patterns = schema["patternProperties"]?.object?.members ?? []
        for member in object.members where !isExhausted {
            let memberPath = Self.join(path, member.name)
            var isKnown = false
            if let memberSchema = properties[member.name] {
                isKnown = true
                fits = check(member.value, memberSchema, path: memberPath, depth: depth + 1) && fits
            }
            for pattern in patterns where matches(member.name, pattern.name) {
                isKnown = true
                fits = check(member.value, pattern.value, path: memberPath, depth: depth + 1) && fits
            }
            guard !isKnown, let others = schema["additionalProperties"] else { continue }
            if others.bool == false {
                fits = fail(memberPath, "is not known\(Self.known(properties))")
            } else {
                fits = check(member.value, others, path: memberPath, depth: depth + 1) && fits
            }
        }
        return fits
    }

    private mutating func checkRequired(_ object: JSONObject, _ schema: JSONObject, _ path: String) -> Bool {
        var fits = true
        let names = schema["required"]?.array ?? []
        spend(names.count)
        for case .string(let name) in names where !isExhausted && object[name] == nil {
            fits = fail(Self.join(path, name), "is missing")
        }
        return fits
    }

    private static func known(_ properties: JSONObject) -> String {
        let names = properties.members.prefix(20).map { "`\($0.name)`" }.joined(separator: ", ")
        return names.isEmpty ? "" : "; known are \(names)"
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    // MARK: Combinations

    private mutating func checkCombinations(
        _ value: JSONValue, _ schema: JSONObject, _ path: String, _ depth: Int
    ) -> Bool {
        var fits = true
        if let reference = schema["$ref"]?.string, let target = target(of: reference) {
            fits = check(value, target, path: path, depth: depth + 1) && fits
        }
        for part in schema["allOf"]?.array ?? [] {
            fits = check(value, part, path: path, depth: depth + 1) && fits
        }
        if let branches = schema["anyOf"]?.array, !branches.isEmpty {
            fits = checkAny(value, branches, path, depth) && fits
        }
        if let branches = schema["oneOf"]?.array, !branches.isEmpty {
            let count = branches.count { fitsSilently(value, $0, path, depth) }
            if count == 0 { fits = checkAny(value, branches, path, depth) && fits }
            if count > 1 { fits = fail(path, "must fit exactly one of \(branches.count) forms, but fits \(count)") }
        }
        if let other = schema["not"], fitsSilently(value, other, path, depth) {
            fits = fail(path, "has a form that is not allowed")
        }
        return fits
    }

    /// Where there is one branch of the value's kind, what is wrong with it is said.
    private mutating func checkAny(_ value: JSONValue, _ branches: [JSONValue], _ path: String, _ depth: Int) -> Bool {
        if branches.contains(where: { fitsSilently(value, $0, path, depth) }) { return true }
        let likely = branches.filter { branch in
            branch["type"]?.string.map { Self.isOfType(value, $0) } ?? (branch["$ref"] != nil)
        }
        if likely.count == 1 { return check(value, likely[0], path: path, depth: depth + 1) }
        let kinds = branches.compactMap { $0["type"]?.string }.map { Self.phrase(ofType: $0) }
        return fail(
            path,
            kinds.count == branches.count && likely.isEmpty
                ? "must be \(kinds.joined(separator: " or ")), not \(value.kind.phrase)"
                : "fits none of the \(branches.count) forms that it may have")
    }

    private mutating func fitsSilently(_ value: JSONValue, _ schema: JSONValue, _ path: String, _ depth: Int) -> Bool {
        silence += 1
        defer { silence -= 1 }
        return check(value, schema, path: path, depth: depth + 1)
    }

    /// RFC 6901 within the document; nil for anything else.
    private mutating func target(of reference: String) -> JSONValue? {
        spend(reference.utf8.count)
        guard reference.hasPrefix("#"), !isExhausted, let names = JSONPointer.tokens(of: reference.dropFirst()) else {
            return nil
        }
        var value = root
        for name in names {
            if let member = value[name] {
                value = member
            } else if let index = Int(name), let items = value.array, items.indices.contains(index) {
                value = items[index]
            } else {
                return nil
            }
        }
        return value
    }
}
