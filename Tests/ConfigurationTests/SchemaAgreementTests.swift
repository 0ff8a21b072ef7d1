import Diagnostics
import Foundation
import JSON
import JSONSchema
import Testing

@testable import Configuration

/// The schema that editors check by and the loader: what the one refuses, the other does too.
@Suite struct SchemaAgreementTests {
    private static let validator = Result {
        SchemaValidator(try JSONParser.parse(SettingSchema.text))
    }

    private func schemaFaults(_ yaml: String) throws -> [String] {
        let document = YAMLDocument(parsing: SourceText(.option("example"), text: yaml))
        let value = try #require(document.root).jsonValue()
        return try Self.validator.get().faults(in: value).map(\.description)
    }

    private func loaderTakes(_ yaml: String) -> Bool {
        load(yaml.contains("ai_service") ? yaml : "ai_service: mock\n" + yaml, isHermetic: true).settings != nil
    }

    @Test("the example fits, and so does every key's own example")
    func examples() throws {
        #expect(try schemaFaults(exampleConfiguration()) == [])
        for key in SettingTable.keys {
            let levels = key.path.split(separator: ".")
            let head = levels.enumerated().map { String(repeating: "  ", count: $0) + $1 + ":" }.joined(separator: "\n")
            #expect(try schemaFaults("\(head) \(key.example)\n") == [], "\(key.path)")
            if let value = key.defaultValue {
                #expect(try schemaFaults("\(head) \(value.yaml(of: key.type))\n") == [], "\(key.path)")
            }
        }
    }

    @Test(
        "what both take",
        arguments: [
            "x-mine: 3", "server: {port: 0}", "server: {port: 65535}", "openrouter:\n  timeout_seconds: ${T}",
            "openrouter: {timeout_seconds: 1m30s}", "server: {max_message_bytes: 1.5 MB}", "logging: {level: debug}",
            "logging:\n  level: ${L:-debug}", "server:\n  web_ui: ${W}", "openrouter: {model: }", "server:",
            "openrouter:\n  base_url: ${URL}", "openrouter:\n  base_url: http://${HOST}/v1",
            "openrouter:\n  params:\n    temperature: ${T:-0.5}\n    own: [1]\n    stop: [a]\n    seed:",
            "openrouter:\n  provider:\n    data_collection: ${D:-deny}\n    sorting: price",
            "server: {allowed_origins: [\"*\", \"https://example.org:8443\"]}", "server: {host: \"::1\"}",
            "tools: {builtin: [calculate, \"${TOOL:-read_file}\"]}", "tools: {policies: {edit_file: deny}}",
            """
            tools:
              commands:
                - name: a_b
                  description: x, y
                  parameters: {type: object}
                  command: [sh, -c, ls]
                  env: {A: 1, B: true, C: "${X}"}
                  timeout_seconds: 5s
                  policy:
                  x-own: 1
              mcp_servers: {time: {command: [a], policy: ask}}
            """,
        ])
    func taken(yaml: String) throws {
        #expect(loaderTakes(yaml))
        #expect(try schemaFaults(yaml) == [])
    }

    @Test(
        "what both refuse",
        arguments: [
            "prot: 1", "server: {prot: 1}", "server: {port: eight}", "server: {port: 65536}", "server: {port: -1}",
            "server: {port: 1.5}", "server: {port: null}", "logging: {level: verbose}", "server: {web_ui: \"yes\"}",
            "openrouter: {timeout_seconds: 30 sec}", "openrouter: {timeout_seconds: 0}", "server: [1]",
            "server: {max_message_bytes: 1 megabyte}", "server: {max_message_bytes: 3}", "server: {path: ws}",
            "openrouter: {base_url: example.org}", "openrouter: {base_url: \"https://x/?a\"}",
            "openrouter: {model: a b}", "openrouter: {fallback_models: [a b]}", "openrouter: {fallback_models: a}",
            "openrouter: {fallback_models: [3]}", "server: {host: \"http://x\"}",
            "server: {allowed_origins: [example.org]}", "server: {allowed_origins: [\"https://a/b\"]}",
            "openrouter: {site_url: \"a b\"}", "openrouter: {app_name: é}", "openrouter: {api_key_file: \"\"}",
            "openrouter: {params: {temperature: 3}}", "openrouter: {params: {temperature: hot}}",
            "openrouter: {params: {model: a}}", "openrouter: {provider: {data_collection: maybe}}",
            "tools: {builtin: [curent_time]}", "tools: {policies: {calculate: maybe}}",
            "tools: {commands: [{nam: a, command: [b]}]}", "tools: {commands: [{name: a}]}", "tools: {commands: [{}]}",
            "tools: {commands: [{name: a, command: python3}]}", "tools: {commands: [{name: a, command: []}]}",
            "tools: {commands: [{name: a__b, command: [b]}]}",
            "tools: {commands: [{name: calculate, command: [b]}]}", "tools: {commands: {name: a}}",
            "tools: {commands: [{name: a, command: [b], env: {\"a b\": c}}]}", "tools: {allowed_hosts: [\"a/b\"]}",
            "tools: {commands: [{name: a, command: [b], policy: perhaps}]}",
            "tools: {mcp_servers: {a__b: {command: [c]}}}",
            "tools: {mcp_servers: {time: {comand: [a]}}}", "tools: {mcp_servers: [a]}",
        ])
    func refused(yaml: String) throws {
        #expect(!loaderTakes(yaml))
        #expect(try schemaFaults(yaml) != [])
    }

    @Test("a file that the loader takes is refused by no editor")
    func files() throws {
        var taken = 0
        for name in BrokenFileTests.names {
            let file = testsDirectory.appending(path: "Fixtures/configuration/\(name).yaml")
            // Some are broken in their very bytes.
            let yaml = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            let isEmpty = YAMLDocument(parsing: SourceText(.option("example"), text: yaml)).root == nil
            guard loaderTakes(yaml), !isEmpty else { continue }
            taken += 1
            #expect(try schemaFaults(yaml) == [], "\(name)")
        }
        #expect(taken >= 25)
    }
}
