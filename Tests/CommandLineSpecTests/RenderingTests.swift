import CommandLineSpec
import Testing

/// Texts for shells and man(1). That the shells and mandoc understand them is tested end to end.
@Suite struct RenderingTests {
    /// Words that would end a string or begin a macro.
    private let awkward = ProgramSpec(
        name: "tool", version: "1", summary: "it's a `tool` with [brackets] and a \\", globalOptions: [],
        standaloneOptions: [OptionSpec("about", "Say what's what")],
        commands: [
            CommandSpec(
                name: "x", summary: "don't: do",
                examples: [.init("tool x 'a b' --no --N 1", "an example")],
                options: [
                    OptionSpec(
                        "in", short: "i", value: ValueSpec("DIR", .directory), "Where [it] is, e.g. `/a`, or so."),
                    OptionSpec("secret", isHidden: true, "Not shown"),
                ])
        ], exitCodes: [ExitCodeSpec(0, "success")], date: "2026-01-31")

    @Test("hidden options are offered nowhere", arguments: CompletionShell.allCases)
    func hidden(shell: CompletionShell) {
        let script = CompletionScript(awkward).text(for: shell)
        #expect(!script.contains("secret") && script.contains("about") && script.hasSuffix("\n"))
    }

    @Test("quotes and brackets of the table stay words")
    func quoting() {
        let zsh = CompletionScript(awkward).text(for: .zsh)
        #expect(zsh.contains(#"'x:don'\''t: do'"#))
        #expect(zsh.contains(#"'(-i --in)'{-i+,--in=}'[Where \[it\] is, e.g. `/a`, or so.]:DIR:_files -/'"#))
        let fish = CompletionScript(awkward).text(for: .fish)
        #expect(fish.contains(#"-a x -d 'don\'t: do'"#))
        #expect(fish.contains(#"-s i -l in -x -a '(__fish_complete_directories (commandline -ct))' -d "#))
    }

    @Test("files are named as the shells look for them")
    func names() {
        #expect(CompletionShell.allCases.map { $0.fileName(for: "tool") } == ["tool.bash", "_tool", "tool.fish"])
        #expect(ManualPage(awkward).fileName == "tool.1")
    }

    @Test("options that exclude each other are not offered together, in any shell")
    func conflicts() {
        #expect(
            CompletionScript(sample).text(for: .bash).contains("copy:--url) spent='--url --all --into' kind=text ;;"))
        #expect(CompletionScript(sample).text(for: .zsh).contains("(--url --all --into -a)"))
        #expect(CompletionScript(sample).text(for: .fish).contains("__tool_may_take --url; and __tool_lacks -a --all"))
    }

    @Test("the manual page escapes what roff would take for its own")
    func manualPage() {
        let page = ManualPage(awkward).text()
        #expect(page.contains("\n.Dd January 31, 2026\n.Dt TOOL 1\n"))
        #expect(page.contains("with [brackets] and a \\e\n"))
        #expect(page.contains("\n.Dl tool x \\(aqa b\\(aq \\-\\-no \\-\\-N 1\n"))
        #expect(page.contains("\n.It Fl i , Fl -in Ar DIR\nWhere [it] is, e.g.\n.Ql /a ,\nor so.\n"))
        #expect(!page.contains("secret"))
    }
}
