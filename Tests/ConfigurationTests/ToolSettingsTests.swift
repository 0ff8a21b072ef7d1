import Configuration
import Diagnostics
import Testing

/// `tools.commands`, `tools.mcp_servers`, `tools.workspace`.
@Suite struct ToolSettingsTests {
    private let programs = ["/bin/cat": "", "/bin/text.txt": "", "work/bin/own": "", "/etc/passwd": ""]

    private func lines(_ tools: String, path: String = "/bin", isHermetic: Bool = false) -> [String] {
        load(
            "ai_service: mock\ntools:\n" + tools, environment: ["PATH": path], files: programs, isHermetic: isHermetic
        ).lines
    }

    @Test("a command names a program; its arguments may be anything, also nothing")
    func commands() {
        #expect(lines("  commands: [{name: a, command: [cat, \"\", -n]}]").isEmpty)
        #expect(
            lines("  commands: [{name: a, command: []}]") == [
                "AL030 3:33 `tools.commands[0].command` must be a program and its arguments, not an empty list"
            ])
        #expect(
            lines("  mcp_servers: {a: {command: []}}") == [
                "AL030 3:30 `tools.mcp_servers.a.command` must be a program and its arguments, not an empty list"
            ])
        #expect(
            lines("  commands: [{name: a, command: [\" \", 1]}]") == [
                "AL034 3:34 `tools.commands[0].command[0]`: ` ` is empty",
                "AL030 3:39 `tools.commands[0].command[1]` must be text, not the number `1`",
            ])
        #expect(lines("  commands: [{name: a, command: [cat, \"a\\0b\"]}]").map { $0.prefix(5) } == ["AL034"])
        #expect(
            lines("  commands: [{name: a, command: [cat], env: {A: \"a\\0b\"}}]") == [
                "AL034 3:49 `tools.commands[0].env.A` contains a null character"
            ])
    }

    @Test("of several equal names the first is shown beside each other one")
    func doubles() {
        let loaded = load(
            "ai_service: mock\ntools:\n  commands:\n"
                + String(repeating: "    - {name: a, command: [/bin/true]}\n", count: 3))
        #expect(loaded.codes == ["AL080", "AL080"])
        let lines = loaded.diagnostics.flatMap(\.related).map {
            loaded.catalog[$0.span.origin]?.position(at: $0.span.range.lowerBound).line
        }
        #expect(lines == [4, 4])
    }

    @Test(
        "its program must be there and executable",
        arguments: [
            ("cat", nil), ("/bin/cat", nil), ("bin/own", nil), ("./bin/own", "there is no file `./bin/own`"),
            ("nosuch", "there is no program `nosuch` in the directories of PATH"),
            ("/no/such", "there is no file `/no/such`"), ("/etc/passwd", "the file `/etc/passwd` may not be run"),
            ("/var/log", "`/var/log` is a directory"),
        ] as [(String, String?)])
    func programs(command: String, message: String?) {
        let yaml = "  workspace: work\n  commands: [{name: a, command: [\(command), x]}]"
        #expect(lines(yaml) == (message.map { ["AL062 4:34 `tools.commands[0]`: \($0)"] } ?? []))
        #expect(lines(yaml, isHermetic: true).isEmpty)
    }

    @Test("an MCP server starts where this program does, and is told by its name")
    func mcpServers() {
        #expect(
            lines("  workspace: work\n  mcp_servers:\n    git: {command: [bin/own]}") == [
                "AL062 5:21 `tools.mcp_servers.git`: there is no file `bin/own`"
            ])
        #expect(lines("  mcp_servers: {git: {command: [cat]}}").isEmpty)
        #expect(lines("  mcp_servers: {git: {command: [cat]}}", path: "/usr").count == 1)
    }

    @Test("a program that a variable names is called by the variable")
    func variables() {
        let yaml = "ai_service: mock\ntools: {commands: [{name: a, command: [\"${BIN}/x\"]}]}"
        let loaded = load(yaml, environment: ["BIN": "/hidden"])
        #expect(loaded.lines == ["AL062 2:40 `tools.commands[0]`: there is no file `${BIN}/x`"])
    }

    @Test(
        "parameters are a JSON Schema of an object, and are told at the faulty place",
        arguments: [
            ("{}", nil), ("{type: object}", nil), ("{type: object, properties: {a: {type: string}}}", nil),
            (
                "{type: objct}",
                "47 `tools.commands[0].parameters` is no schema of a function's parameters: `/type` must"
            ),
            ("{type: object, properties: [a]}", "67 `tools.commands[0].parameters` is no schema"),
            ("{type: object, required: x}", "65 `tools.commands[0].parameters` is no schema"),
            ("{type: object, properties: {a: {type: 1}}}", "78 `tools.commands[0].parameters` is no schema"),
            (
                "{type: string}",
                "47 `tools.commands[0].parameters` is no schema of a function's parameters: `/type` must"
            ),
            ("{type: object, properties: {\"\": {type: 1}}}", "79 `tools.commands[0].parameters` is no schema"),
            ("{type: object, properties: {a/b~c: {type: 1}}}", "82 `tools.commands[0].parameters` is no schema"),
            ("{properties: {}}", "40 `tools.commands[0].parameters` is no schema"),
        ] as [(String, String?)])
    func schemas(parameters: String, message: String?) {
        let found = lines("  commands: [{name: a, command: [cat], parameters: \(parameters)}]")
        #expect(found.count == (message == nil ? 0 : 1))
        if let message { #expect(found.first?.hasPrefix("AL081 3:\(place(message))") == true, "\(found)") }
    }

    /// Columns count from where `parameters:` stands.
    private func place(_ message: String) -> String {
        let column = Int(message.prefix { $0.isNumber }) ?? 0
        return "\(column + 12)\(message.drop { $0.isNumber })"
    }

    @Test("the workspace of tools that need one must be a directory that can be entered")
    func workspace() {
        #expect(lines("  workspace: /no\n  builtin: [read_file]") == ["AL061 3:14 there is no directory `/no`"])
        #expect(lines("  workspace: /bin/cat\n  builtin: [read_file]") == ["AL061 3:14 `/bin/cat` is no directory"])
        #expect(
            lines("  workspace: locked\n  builtin: [read_file]") == [
                "AL061 3:14 the directory `locked` may not be entered"
            ])
        #expect(lines("  workspace: work\n  builtin: [read_file]").isEmpty)
        #expect(lines("  workspace: /no").isEmpty)
        #expect(lines("  workspace: /no\n  builtin: [calculate, current_time]").isEmpty)
        #expect(lines("  workspace: /no\n  commands: [{name: a, command: [cat]}]").count == 1)
        #expect(lines("  workspace: /no\n  builtin: [read_file]", isHermetic: true).isEmpty)
    }
}
