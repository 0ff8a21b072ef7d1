import CommandLineSpec
import Configuration
import Foundation
import JSON
import Testing

@testable import Commands

@Suite struct CommandTableTests {
    private let program = CommandTable.program

    @Test("the five subcommands stand in the table, with names that are distinct and that every shell can complete")
    func commands() throws {
        #expect(program.commands.map(\.name) == ["serve", "chat", "bench", "replay", "validate-config"])
        for command in program.commands {
            let options = program.globalOptions + program.standaloneOptions + command.options
            #expect(Set(options.map(\.name)).count == options.count, "\(command.name)")
            let shorts = options.compactMap(\.short)
            #expect(Set(shorts).count == shorts.count, "\(command.name)")
            for option in options {
                #expect(option.name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, "--\(option.name)")
                #expect(option.short.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? true, "--\(option.name)")
                #expect(!option.summary.isEmpty && !option.summary.hasSuffix("."), "--\(option.name)")
                #expect(option.value?.name.isEmpty != true, "--\(option.name)")
                guard case .choice(let choices) = option.value?.kind else { continue }
                #expect(choices.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9.+-]+/) != nil }, "--\(option.name)")
                #expect(Set(choices).count == choices.count && choices.count > 1, "--\(option.name)")
            }
            #expect(!command.examples.isEmpty)
        }
    }

    @Test("what a command says of its options and arguments holds together")
    func consistency() throws {
        for command in program.commands {
            let names = Set(command.options.map(\.name))
            for conflict in command.conflicts {
                #expect(names.isSuperset(of: conflict.others + [conflict.option]), "\(command.name)")
                #expect(!conflict.others.isEmpty && !conflict.others.contains(conflict.option))
            }
            // Nothing can follow an argument that takes all the rest; nothing required an optional one.
            #expect(!command.arguments.dropLast().contains { $0.isRepeatable }, "\(command.name)")
            let required = command.arguments.map(\.isRequired)
            #expect(required == required.sorted { $0 && !$1 }, "\(command.name)")
            let codes = command.exitCodes.map(\.code)
            #expect(Set(codes).count == codes.count, "\(command.name)")
        }
        #expect(Set(program.exitCodes.map(\.code)).count == program.exitCodes.count)
        #expect(program.date.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil)
    }

    @Test("an option that sets a key knows the variable that does so too")
    func variables() {
        for option in program.commands.flatMap(\.options) {
            #expect(option.environment == option.setting.flatMap { SettingTable.byPath[$0]?.environmentName })
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
            case (.duration(let range, _), .duration(let offered)): #expect(range == offered)
            case (.number(let range), .number(let offered)): #expect(range == offered)
            case (.text, .text), (.text, .file), (.text, .directory), (.text, .url): break
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

    @Test("the codes of the help are those that the program ends with")
    func exitCodes() {
        let shown = Set((program.exitCodes + program.commands.flatMap(\.exitCodes)).map { Int32($0.code) })
        #expect(shown == Set(ExitCode.allCases.map(\.rawValue)))
    }
}

@Suite struct ChatRequestTests {
    private func request(_ arguments: String...) -> ChatRequest {
        ChatRequest(CommandLineParser.parse(["chat"] + arguments, by: CommandTable.program))
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
        #expect(request.params.isEmpty && !request.isJSON && request.keepsHistory && !request.wantsReasoning)
        #expect(request.toolFile == nil)
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
