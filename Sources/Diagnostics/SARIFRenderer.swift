import JSON

/// Diagnostics as a SARIF 2.1.0 log (OASIS Standard "Static Analysis Results Interchange Format"), as code hosts and editors
/// take them.
///
/// Lines and columns count from 1, columns in code points. What stands in no file, such as a variable of the environment,
/// has a logical location with its name.
package struct SARIFRenderer: Sendable {
    /// Whose findings these are.
    package struct Tool: Sendable {
        package var name: String
        /// As semantic versioning writes it.
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What is known of one code.
    package struct Rule: Sendable {
        package var code: DiagnosticCode
        /// The longer story.
        package var story: String

        package init(_ code: DiagnosticCode, story: String) {
            self.code = code
            self.story = story
        }
    }

    private let tool: Tool
    private let rules: [Rule]
    private let ruleIndexes: [String: Int]
    private var results: [JSONValue] = []

    /// `rules` has every code that diagnostics may have.
    package init(tool: Tool, rules: [Rule]) {
        self.tool = tool
        self.rules = rules
        ruleIndexes = Dictionary(
            rules.enumerated().map { ($0.element.code.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// Adds diagnostics that point into the sources of `catalog`.
    package mutating func add(_ diagnostics: [Diagnostic], from catalog: SourceCatalog) {
        results += diagnostics.map { result(of: $0, catalog) }
    }

    /// One JSON text without line breaks.
    package func finished() -> [UInt8] {
        let driver: JSONValue = [
            "name": .string(tool.name), "version": .string(tool.version), "semanticVersion": .string(tool.version),
            "rules": .array(rules.map(Self.rule)),
        ]
        let run: JSONValue = [
            "tool": ["driver": driver], "columnKind": "unicodeCodePoints", "results": .array(results),
        ]
        let log: JSONValue = [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run],
        ]
        return log.encoded()
    }

    private static func rule(_ rule: Rule) -> JSONValue {
        [
            "id": .string(rule.code.id), "shortDescription": ["text": .string(rule.code.title)],
            "fullDescription": ["text": .string(rule.story)], "help": ["text": .string(rule.story)],
        ]
    }

    private func result(of diagnostic: Diagnostic, _ catalog: SourceCatalog) -> JSONValue {
        let text = diagnostic.message + (diagnostic.help.map { ". Help: " + $0 } ?? "")
        var result: JSONObject = ["ruleId": .string(diagnostic.code.id)]
        if let index = ruleIndexes[diagnostic.code.id] { result["ruleIndex"] = .number(JSONNumber(index)) }
        result["level"] = .string(diagnostic.severity.rawValue)
        result["message"] = ["text": .string(text)]
        result["locations"] = [.object(Self.location(diagnostic.span, catalog))]
        if !diagnostic.related.isEmpty {
            result["relatedLocations"] = .array(
                diagnostic.related.enumerated().map { index, related in
                    var location = Self.location(related.span, catalog)
                    location["id"] = .number(JSONNumber(index + 1))
                    location["message"] = ["text": .string(related.message)]
                    return .object(location)
                })
        }
        return .object(result)
    }

    private static func location(_ span: SourceSpan, _ catalog: SourceCatalog) -> JSONObject {
        guard case .file(let name) = span.origin else {
            return ["logicalLocations": [["name": .string(span.origin.name), "kind": "variable"]]]
        }
        var physical: JSONObject = ["artifactLocation": ["uri": .string(uri(ofFile: name))]]
        if let source = catalog[span.origin] {
            let start = source.position(at: span.range.lowerBound)
            let end = source.position(at: span.range.upperBound)
            physical["region"] = [
                "startLine": .number(JSONNumber(start.line)), "startColumn": .number(JSONNumber(start.column)),
                "endLine": .number(JSONNumber(end.line)), "endColumn": .number(JSONNumber(end.column)),
            ]
        }
        return ["physicalLocation": .object(physical)]
    }

    /// A URI reference (RFC 3986) of a file's name: relative where the name is.
    private static func uri(ofFile name: String) -> String {
        guard name != "-" else { return "stdin" }
        var result = name.hasPrefix("/") ? "file://" : ""
        // In the first segment of a relative reference a colon would end a scheme.
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
