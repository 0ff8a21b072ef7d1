extension CompletionScript {
    /// For fish 3.0 and newer.
    func fish() -> [String] {
        let name = program.name
        let commands: [CommandSpec?] = [nil] + program.commands
        return [heading(for: .fish), ""]
            + fishMachinery().map { $0.replacing("PROGRAM", with: name) }
            + ["# Files are offered only where a file is wanted.", "complete -c \(name) -f", ""]
            + globalOptions.map { "complete -c \(name) -n '\(fishLacks($0))'\(fishOption($0))" }
            + program.commands.map { command in
                "complete -c \(name) -n '__\(name)_at' -a \(command.name) -d \(Self.fishQuoted(command.summary))"
            }
            + commands.flatMap(fishLines)
    }

    private func fishLines(_ command: CommandSpec?) -> [String] {
        let start = "complete -c \(program.name)"
        let place = ["__\(program.name)_at", command?.name].compactMap(\.self).joined(separator: " ")
        var lines = ownOptions(of: command).map { option in
            let excluded = excluded(by: option, of: command)
            let rivals = ownOptions(of: command).filter { !excluded.isDisjoint(with: $0.spellings) }
            let unwanted = ((option.isRepeatable ? [] : [option]) + rivals).map { "; and " + fishLacks($0) }.joined()
            return "\(start) -n '\(place)\(unwanted)'\(fishOption(option))"
        }
        for argument in command?.arguments ?? [] {
            if let action = fishAction(argument.kind) { lines.append("\(start) -n '\(place)' \(action)") }
        }
        return lines.isEmpty ? [] : ["", "# \(command?.name ?? "Without a command")"] + lines
    }

    /// A condition: the option is not on the line. One that takes a value may stand right before the cursor.
    private func fishLacks(_ option: OptionSpec) -> String {
        let function = option.value == nil ? "lacks" : "may_take"
        return "__\(program.name)_\(function) \(option.spellings.joined(separator: " "))"
    }

    private func fishOption(_ option: OptionSpec) -> String {
        let names = (option.short.map { " -s \($0)" } ?? "") + " -l \(option.name)"
        let value = option.value.map { value in
            switch fishAction(value.kind) {
            case nil: " -x"
            case "-F": " -r -F"
            case let action?: " -x \(action)"
            }
        }
        return names + (value ?? "") + " -d " + Self.fishQuoted(option.summary)
    }

    private func fishAction(_ kind: ValueKind) -> String? {
        switch kind {
        case .file: "-F"
        case .directory: "-a '(__fish_complete_directories (commandline -ct))'"
        case .choice(let choices): "-a '\(choices.joined(separator: " "))'"
        case .text, .url, .integer, .number, .duration, .assignment: nil
        }
    }

    private static func fishQuoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }

    private func fishMachinery() -> [String] {
        [
            "# Whether the command on the line is $argv[1]; without an argument: whether there is none yet.",
            "function __PROGRAM_at",
            "    set -l words (commandline -opc)",
            "    set words $words[2..]",
            "    while set -q words[1]",
            "        switch $words[1]",
            "            case \(globalOptionsWithValue.joined(separator: " "))",
            "                set words $words[2..]",
            "            case '-?*'",
            "            case '*'",
            "                test \"$words[1]\" = \"$argv[1]\"",
            "                return",
            "        end",
            "        set words $words[2..]",
            "    end",
            "    not set -q argv[1]",
            "end",
            "",
            "# Whether no word of the line up to $argv[1] (-1: the last one) is one of the spellings that follow.",
            "function __PROGRAM_is_free",
            "    set -l words (commandline -opc)",
            "    set words $words[..$argv[1]]",
            "    for option in $argv[2..]",
            "        switch $option",
            "            case '--*'",
            "                string match -qr -- \"^$option(=|\\$)\" $words; and return 1",
            "            case '*'",
            "                string match -qr -- '^-[^-]*'(string sub -s 2 -- $option) $words; and return 1",
            "        end",
            "    end",
            "    return 0",
            "end",
            "",
            "# Whether the line lacks an option, given by its spellings.",
            "function __PROGRAM_lacks",
            "    __PROGRAM_is_free -1 $argv",
            "end",
            "",
            "# As above; or its value is awaited.",
            "function __PROGRAM_may_take",
            "    set -l words (commandline -opc)",
            "    set -l last -1",
            "    contains -- $words[-1] $argv; and set last -2",
            "    __PROGRAM_is_free $last $argv",
            "end",
            "",
        ]
    }
}
