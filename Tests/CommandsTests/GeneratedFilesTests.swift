import CommandLineSpec
import Foundation
import Testing

@testable import Commands

/// Files of the project that are made from the command table. `UPDATE_GOLDEN=1` (`make gen`) writes them anew.
@Suite struct GeneratedFilesTests {
    private let program = CommandTable.program

    @Test("the completions are those of the table", arguments: CompletionShell.allCases)
    func completions(shell: CompletionShell) throws {
        let text = CompletionScript(program).text(for: shell)
        try Golden.check(text, is: "completions/" + shell.fileName(for: program.name))
    }

    @Test("the manual page is that of the table")
    func manualPage() throws {
        let page = ManualPage(program)
        try Golden.check(page.text(), is: "docs/" + page.fileName)
    }

    @Test("help is as it was agreed", arguments: ["overview", "serve", "chat", "bench", "replay", "validate-config"])
    func help(name: String) throws {
        for (length, suffix) in [(HelpText.Length.long, ""), (.short, ".short")] {
            let help = HelpText(program, length)
            let text = program.command(named: name).map { help.help(for: $0) } ?? help.overview()
            try Golden.check(text, is: "Tests/Fixtures/help/\(name)\(suffix).txt")
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        }
    }

    @Test("the README lists the commands and the exit codes of the table")
    func readme() throws {
        let commands = program.commands.map { ("`\(program.name) \($0.name)`", $0.summary) }
        try Golden.checkTable(named: "commands", ("command", "what it is for"), commands)
        let codes = program.allExitCodes.map { (String($0.code), $0.meaning) }
        try Golden.checkTable(named: "exit codes", ("code", "meaning"), codes)
    }
}

/// Texts in the checkout that must be what the program would print.
private enum Golden {
    private static let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    static func check(_ text: String, is path: String) throws {
        let file = top.appending(path: path)
        if isUpdating { try Data(text.utf8).write(to: file) }
        let isCurrent = try Data(contentsOf: file) == Data(text.utf8)
        #expect(isCurrent, "\(path) is not what the command table says: make gen")
    }

    /// The table in README.md behind the comment that names it.
    static func checkTable(named name: String, _ head: (String, String), _ rows: [(String, String)]) throws {
        let file = top.appending(path: "README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let opening = try #require(text.range(of: "<!-- \(name), by make gen -->\n"))
        let closing = try #require(text.range(of: "<!-- end -->", range: opening.upperBound..<text.endIndex))
        let lines = ["| \(head.0) | \(head.1) |", "|---|---|"] + rows.map { "| \($0.0) | \($0.1) |" }
        let table = lines.joined(separator: "\n") + "\n"
        let current = text.replacingCharacters(in: opening.upperBound..<closing.lowerBound, with: table)
        try check(current, is: "README.md")
    }
}
