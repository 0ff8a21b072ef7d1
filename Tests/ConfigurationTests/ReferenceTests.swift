import Configuration
import Diagnostics
import Foundation
import JSON
import JSONSchema
import Testing

/// What is made from the table and committed. `UPDATE_GOLDEN=1` writes it anew.
@Suite struct ReferenceTests {
    private static let documents = testsDirectory.appending(path: "../docs").standardizedFileURL

    private func check(_ text: String, _ name: String) throws {
        let file = Self.documents.appending(path: name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            text == (try String(contentsOf: file, encoding: .utf8)),
            "docs/\(name) is stale: UPDATE_GOLDEN=1 makes it anew")
    }

    @Test("docs/configuration.md says what the table says")
    func page() throws {
        try check(SettingReference.page(), "configuration.md")
        for key in SettingTable.keys { #expect(SettingReference.page().contains("| `\(key.path)` |")) }
    }

    @Test("docs/diagnostics.md tells every code's story")
    func diagnostics() throws {
        try check(CodeExplanation.page(), "diagnostics.md")
    }

    @Test("docs/config.schema.json is the schema of the table")
    func schema() throws {
        try check(SettingSchema.text, "config.schema.json")
        #expect(try JSONParser.parse(SettingSchema.text)["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test("the schema's own form is that of a schema, and it knows every key")
    func schemaForm() throws {
        let schema = try JSONParser.parse(SettingSchema.text)
        #expect(JSONSchemaForm.faults(of: schema).isEmpty)
        for key in SettingTable.keys {
            var place: JSONValue? = schema
            for level in key.path.split(separator: ".") { place = place?["properties"]?[String(level)] }
            #expect(place?["description"]?.string?.isEmpty == false, "\(key.path)")
            #expect(place?["title"]?.string == key.path)
            #expect((place?["examples"]?.array?.first ?? place?["default"])?.isNull == false, "\(key.path)")
        }
        #expect(Set(SettingTable.sectionSummaries.keys) == SettingTable.sections)
    }

    @Test("each key's example is a value of it", arguments: SettingTable.keys.map(\.path))
    func examples(path: String) throws {
        let key = try #require(SettingTable.byPath[path])
        let levels = path.split(separator: ".")
        let text =
            levels.enumerated().map { String(repeating: "  ", count: $0) + $1 + ":" }.joined(separator: "\n")
            + " \(key.example)\n"
        let variables = ["OPENROUTER_API_KEY": "k", "CLIENT_TOKEN": "t", "AILOOP_AI_SERVICE": "mock"]
        let loaded = load(text, environment: path == "ai_service" ? [:] : variables)
        let unreadable = loaded.diagnostics.filter { $0.code.id < "AL040" }
        #expect(unreadable.isEmpty, "\(loaded.lines)")
        #expect(loaded.origin(of: path).layer == .file)
    }
}
