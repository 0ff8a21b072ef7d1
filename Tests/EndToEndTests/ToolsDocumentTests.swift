import Foundation
import Testing

/// The examples of docs/tools.md, at a terminal. Durations, times and time zones' data are not compared.
@Suite(.timeLimit(.minutes(5))) struct ToolsDocumentTests {
    /// What an example needs besides this program.
    enum Need: CaseIterable {
        case nothing, servers, python

        init(of command: String) {
            self = command.contains("mcp.yaml") ? .servers : command.contains("command.yaml") ? .python : .nothing
        }
    }

    @Test func everyExampleDoesWhatThePageSays() async throws { try await check(.nothing) }

    @Test(.enabled(if: MCPServers.areInstalled, "the MCP servers are not installed"))
    func examplesWithServersDoWhatThePageSays() async throws { try await check(.servers) }

    @Test(.enabled(if: OptionalTool.isUsable("python3"), "python3 is not installed"))
    func examplesWithPythonDoWhatThePageSays() async throws { try await check(.python) }

    private func check(_ need: Need) async throws {
        let page = RunnableDocument(name: "tools.md") { text in
            text.replacing(/: \d+(\.\d+)? m?s\n/, with: ": 3 ms\n")
                .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, with: "2026-11-26T13:37:00")
                .replacing(/"day_of_week": "\w+"/, with: "\"day_of_week\": \"Thursday\"")
        }
        var needs: [Need] = []
        _ = try await page.check { command, shown, directory in
            needs.append(Need(of: command))
            guard Need(of: command) == need else { return nil }
            let servers = MCPServers.folder
            let file = directory.appending(path: "mcp.yaml")
            if command.contains("mcp.yaml") {
                let text = try String(contentsOf: file, encoding: .utf8)
                try text.replacing("/opt/mcp", with: servers).write(to: file, atomically: true, encoding: .utf8)
            }
            return try await Self.show(command, answers: Self.answers(in: shown), directory)
        }
        #expect(needs.contains(need) && needs.count >= 5)
    }

    /// What the person enters behind the prompts on the page.
    private static func answers(in shown: [String]) -> [(prompt: String, answer: String)] {
        shown.compactMap { line in
            line.firstMatch(of: /(result of \w+> |in this session> )(.*)/).map { (String($0.1), String($0.2)) }
        }
    }

    private static func show(
        _ command: String, answers: [(prompt: String, answer: String)], _ directory: URL
    ) async throws -> String {
        let terminal = try TerminalProcess(
            ["-c", "cd \"$DIRECTORY\"; ailoopctl() { \"$PROGRAM\" \"$@\"; }; \(command)"],
            environment: [
                "DIRECTORY": directory.path, "PROGRAM": BuiltProgram(name: "ailoopctl").path, "TERM": "dumb",
                "AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0",
            ], columns: 200, path: "/bin/bash")
        for (prompt, answer) in answers {
            try await terminal.shows(prompt)
            terminal.type(answer + "\n")
        }
        _ = await terminal.exitCode()
        return terminal.output.replacing("\r\n", with: "\n")
    }
}
