/// The shells that completions are made for.
package enum CompletionShell: String, Sendable, CaseIterable {
    case bash
    case zsh
    case fish

    /// The name by which the shell finds the completions of `program`.
    package func fileName(for program: String) -> String {
        switch self {
        case .bash: "\(program).bash"
        case .zsh: "_\(program)"
        case .fish: "\(program).fish"
        }
    }
}

/// What a shell needs to complete a program's command line. The scripts know the whole table: nothing is asked of the
/// program while a person types.
package struct CompletionScript: Sendable {
    let program: ProgramSpec

    package init(_ program: ProgramSpec) {
        self.program = program
    }

    package func text(for shell: CompletionShell) -> String {
        let lines =
            switch shell {
            case .bash: bash()
            case .zsh: zsh()
            case .fish: fish()
            }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first words of each script.
    func heading(for shell: CompletionShell) -> String {
        "# \(shell.rawValue) completion for \(program.name), made by "
            + "`\(program.name) --generate-completions \(shell.rawValue)`; not to be edited."
    }

    /// The options that stand behind `command` (nil: before any), as far as they are shown.
    func ownOptions(of command: CommandSpec?) -> [OptionSpec] {
        (command?.options ?? program.standaloneOptions).filter { !$0.isHidden }
    }

    var globalOptions: [OptionSpec] { program.globalOptions.filter { !$0.isHidden } }

    /// The global options that take the next word, as they are written: what a script must skip to find the command.
    var globalOptionsWithValue: [String] {
        (program.globalOptions + program.standaloneOptions).filter { $0.value != nil }.flatMap(\.spellings)
    }

    /// Options that cannot stand beside `option`, as they are written.
    func excluded(by option: OptionSpec, of command: CommandSpec?) -> Set<String> {
        let conflicts = command?.conflicts ?? []
        let others =
            conflicts.filter { $0.option == option.name }.flatMap(\.others)
            + conflicts.filter { $0.others.contains(option.name) }.map(\.option)
        return Set(ownOptions(of: command).filter { others.contains($0.name) }.flatMap(\.spellings))
    }
}

extension OptionSpec {
    /// `-c`, `--config`: the short one first.
    var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(name)"] }
}
