import CommandLineSpec
import Commands
import Foundation
import TestSupport
import Testing

/// What a shell has to offer, by the command table.
private struct Expectation {
    /// As it is typed, up to the cursor.
    var line: String
    /// What may stand at the cursor then; empty: nothing is known.
    var candidates: Set<String>

    private static let program = CommandTable.program

    /// Files of ``prepare(_:)``.
    private static let files: Set<String> = ["config.yaml", "other file.yaml", "notes"]

    static func prepare(_ directory: TemporaryDirectory) throws {
        try directory.write("config.yaml", "")
        try directory.write("other file.yaml", "")
        let notes = directory.url.appending(path: "notes")
        try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
    }

    static let all: [Expectation] = overview + program.commands.flatMap(of) + sequences

    private static let overview = [
        Expectation(line: "ailoopctl ", candidates: Set(program.commands.map(\.name))),
        Expectation(line: "ailoopctl val", candidates: ["validate-config"]),
        Expectation(line: "ailoopctl --color never ser", candidates: ["serve"]),
        Expectation(line: "ailoopctl --color=never ser", candidates: ["serve"]),
        Expectation(line: "ailoopctl --", candidates: options(nil)),
        Expectation(line: "ailoopctl --generate-completions ", candidates: ["bash", "zsh", "fish"]),
    ]

    /// Its options, the choices of each value, files and directories where they are wanted.
    private static func of(_ command: CommandSpec) -> [Expectation] {
        let start = "ailoopctl \(command.name) "
        var result = [
            Expectation(line: start + "--", candidates: options(command)),
            Expectation(line: "ailoopctl --color never \(command.name) --col", candidates: []),
        ]
        for option in command.options + program.globalOptions where !option.isHidden {
            let written = "--" + option.name
            switch option.value?.kind {
            case .choice(let choices):
                result.append(Expectation(line: "\(start)\(written) ", candidates: Set(choices)))
                let attached = Set(choices.map { "\(written)=\($0)" })
                result.append(Expectation(line: "\(start)\(written)=", candidates: attached))
            case .file:
                result.append(Expectation(line: "\(start)\(written) ", candidates: files))
                result.append(Expectation(line: "\(start)\(written)=con", candidates: ["\(written)=config.yaml"]))
            case .directory:
                result.append(Expectation(line: "\(start)\(written) ", candidates: ["notes"]))
            case nil:
                result.append(Expectation(line: "\(start)\(written) \(written)", candidates: []))
            case .text, .url, .integer, .number, .duration, .assignment:
                result.append(Expectation(line: "\(start)\(written) ", candidates: []))
            }
        }
        switch command.arguments.first?.kind {
        case .file: result.append(Expectation(line: start, candidates: files))
        case .choice(let choices): result.append(Expectation(line: start, candidates: Set(choices)))
        default: break
        }
        return result
    }

    private static let sequences = [
        Expectation(line: "ailoopctl serve -c config.yaml --con", candidates: []),
        Expectation(line: "ailoopctl serve --config=config.yaml --con", candidates: []),
        Expectation(line: "ailoopctl chat --js", candidates: ["--json"]),
        Expectation(line: "ailoopctl chat --param a=b --par", candidates: ["--param"]),
        Expectation(line: "ailoopctl chat --url ws://127.0.0.1:8000/ws --con", candidates: []),
        Expectation(line: "ailoopctl chat -c config.yaml --ur", candidates: []),
        Expectation(line: "ailoopctl validate-config -fj", candidates: ["-fjson"]),
        Expectation(line: "ailoopctl validate-config config.yaml oth", candidates: ["other file.yaml"]),
        Expectation(line: "ailoopctl validate-config -- conf", candidates: ["config.yaml"]),
        Expectation(line: "ailoopctl chat -- --", candidates: []),
    ]

    private static func options(_ command: CommandSpec?) -> Set<String> {
        Set(program.options(of: command).filter { !$0.isHidden }.map { "--" + $0.name })
    }

    /// Whether `found` is all of it, each once. A shell that completes nothing leaves the typed word.
    func check(_ found: [String], shell: String) {
        let typed = line.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let found = found == [typed] ? [] : found.filter { !$0.isEmpty }
        #expect(Set(found).count == found.count, "\(shell) offers twice: \(line): \(found)")
        #expect(Set(found) == candidates, "\(shell): \(line)")
    }

    /// How many words stand before the one at the cursor.
    var precedingWords: Int { line.split(separator: " ", omittingEmptySubsequences: false).count - 1 }
}

/// The real shells, each with what `make install` installs for it, loaded as it loads completions of itself.
@Suite struct CompletionTests {
    @Test(
        "bash completes the whole table",
        .enabled(if: OptionalTool.isUsable("make", "script"), "make or script is not installed"),
        .enabled(
            if: FileManager.default.fileExists(atPath: "/usr/share/bash-completion/bash_completion")
                || OptionalTool.isUsable("bash-completion"), "bash-completion is not installed"))
    func bash() async throws {
        let machine = try TemporaryDirectory()
        let share = try await InstalledFiles.install(below: machine.url).share
        try await onThread {
            let scratch = try TemporaryDirectory()
            try Expectation.prepare(scratch)
            let session = try ShellSession.bash(
                setUp: ". /usr/share/bash-completion/bash_completion",
                environment: ["XDG_DATA_DIRS": share], in: scratch.url)
            // The first Tab loads the file.
            #expect(try session.lineAfterTab("ailoopctl val") == ["ailoopctl", "validate-config"])
            for expectation in Expectation.all {
                let words = Array(try session.completions(of: expectation.line).dropFirst(expectation.precedingWords))
                // Readline completes what follows the sign alone.
                let sign = words.first?.firstIndex(of: "=")
                let before = sign.map { String(words[0][...$0]) } ?? ""
                let whole = words.map { $0.hasPrefix(before) ? $0 : before + $0 }
                expectation.check(whole, shell: "bash")
            }
            #expect(
                try session.completions(of: "ailoopctl serve ").dropFirst(2).sorted()
                    == session.completions(of: "ailoopctl serve --").dropFirst(2).sorted())
            withExtendedLifetime(scratch) {}
        }
        withExtendedLifetime(machine) {}
    }

    @Test("bash needs no package to complete", .enabled(if: OptionalTool.isUsable("script"), "script is not installed"))
    func bareBash() async throws {
        try await onThread {
            let scratch = try TemporaryDirectory()
            try Expectation.prepare(scratch)
            let session = try ShellSession.bash(
                setUp: "set -u; . <(ailoopctl --generate-completions bash); COMP_WORDBREAKS=${COMP_WORDBREAKS//=}",
                environment: [:], in: scratch.url)
            for (line, expected) in [
                ("ailoopctl chat --js", ["--json"]), ("ailoopctl serve --color=a", ["--color=always", "--color=auto"]),
                ("ailoopctl serve --config=oth", ["--config=other file.yaml"]),
                ("ailoopctl validate-config ~/con", [scratch.url.path + "/config.yaml"]),
                ("ailoopctl serve --config 'other", ["other file.yaml"]),
            ] {
                let words = try session.completions(of: line)
                #expect(words.suffix(expected.count) == expected[...], "\(line): \(words)")
            }
            withExtendedLifetime(scratch) {}
        }
    }

    @Test(
        "zsh completes the whole table, and says what each is",
        .enabled(if: OptionalTool.isUsable("make", "script", "zsh"), "make, script or zsh is not installed"))
    func zsh() async throws {
        let machine = try TemporaryDirectory()
        let share = try await InstalledFiles.install(below: machine.url).share
        try await onThread {
            let scratch = try TemporaryDirectory()
            try Expectation.prepare(scratch)
            let session = try ShellSession.zsh(
                setUp: "fpath=(\(share)/zsh/site-functions $fpath)", environment: [:], in: scratch.url)
            for expectation in Expectation.all {
                let words = try session.completions(of: expectation.line).dropFirst(expectation.precedingWords)
                expectation.check(Array(words), shell: "zsh")
            }
            for command in CommandTable.program.commands {
                let line = "ailoopctl \(command.name) --"
                let shown = try session.listing(of: line, upTo: "-- Show the version and leave")
                #expect(shown.contains("-- Show help and leave"))
                #expect(try session.listing(of: "ailoopctl ", upTo: "-- \(command.summary)").contains(command.name))
            }
            withExtendedLifetime(scratch) {}
        }
        withExtendedLifetime(machine) {}
    }

    @Test(
        "fish completes the whole table, and says what each is",
        .enabled(if: OptionalTool.isUsable("make", "fish"), "make or fish is not installed"))
    func fish() async throws {
        let machine = try TemporaryDirectory()
        let share = try await InstalledFiles.install(below: machine.url).share
        let scratch = try TemporaryDirectory()
        try Expectation.prepare(scratch)
        let lines = Expectation.all.map(\.line)
        let script = lines.map { "complete -C '\($0)'; echo ==" }.joined(separator: "\n")
        try scratch.write("complete.fish", script)
        let result = try await BuiltProgram(name: "ailoopctl").shell(
            "PATH=\"$(dirname \"$PROGRAM\"):$PATH\" fish complete.fish",
            environment: ["XDG_DATA_DIRS": share + ":/usr/share", "HOME": machine.url.path],
            in: scratch.url)
        let answers = result.output.components(separatedBy: "==\n").dropLast()
        #expect(answers.count == lines.count && result.errors.isEmpty, "\(result.errors)")
        for (expectation, answer) in zip(Expectation.all, answers) {
            let offered = answer.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1) }
            let names = offered.map { $0[0].last == "/" ? String($0[0].dropLast()) : String($0[0]) }
            expectation.check(names.filter { $0 != "complete.fish" }, shell: "fish")
            for row in offered where row[0].hasPrefix("--") && !row[0].contains("=") {
                #expect(row.count == 2 && !row[1].isEmpty)
            }
        }
        withExtendedLifetime((machine, scratch)) {}
    }

    @Test(
        "each script is sound in its own shell",
        .enabled(if: OptionalTool.isUsable("zsh", "fish"), "zsh or fish is not installed"))
    func syntax() async throws {
        let directory = projectDirectory.appending(path: "completions").path
        let result = try await BuiltProgram(name: "ailoopctl").shell(
            "cd '\(directory)' && bash -n ailoopctl.bash && zsh -n _ailoopctl && fish -n ailoopctl.fish")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }
}
