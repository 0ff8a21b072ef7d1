import CommandLineSpec
import Configuration
import Foundation
import JSON
import Testing

@testable import Commands

@Suite struct CommandTableTests {
    private let program = CommandTable.program

    @Test("the five subcommands stand in the table, with names that are distinct")
    func commands() {
        #expect(program.commands.map(\.name) == ["serve", "chat", "bench", "replay", "validate-config"])
        for command in program.commands {
            let options = program.globalOptions + command.options
            #expect(Set(options.map(\.name)).count == options.count, "\(command.name)")
            let shorts = options.compactMap(\.short)
            #expect(Set(shorts).count == shorts.count, "\(command.name)")
            #expect(options.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
            #expect(!command.isBuilt || !command.examples.isEmpty)
        }
    }

    @Test("an option that sets a key names one that exists, and offers its choices and range")
    func settings() throws {
        for option in program.commands.flatMap(\.options) {
            guard let path = option.setting else { continue }
            let key = try #require(SettingTable.byPath[path], "--\(option.name)")
            switch (key.type, option.value?.kind) {
            case (.choice(let choices), .choice(let offered)): #expect(choices == offered)
            case (.integer(let range), .integer(let offered)): #expect(range == offered)
            case (.text, .text), (.text, .file): break
            default: Issue.record("--\(option.name) and \(path) take different values")
            }
        }
    }

    @Test("every example can be parsed as it stands")
    func examples() {
        for command in program.commands {
            for example in command.examples {
                // Redirections are the shell's; quotes hold words together.
                let line = example.line.split(separator: "<")[0]
                var tokens: [String] = []
                for (index, part) in line.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
                    tokens += index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
                }
                let parsed = CommandLineParser.parse(Array(tokens.dropFirst()), by: program)
                #expect(tokens.first == "ailoopctl" && parsed.command == command.name && parsed.problems.isEmpty)
            }
        }
    }

    /// `UPDATE_GOLDEN=1` writes the texts anew.
    @Test("help is as it was agreed", arguments: ["overview", "serve", "chat", "bench", "replay", "validate-config"])
    func help(name: String) throws {
        let help = HelpText(program)
        let text = program.command(named: name).map { help.help(for: $0) } ?? help.overview()
        let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Fixtures/help/\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: golden, encoding: .utf8)))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("the codes of the help are those that the program ends with")
    func exitCodes() {
        let shown = Set((program.exitCodes + program.commands.flatMap(\.exitCodes)).map { Int32($0.code) })
        #expect(shown == Set(ExitCode.allCases.map(\.rawValue)))
    }
}

@Suite struct ChatRequestTests {
    private func request(_ arguments: String...) -> ChatCommand.Request {
        ChatCommand.Request(CommandLineParser.parse(["chat"] + arguments, by: CommandTable.program))
    }

    @Test("parameters are JSON where they are JSON, else text")
    func params() {
        let request = request(
            "--param", "temperature=0.2", "--param", "stop=[\"a\"]", "--param", "user=ann", "--param", "a=", "--param",
            "b=x=y",
            "--param", "reasoning={\"effort\":\"low\"}", "--param", "user=bob")
        #expect(
            request.params == [
                "temperature": .number(JSONNumber(validated: "0.2")), "stop": ["a"], "user": "bob", "a": "", "b": "x=y",
                "reasoning": ["effort": "low"],
            ])
    }

    @Test("what is not given is not there")
    func empty() {
        let request = request()
        #expect(request.message == nil && request.url == nil && request.model == nil && request.systemPrompt == nil)
        #expect(request.params.isEmpty && !request.isJSON)
    }
}

@Suite struct ConsoleTests {
    @Test("NO_COLOR and dumb terminals keep colour away, unless it is asked for")
    func colour() {
        // Standard output of tests is no terminal.
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let table: [(Console.Colour, [String: String], Bool)] = [
            (.auto, [:], false), (.always, [:], true), (.always, ["NO_COLOR": "1"], true), (.never, [:], false),
        ]
        for (colour, environment, expected) in table {
            let console = Console(output: descriptor, error: descriptor, colour: colour, environment: environment)
            #expect(console.coloursOutput == expected && console.coloursErrors == expected)
        }
    }
}
