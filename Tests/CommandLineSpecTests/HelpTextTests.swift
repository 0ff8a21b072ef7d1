import CommandLineSpec
import Testing

@Suite struct HelpTextTests {
    private func copy() throws -> CommandSpec { try #require(sample.command(named: "copy")) }

    @Test("help begins with examples and ends with the exit codes")
    func command() throws {
        #expect(
            HelpText(sample).help(for: try copy()) == """
                tool copy — copy things

                Examples:
                  tool copy a b                               one file
                  tool copy --level 3 --label x=y here there  with all options

                Usage: tool copy [OPTIONS] FROM [TO]

                Arguments:
                  FROM  What to copy
                  TO    Where to

                Options:
                  -a, --all               Everything
                  -b, --brief             Little
                  -l, --level N           How much [sets copy.level]
                      --label NAME=VALUE  A label [repeatable]
                      --url URL           A place
                      --wait TIME         How long to wait
                      --ratio R           How much of it
                      --into DIRECTORY    Where to

                Global options:
                  -h, --help        Show help
                      --color WHEN  Colour [auto|always|never]

                Exit codes:
                  0  success
                  1  something was not copied
                  2  usage
                  4  no room

                """)
    }

    @Test("the overview lists the commands, and which are not built")
    func overview() {
        #expect(
            HelpText(sample).overview() == """
                tool — a tool for tests

                Examples:
                  tool copy a b  one file

                Usage: tool COMMAND [OPTIONS] [ARGUMENTS]

                Commands:
                  copy   copy things
                  check  check files

                Options:
                  -h, --help            Show help
                      --color WHEN      Colour [auto|always|never]
                      --self-test PART  Test the tool [all|some]

                Exit codes:
                  0  success
                  1  failure
                  2  usage
                  4  copy: no room

                `tool COMMAND --help` tells everything about a command, `-h` the short of it.

                """)
    }

    @Test("the short help leaves out what is looked up, and says where it is")
    func short() throws {
        let short = HelpText(sample, .short).help(for: try copy())
        #expect(short.hasPrefix("tool copy — copy things\n\nExamples:\n"))
        #expect(short.contains("  -l, --level N           How much\n"))
        #expect(!short.contains("Exit codes") && !short.contains("sets copy.level"))
        #expect(short.hasSuffix("\n\n`tool copy --help` tells everything.\n"))
    }

    @Test("lines are as wide as is asked for, down to 40 columns", arguments: [100, 80, 60, 40, 1])
    func widths(width: Int) throws {
        let help = HelpText(sample, width: width).help(for: try copy())
        // What is typed is never broken.
        let typed = ["tool copy --level 3 --label x=y here there"]
        let lines = help.split(separator: "\n").filter { line in !typed.contains { line.contains($0) } }
        #expect(lines.allSatisfy { $0.count <= max(width, 40) })
        #expect(help.contains("NAME=VALUE"))
    }

    @Test("colour paints headings, and changes no word")
    func colour() throws {
        let plain = HelpText(sample).help(for: try copy())
        let coloured = HelpText(sample, usesColour: true).help(for: try copy())
        #expect(
            coloured.contains("\u{1B}[1mOptions:\u{1B}[0m\n") && coloured.contains("\u{1B}[1mUsage:\u{1B}[0m tool copy")
        )
        #expect(coloured.replacing("\u{1B}[1m", with: "").replacing("\u{1B}[0m", with: "") == plain)
    }

    @Test("groups have headings of their own, details and variables come with the long help")
    func groups() {
        let command = CommandSpec(
            name: "x", summary: "x", description: ["More words."],
            options: [
                OptionSpec("plain", "A"), OptionSpec("odd", group: "Odd options", "B", details: "Rarely needed."),
                OptionSpec("hidden", isHidden: true, "C"),
            ], environment: [EnvironmentSpec("X_Y", "of its own")])
        var program = sample
        program.environment = [EnvironmentSpec("NO_COLOR", "no colour")]
        program.files = [FileSpec("x.conf", "settings")]
        let long = HelpText(program).help(for: command)
        #expect(long.contains("\n\nMore words.\n\n"))
        #expect(
            long.contains(
                "\n\nOptions:\n      --plain  A\n\nOdd options:\n      --odd  B. Rarely needed.\n\nGlobal options:\n"))
        #expect(
            long.contains(
                "\n\nEnvironment:\n  NO_COLOR  no colour\n  X_Y       of its own\n\nFiles:\n  x.conf  settings\n"))
        #expect(!long.contains("hidden"))
        let short = HelpText(program, .short).help(for: command)
        #expect(!short.contains("More words") && !short.contains("Rarely") && !short.contains("NO_COLOR"))
    }

    @Test("long texts are wrapped at 80 columns, and long names stand on a line of their own")
    func wrapping() {
        let words = String(repeating: "word ", count: 40)
        let name = String(repeating: "n", count: 60)
        let command = CommandSpec(
            name: "x", summary: "x", options: [OptionSpec(name, words), OptionSpec("short", words)])
        let help = HelpText(sample).help(for: command)
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(help.contains("      --\(name)\n"))
    }
}
