import CommandLineSpec
import Testing

/// A small program to read command lines by.
let sample = ProgramSpec(
    name: "tool", version: "1", summary: "a tool for tests",
    globalOptions: [
        OptionSpec("help", short: "h", "Show help"),
        OptionSpec("color", value: ValueSpec("WHEN", .choice(["auto", "always", "never"])), "Colour"),
    ],
    standaloneOptions: [OptionSpec("self-test", value: ValueSpec("PART", .choice(["all", "some"])), "Test the tool")],
    commands: [
        CommandSpec(
            name: "copy", summary: "copy things",
            examples: [
                .init("tool copy a b", "one file"),
                .init("tool copy --level 3 --label x=y here there", "with all options"),
            ],
            arguments: [
                ArgumentSpec("FROM", .file, "What to copy", isRequired: true),
                ArgumentSpec("TO", .file, "Where to", excessHelp: "copy one at a time"),
            ],
            options: [
                OptionSpec("all", short: "a", "Everything"), OptionSpec("brief", short: "b", "Little"),
                OptionSpec(
                    "level", short: "l", value: ValueSpec("N", .integer(1...9)), setting: "copy.level", "How much"),
                OptionSpec("label", value: ValueSpec("NAME=VALUE", .assignment), isRepeatable: true, "A label"),
                OptionSpec("url", value: ValueSpec("URL", .url), "A place"),
                OptionSpec(
                    "wait", value: ValueSpec("TIME", .duration(.milliseconds(1) ... .seconds(60))), "How long to wait"),
                OptionSpec("ratio", value: ValueSpec("R", .number(0...1)), "How much of it"),
                OptionSpec("into", value: ValueSpec("DIRECTORY", .directory), "Where to"),
                OptionSpec("secret", isHidden: true, "For those who know"),
            ],
            conflicts: [ConflictSpec("url", with: ["into", "all"], "the place is elsewhere")],
            exitCodes: [ExitCodeSpec(1, "something was not copied"), ExitCodeSpec(4, "no room")]),
        CommandSpec(
            name: "check", summary: "check files",
            arguments: [ArgumentSpec("FILE", .file, "A file", isRepeatable: true)]),
    ],
    exitCodes: [ExitCodeSpec(0, "success"), ExitCodeSpec(1, "failure"), ExitCodeSpec(2, "usage")])

@Suite struct CommandLineParserTests {
    /// Options as `name=value` or `name`, then arguments, then problems.
    private func parse(_ line: String) -> (command: String?, options: [String], arguments: [String], problems: [String])
    {
        let tokens = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
        let parsed = CommandLineParser.parse(tokens, by: sample)
        let options = parsed.options.map { option in option.value.map { "\(option.name)=\($0)" } ?? option.name }
        return (parsed.command, options, parsed.arguments, parsed.problems.map(\.line))
    }

    @Test(
        "a command line is read as people write it",
        arguments: [
            ("copy a", [], ["a"]), ("copy a b", [], ["a", "b"]), ("copy --level 3 a", ["level=3"], ["a"]),
            ("copy --level=3 a", ["level=3"], ["a"]), ("copy -l 3 a", ["level=3"], ["a"]),
            ("copy -l3 a", ["level=3"], ["a"]),
            ("copy -l=3 a", ["level=3"], ["a"]), ("copy -ab a", ["all", "brief"], ["a"]),
            ("copy -abl3 a", ["all", "brief", "level=3"], ["a"]),
            ("copy -abl 3 a", ["all", "brief", "level=3"], ["a"]),
            ("copy a -a b", ["all"], ["a", "b"]), ("copy - -", [], ["-", "-"]),
            ("copy -- -a --level", [], ["-a", "--level"]),
            ("copy -a -- b --", ["all"], ["b", "--"]), ("--color never copy a", ["color=never"], ["a"]),
            ("copy a --color=never", ["color=never"], ["a"]), ("-h copy", ["help"], []), ("copy -h", ["help"], []),
            ("copy --level 3 --level 4 a", ["level=3", "level=4"], ["a"]),
            ("copy --label a=1 --label b== a", ["label=a=1", "label=b=="], ["a"]),
            ("copy --url ws://x a", ["url=ws://x"], ["a"]),
            ("check", [], []), ("check a b c", [], ["a", "b", "c"]), ("-- check a", [], ["a"]),
            ("copy --label=x=-a a", ["label=x=-a"], ["a"]),
            ("copy --wait 1m --ratio=0.5 --into . --secret a", ["wait=1m", "ratio=0.5", "into=.", "secret"], ["a"]),
        ] as [(String, [String], [String])])
    func understood(line: String, options: [String], arguments: [String]) {
        let parsed = parse(line)
        #expect(parsed.command == (line.contains("check") ? "check" : "copy"))
        #expect(parsed.options == options)
        #expect(parsed.arguments == arguments)
        if !options.contains("help") { #expect(parsed.problems.isEmpty) }
    }

    @Test(
        "what cannot be understood is named, with what was meant",
        arguments: [
            ("cpoy a", ["unknown command `cpoy`; did you mean `copy`?"]),
            ("frobnicate --level 3 x", ["unknown command `frobnicate`; commands: copy, check"]),
            ("copy a --levle 3", ["unknown option `--levle`; did you mean `--level`?"]),
            ("copy a --frob", ["unknown option `--frob`"]), ("copy a -x", ["unknown option `-x`"]),
            ("copy a -axb", ["unknown option `-x`"]),
            ("copy a --level", ["`--level` needs a value; write `--level N`"]),
            ("copy a -l", ["`-l` needs a value; write `-l N`"]),
            ("copy a --level --all", ["`--level` needs a value; write `--level N`"]),
            ("copy --level -- a", ["`--level` needs a value; write `--level N`"]),
            ("copy a --level x", ["`--level` must be a whole number from 1 to 9, not `x`"]),
            ("copy a --level 10", ["`--level` must be a whole number from 1 to 9, not `10`"]),
            ("copy a --level -1", ["`--level` must be a whole number from 1 to 9, not `-1`"]),
            ("copy a --all=yes", ["`--all` takes no value"]),
            ("copy a --label x", ["`--label` must be `name=value`, not `x`"]),
            ("copy a --label =x", ["`--label` must be `name=value`, not `=x`"]),
            (
                "copy a --url localhost",
                ["`--url` needs a URL, not `localhost`; write for example `ws://127.0.0.1:8000/ws`"]
            ),
            (
                "--color nevr copy a",
                ["`--color` must be one of `auto`, `always`, `never`, not `nevr`; did you mean `never`?"]
            ),
            ("copy --wait 5 a", ["`--wait` needs a duration with its unit, not `5`; write for example `5s`"]),
            ("copy --wait soon a", ["`--wait` needs a duration with its unit, not `soon`; write for example `10s`"]),
            ("copy --wait 61s a", ["`--wait` must be a duration from 1ms to 1m, not `61s`"]),
            ("copy --wait 1us a", ["`--wait` must be a duration from 1ms to 1m, not `1us`"]),
            ("copy --ratio 1.1 a", ["`--ratio` must be a number from 0.0 to 1.0, not `1.1`"]),
            ("copy --ratio nan a", ["`--ratio` must be a number from 0.0 to 1.0, not `nan`"]),
            ("copy --into= a", ["`--into` needs the name of a directory"]),
            ("copy --secre a", ["unknown option `--secre`"]),
            ("check --level 3", ["unknown option `--level`; it is an option of `tool copy`"]),
            (
                "copy --into b -a --url x://y a",
                ["`--into` cannot go with `--url`; the place is elsewhere", "`--all` cannot go with `--url`"]
            ),
            ("copy --self-test all a", ["`--self-test` stands without a command; write `tool --self-test`"]),
            ("--self-test all copy a", ["`--self-test` stands without a command; write `tool --self-test`"]),
            ("--self-test non", ["`--self-test` must be one of `all`, `some`, not `non`"]),
            ("copy", ["FROM is missing; What to copy"]),
            ("copy a b c", ["unexpected argument `c`; copy one at a time"]),
            ("copy ''", ["FROM needs the name of a file"]),
            (
                "--level 3 copy a",
                ["`--level` stands before the command; it belongs behind its command: `tool copy --level …`"]
            ),
            (
                "copy --leve --levl a",
                [
                    "unknown option `--leve`; did you mean `--level`?",
                    "unknown option `--levl`; did you mean `--level`?",
                ]
            ),
        ])
    func problems(line: String, expected: [String]) {
        let problems = parse(line).problems
        for (found, wanted) in zip(problems, expected) { #expect(found.hasPrefix(wanted), "\(line): \(found)") }
        #expect(problems.count >= expected.count)
    }

    @Test("all problems are found at once")
    func several() {
        #expect(parse("copy --level x --frob --label y").problems.count == 4)
    }

    @Test("an empty command line asks for nothing")
    func empty() {
        let parsed = parse("")
        #expect(parsed.command == nil && parsed.problems.isEmpty)
    }

    @Test("of a repeated option the last value counts, or all where it is repeatable")
    func values() {
        let parsed = CommandLineParser.parse(["copy", "-l1", "-l2", "--label", "a=1", "--label", "b=2"], by: sample)
        #expect(parsed.value(of: "level") == "2")
        #expect(parsed.values(of: "label") == ["a=1", "b=2"])
        #expect(parsed.value(of: "url") == nil && !parsed.isGiven("url") && parsed.isGiven("level"))
    }

    @Test("values are read as what they are")
    func typedValues() {
        let line = ["copy", "-l2", "--wait", "1m30s", "--ratio", "0.25", "a"]
        let parsed = CommandLineParser.parse(line, by: sample)
        #expect(parsed.integer(of: "level") == 2)
        #expect(parsed.duration(of: "wait") == .seconds(90))
        #expect(parsed.number(of: "ratio") == 0.25)
        #expect(parsed.integer(of: "wait") == nil && parsed.duration(of: "url") == nil && parsed.number(of: "x") == nil)
    }

    @Test("it is known whether an option was written short")
    func short() {
        let parsed = CommandLineParser.parse(["copy", "-bh", "--all", "-l1", "a"], by: sample)
        #expect(parsed.options.map(\.isShort) == [true, true, false, true])
    }

    @Test("a standalone option needs no command")
    func standalone() {
        let parsed = CommandLineParser.parse(["--self-test", "all"], by: sample)
        #expect(parsed.problems.isEmpty && parsed.value(of: "self-test") == "all")
    }
}
